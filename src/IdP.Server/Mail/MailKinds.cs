namespace IdP.Server.Mail;

/// <summary>One mail there is.</summary>
/// <param name="Name">E1, …; what is behind a hyphen is another case of the same mail.</param>
/// <param name="When">When it is sent, in words for admins.</param>
/// <param name="Path">The page of this server that {link} leads to; it is behind sign-in, or signs nobody in.</param>
/// <param name="Facts">What its text may name besides <see cref="MailKinds.Common"/>.</param>
/// <param name="SecretFor">
/// Set where a mail holds a code: its words leave the outbox when it was sent, and after this time in any case. Such a
/// mail is not sent any more when it is older.
/// </param>
internal sealed record MailKind(string Name, string When, string Path, IReadOnlyList<string> Facts, TimeSpan? SecretFor = null)
{
    /// <summary>Every placeholder that its template may have.</summary>
    public IEnumerable<string> Placeholders => MailKinds.Common.Concat(Facts);
}

/// <summary>Every mail there is.</summary>
internal static class MailKinds
{
    private const string Security = "/portal/security";

    /// <summary>What every template may name.</summary>
    public static IReadOnlyList<string> Common { get; } = ["name", "organisation", "support", "link", "tell_us"];

    public static IReadOnlyList<MailKind> All { get; } =
    [
        new("E1", "an admin requires identity verification of a person", Security, ["date", "deadline", "left", "apps", "app", "admin"]),
        new("E2", "some days before the deadline (setting reminderDays)", Security, ["deadline", "left"]),
        new("E3", "an application began to ask, of a person who has yet to enrol", Security, ["when", "apps", "deadline", "left"]),
        new("E3-active", "an application began to ask, of a person who is enrolled", "/portal", ["when", "apps"]),
        new("E4", "a person enrolled", Security, ["when", "browser", "address"]),
        new("E4-replaced", "an authenticator was replaced", Security, ["when", "browser", "address"]),
        new("E4-method", "a further authenticator or passkey was added", Security, ["when", "browser", "address", "method"]),
        new("E4-codes", "new recovery codes were made", Security, ["when", "browser", "address"]),
        new("E5", "identity verification was reset; a period runs", Security, ["when", "admin", "deadline", "left"]),
        new("E5-next", "identity verification was reset; to be set up at the next sign-in", Security, ["when", "admin"]),
        new("E5-removed", "an authenticator or passkey was removed", Security, ["when", "browser", "address", "method"]),
        new("E6", "the account locked at the deadline", MailLinks.Contact, ["when", "reference"]),
        new("E6-attempts", "the account locked after wrong codes", MailLinks.Contact, ["when", "attempts", "address", "opens", "reference"]),
        new("E7", "an admin unlocked the account", Security, ["admin", "deadline", "left"]),
        new("E7-next", "an admin unlocked the account; to be set up at the next sign-in", Security, ["admin"]),
        new("E7-extended", "an admin gave more time", Security, ["admin", "deadline", "left"]),
        new("E7-lifted", "an admin took the requirement back", Security, ["admin"]),
        new("E8", "a recovery code was used", Security + "/recovery-codes", ["when", "browser", "address", "codes_left"]),
        new("E8-few", "a recovery code was used and at most two are left", Security + "/recovery-codes", ["when", "browser", "address", "codes_left"]),
        new("E9", "on Monday at 08:00, to admins", "/admin", ["percent", "total", "enrolled", "skipped", "waiting", "locked", "next_deadline"]),
        new("E10", "a person enrols and has to prove first that the mails reach them", "/help/set-up", ["code"], SecretFor: TimeSpan.FromMinutes(10)),
        new("E11", "somebody asks for a link to choose a new password", "/signin/reset", ["user", "until"], SecretFor: TimeSpan.FromMinutes(30)),
        new("Test", "an admin asks for it", "/portal", ["when"]),
    ];

    /// <summary>The kind of this name in any case; null: there is none.</summary>
    public static MailKind? Find(string name) => All.FirstOrDefault(kind => kind.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
}
