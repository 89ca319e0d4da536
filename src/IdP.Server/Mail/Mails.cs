using IdP.Server.Pages.Portal;
using IdP.Storage.Audit;
using IdP.Verification;
using IdP.Verification.Decisions;
using IdP.Verification.SignIn;

namespace IdP.Server.Mail;

/// <summary>What a mail is written from.</summary>
/// <param name="Row">What happened.</param>
/// <param name="Person">To whom, as they are now.</param>
/// <param name="Settings">The admin's settings.</param>
/// <param name="Guarded">What asks this person for identity verification.</param>
/// <param name="CodesLeft">Unused recovery codes of the person.</param>
/// <param name="Admin">Name of the person who did it; null: nobody with a name, or the person.</param>
/// <param name="Now">The time of writing.</param>
internal sealed record MailFacts(
    AuditEvent Row, Person Person, VerificationSettings Settings, AppNames Guarded, int CodesLeft, string? Admin, DateTimeOffset Now)
{
    /// <summary>The end of the person's period; null: none runs.</summary>
    public DateTimeOffset? Deadline => DeadlineOf(Person);

    public static DateTimeOffset? DeadlineOf(Person person) => person.State.Enrollment switch
    {
        EnrollmentState.Period period => period.Deadline,
        EnrollmentState.MustEnroll must => must.Deadline,
        _ => null,
    };
}

/// <summary>Which mail follows an audit event, and with which facts.</summary>
internal static class Mails
{
    public const int Few = 2;

    /// <summary>The events about a person that a mail follows.</summary>
    public static IReadOnlyList<string> Events { get; } =
    [
        AuditEvents.EnrollmentRequired, AuditEvents.EnrollmentCompleted, AuditEvents.AuthenticatorReplaced, AuditEvents.AuthenticatorAdded, AuditEvents.AuthenticatorRemoved,
        AuditEvents.PasskeyAdded, AuditEvents.PasskeyRemoved,
        AuditEvents.RecoveryCodesMade, AuditEvents.Reset, AuditEvents.EnrollmentExpired, AuditEvents.VerificationLocked,
        AuditEvents.VerificationUnlocked, AuditEvents.EnrollmentExtended, AuditEvents.EnrollmentRequirementLifted, AuditEvents.RecoveryCodeUsed,
    ];

    /// <summary>The mail that follows an event; null when none does.</summary>
    public static (string Kind, Dictionary<string, object?> Facts)? For(MailFacts facts)
    {
        var kind = KindFor(facts);
        return kind is null ? null : (kind, new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["when"] = facts.Row.At,
            ["date"] = facts.Deadline is { } day ? new Day(day) : null,
            ["deadline"] = facts.Deadline,
            ["left"] = facts.Deadline - facts.Now,
            ["apps"] = facts.Guarded,
            ["app"] = facts.Settings.PreferredAuthenticator,
            ["admin"] = facts.Admin,
            ["browser"] = facts.Row.UserAgent is { } agent ? new BrowserName(agent) : null,
            ["address"] = facts.Row.Address,
            ["method"] = new MethodName(facts.Row),
            ["attempts"] = facts.Person.FailedVerifications,
            ["opens"] = facts.Person.State.Lock?.Until,
            ["reference"] = facts.Row.Reference,
            ["codes_left"] = facts.CodesLeft,
        });
    }

    private static string? KindFor(MailFacts facts) => facts.Row.Event switch
    {
        // Whom an application met at the sign-in is led through it there and needs no mail.
        AuditEvents.EnrollmentRequired => facts.Row.Actor != "system" && facts.Deadline is not null ? "E1" : null,
        AuditEvents.EnrollmentCompleted => "E4",
        AuditEvents.AuthenticatorReplaced => "E4-replaced",
        AuditEvents.AuthenticatorAdded or AuditEvents.PasskeyAdded => "E4-method",
        AuditEvents.RecoveryCodesMade => "E4-codes",
        AuditEvents.Reset => facts.Person.State.Enrollment is EnrollmentState.MustEnroll { Deadline: null } ? "E5-next" : "E5",
        AuditEvents.AuthenticatorRemoved or AuditEvents.PasskeyRemoved => "E5-removed",
        AuditEvents.EnrollmentExpired => "E6",
        AuditEvents.VerificationLocked => "E6-attempts",
        AuditEvents.VerificationUnlocked => facts.Person.State.Enrollment is EnrollmentState.MustEnroll ? "E7-next" : "E7",
        AuditEvents.EnrollmentExtended => facts.Deadline is not null ? "E7-extended" : null,
        AuditEvents.EnrollmentRequirementLifted => "E7-lifted",
        AuditEvents.RecoveryCodeUsed => facts.CodesLeft <= Few ? "E8-few" : "E8",
        _ => null,
    };
}

/// <summary>A browser, named in the mail's language.</summary>
internal sealed record BrowserName(string UserAgent)
{
    public string In(MailLanguage language) => Browsers.Find(UserAgent) switch
    {
        (null, _) => language["unknown_browser"],
        (var browser, null) => browser,
        var (browser, system) => language["browser_on"].Replace("BROWSER", browser, StringComparison.Ordinal).Replace("SYSTEM", system, StringComparison.Ordinal),
    };
}

/// <summary>An authenticator or passkey: its own name where the event tells it.</summary>
internal sealed record MethodName(AuditEvent Row)
{
    public string In(MailLanguage language) => Row.Reason is { Length: > 0 } own ? MailNeutral.Name(own)
        : language[Row.Event.StartsWith("passkey", StringComparison.Ordinal) ? "passkey" : "authenticator_app"];
}
