using IdP.Storage.Audit;

namespace IdP.Server.Mail;

/// <summary>Where links in mails lead: to the configured issuer and nowhere else, and none of them signs anybody in.</summary>
internal static class MailLinks
{
    public const string Contact = "/help/contact";

    /// <summary>"This was not me", in the mails about what was done with a person's proofs.</summary>
    /// <param name="issuer">The configured issuer.</param>
    /// <param name="row">What the person may not have done; null: no event.</param>
    public static string TellUs(string issuer, AuditEvent? row)
    {
        _ = row;
        return issuer + Contact;
    }
}
