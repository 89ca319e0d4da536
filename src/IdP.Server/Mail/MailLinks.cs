namespace IdP.Server.Mail;

/// <summary>Where links in mails lead: to the configured issuer and nowhere else, and none of them signs anybody in.</summary>
internal static class MailLinks
{
    public const string Contact = "/help/contact";

    /// <summary>"This was not me", in the mails about what was done with a person's proofs.</summary>
    /// <param name="issuer">The configured issuer.</param>
    /// <param name="handle">Of this mail's own <see cref="Verification.SignIn.NotMe"/> link; null: it has none.</param>
    public static string TellUs(string issuer, string? handle) => handle is null ? issuer + Contact : $"{issuer}/not-me?link={handle}";
}
