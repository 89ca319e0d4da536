using IdP.Server.Mail;
using IdP.Storage.Outbox;
using IdP.Verification.Decisions;
using IdP.Verification.SignIn;

namespace IdP.Server.Admin.Mails;

/// <summary>Writes a mail as it would be sent, with made-up facts; nothing is stored or sent.</summary>
internal sealed class PreviewMail(MailWriter writer, MailTemplates templates, TimeProvider clock)
{
    public abstract record Outcome
    {
        public sealed record Written(OutboxMessage Mail) : Outcome;

        public sealed record NoSuchMail : Outcome;

        public sealed record NoSuchLanguage : Outcome;
    }

    /// <param name="kind">E1, … in any case.</param>
    /// <param name="language">Exactly this one, so that nobody takes another one's words for it.</param>
    public async Task<Outcome> HandleAsync(string kind, string language, CancellationToken ct)
    {
        if (MailKinds.Find(kind) is not { } known) return new Outcome.NoSuchMail();
        if (await templates.GetAsync(known, language, ct) is null) return new Outcome.NoSuchLanguage();
        var reader = new Person
        {
            Id = "", UserName = "maya", DisplayName = "Maya Okafor", Email = "maya@example.com", Locale = language,
            State = new PersonState { Enrollment = new EnrollmentState.NotRequired() },
        };
        return new Outcome.Written(await writer.WriteAsync(known.Name, reader, MailSamples.Of(known, clock.GetUtcNow()), ct, MailSamples.Handle));
    }
}
