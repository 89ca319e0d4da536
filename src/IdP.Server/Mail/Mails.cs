using System.Globalization;
using System.Net;
using IdP.Storage.Audit;
using IdP.Storage.Clients;
using IdP.Verification;
using IdP.Verification.Decisions;
using IdP.Verification.SignIn;

namespace IdP.Server.Mail;

/// <summary>What a mail is written from.</summary>
/// <param name="Event">What happened.</param>
/// <param name="Person">To whom, as they are now.</param>
/// <param name="Settings">The admin's settings.</param>
/// <param name="GuardedApps">Names of the applications that ask for identity verification.</param>
/// <param name="RecoveryCodesLeft">Unused recovery codes of the person.</param>
/// <param name="Organisation">The organisation's name.</param>
/// <param name="Issuer">Where links lead: the configured issuer and nothing else.</param>
/// <param name="Zone">The time zone in which times are written.</param>
/// <param name="Now">The time of writing.</param>
internal sealed record MailFacts(
    AuditEvent Event, Person Person, VerificationSettings Settings, IReadOnlyList<string> GuardedApps, int RecoveryCodesLeft,
    string Organisation, string Issuer, TimeZoneInfo Zone, DateTimeOffset Now);

/// <summary>A written mail: the plain text and the HTML say the same.</summary>
internal sealed record WrittenMail(string Kind, string Subject, string Text, string Html);

/// <summary>The mails a person gets, one for each audit event that concerns them. Ids as in the design's list, E1 to E8.</summary>
internal static class Mails
{
    private const string HowLong = "It takes about two minutes.";

    /// <summary>The events that a mail follows.</summary>
    public static IReadOnlyList<string> Events { get; } =
    [
        AuditEvents.EnrollmentRequired, AuditEvents.EnrollmentCompleted, AuditEvents.AuthenticatorReplaced, AuditEvents.Reset,
        AuditEvents.EnrollmentExpired, AuditEvents.VerificationLocked, AuditEvents.VerificationUnlocked, AuditEvents.EnrollmentExtended,
        AuditEvents.EnrollmentRequirementLifted, AuditEvents.RecoveryCodeUsed,
    ];

    /// <summary>Writes the mail that follows an event; null when none does.</summary>
    public static WrittenMail? Write(MailFacts facts)
    {
        var row = facts.Event;
        var when = Date(facts, row.At);
        var deadline = facts.Person.State.Enrollment switch
        {
            EnrollmentState.Period period => period.Deadline,
            EnrollmentState.MustEnroll must => must.Deadline,
            _ => null,
        };
        var until = deadline is { } end ? $"{Date(facts, end)} ({Days(end - facts.Now)})" : null;
        var notYou = $"If this was not you, tell {Support(facts)} at once.";
        switch (row.Event)
        {
            // Whom an application met at the sign-in is led through it there and needs no mail.
            case AuditEvents.EnrollmentRequired when row.Actor != "system" && deadline is { } due:
                return Build(facts, "E1", $"Set up identity verification by {ShortDate(facts, due)}", "Set up identity verification",
                [
                    $"{facts.Organisation} asks you to set up identity verification. {Apps(facts)} then ask for a 6-digit code as well as your password. {HowLong}",
                    $"Please do this by {until}. After that your account is locked until an administrator unlocks it.",
                    "What you need: your usual username and password, and an authenticator app on your phone or computer." + Preferred(facts),
                ], "/portal/security", "Set up now");

            case AuditEvents.EnrollmentCompleted:
                return Build(facts, "E4", "Identity verification is active", "Identity verification is active",
                    [$"It was set up on {when}{Browser(row)}. Guarded apps now ask for a code.", notYou], "/portal/security", "See your security page");

            case AuditEvents.AuthenticatorReplaced:
                return Build(facts, "E4", "Your authenticator app was replaced", "Your authenticator app was replaced",
                    [$"It was replaced on {when}{Browser(row)}. The earlier app's codes no longer work.", notYou], "/portal/security", "See your security page");

            case AuditEvents.Reset:
                return Build(facts, "E5", "Identity verification was reset", "Identity verification was reset",
                [
                    $"It was reset on {when}. Your old codes no longer work. " + (until is null ? "Set it up again at your next sign-in." : $"Set it up again by {until}."),
                    $"If you did not ask for this, tell {Support(facts)} at once.",
                ], "/portal/security", "Set up now");

            case AuditEvents.EnrollmentExpired:
                return Build(facts, "E6", "Your account is locked", "Your account is locked",
                    [$"The time to set up identity verification ended on {when}. {Support(facts)} can unlock your account.", Reference(row)], "/help/contact", "Get help");

            case AuditEvents.VerificationLocked:
                return Build(facts, "E6", "Your account is locked", "Your account is locked",
                [
                    $"There were too many wrong codes, the last on {when}{Browser(row)}. "
                        + (facts.Person.State.Lock?.Until is { } opens ? $"It opens again on {Date(facts, opens)}." : $"{Support(facts)} can unlock it."),
                    "If it was not you, change your password.",
                    Reference(row),
                ], "/help/contact", "Get help");

            case AuditEvents.VerificationUnlocked:
                return Build(facts, "E7", "Your account is unlocked", "Your account is unlocked",
                [
                    "An administrator unlocked it." + (facts.Person.State.Enrollment switch
                    {
                        EnrollmentState.Period => $" You have until {until} to set up identity verification.",
                        EnrollmentState.MustEnroll => " Set up identity verification at your next sign-in.",
                        _ => "",
                    }),
                ], "/portal/security", "Go to your security page");

            case AuditEvents.EnrollmentExtended:
                return Build(facts, "E7", "You have more time to set up identity verification", "You have more time",
                    [$"An administrator gave you more time: until {until}."], "/portal/security", "Set up now");

            case AuditEvents.EnrollmentRequirementLifted:
                return Build(facts, "E7", "Identity verification is no longer required of you", "No longer required",
                    ["An administrator took the requirement back. What you have set up stays active."], "/portal/security", "Go to your security page");

            case AuditEvents.RecoveryCodeUsed:
                return Build(facts, "E8", "A recovery code was used", "A recovery code was used",
                    [$"It was used on {when}{Browser(row)}. {facts.RecoveryCodesLeft} codes left.", notYou], "/portal/security/recovery-codes", "Make new codes");

            default:
                return null;
        }
    }

    private static WrittenMail Build(MailFacts facts, string kind, string subject, string heading, IReadOnlyList<string> paragraphs, string path, string button)
    {
        var link = facts.Issuer + path;
        var hello = $"Hello {facts.Person.DisplayName},";
        var never = "We never ask for your password or codes by email.";
        var questions = $"Questions? Ask {Support(facts)}.";
        List<string> shown = [.. paragraphs.Where(p => p.Length > 0)];
        var text = string.Join("\n\n", [hello, .. shown, $"{button}:\n{link}", $"{never}\n{questions}"]) + "\n";
        // One column, styles in place, no pictures, nothing that reports back.
        var html = $"""
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{Encode(subject)}</title></head>
            <body style="margin:0;padding:24px 12px;background:#f5f5f1;color:#1b211f;font:16px/1.5 -apple-system,'Segoe UI',Roboto,'Noto Sans',Helvetica,Arial,sans-serif">
            <div role="article" aria-label="{Encode("Message from " + facts.Organisation)}" style="max-width:560px;margin:0 auto;background:#ffffff;border:1px solid #dddcd5;border-radius:14px;padding:32px">
            <p style="margin:0 0 20px;font-weight:bold">{Encode(facts.Organisation)}</p>
            <h1 style="margin:0 0 12px;font-size:24px;line-height:1.25">{Encode(heading)}</h1>
            {string.Join('\n', new[] { hello }.Concat(shown).Select(p => $"<p style=\"margin:0 0 16px\">{Encode(p)}</p>"))}
            <p style="margin:0 0 24px"><a href="{Encode(link)}" style="display:inline-block;background:#0c5f55;color:#ffffff;text-decoration:none;font-weight:bold;padding:12px 20px;border-radius:8px">{Encode(button)}</a></p>
            <p style="margin:0;font-size:14px;color:#545c58">{Encode(never)} {Encode(questions)}</p>
            </div></body></html>
            """;
        return new WrittenMail(kind, subject, text, html);
    }

    private static string Apps(MailFacts facts) => facts.GuardedApps switch
    {
        [] => "Guarded apps",
        [var one] => one,
        var apps => $"{string.Join(", ", apps.SkipLast(1))} and {apps[^1]}",
    };

    private static string Preferred(MailFacts facts) =>
        facts.Settings.PreferredAuthenticator is { Length: > 0 } app ? $" {facts.Organisation} recommends {app}." : "";

    private static string Support(MailFacts facts) => facts.Settings.SupportContact is { Length: > 0 } contact ? contact : "your administrator";

    private static string Reference(AuditEvent row) => row.Reference is null ? "" : $"Reference: {row.Reference}";

    private static string Browser(AuditEvent row) => row.Address is null ? "" : $" from {row.Address}";

    private static string Days(TimeSpan left) =>
        left < TimeSpan.FromDays(1) ? "less than a day left" : VerificationPolicy.DaysLeft(left) is 1 ? "1 day left" : $"{VerificationPolicy.DaysLeft(left)} days left";

    private static string Date(MailFacts facts, DateTimeOffset time) =>
        TimeZoneInfo.ConvertTime(time, facts.Zone).ToString("dddd d MMMM, HH:mm", CultureInfo.InvariantCulture);

    private static string ShortDate(MailFacts facts, DateTimeOffset time) =>
        TimeZoneInfo.ConvertTime(time, facts.Zone).ToString("dddd d MMMM", CultureInfo.InvariantCulture);

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
