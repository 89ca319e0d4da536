using IdP.Server.Admin.Access;
using IdP.Server.Hosting;
using IdP.Server.Mail;
using IdP.Storage.Audit;
using IdP.Storage.Database;
using IdP.Storage.Outbox;
using IdP.Verification.Decisions;
using IdP.Verification.SignIn;

namespace IdP.Server.Admin.Mails;

/// <summary>Sends a mail at once, past the outbox, and says what the mail server answered.</summary>
internal sealed class SendTestMail(IdPDatabase database, MailWriter writer, IMailTransport transport, IdPOptions options, TimeProvider clock)
{
    public abstract record Outcome
    {
        public sealed record Sent : Outcome;

        public sealed record NoServer : Outcome;

        public sealed record NotSent(string Error) : Outcome;
    }

    /// <param name="to">Any address.</param>
    /// <param name="locale">In this language; null: the organisation's.</param>
    /// <param name="kind">Which mail, with made-up facts; null: the one that is for tests.</param>
    public async Task<Outcome> HandleAsync(string to, string? locale, Actor actor, CancellationToken ct, MailKind? kind = null)
    {
        actor.Demand(Right.MailWrite);
        if (options.Mail.Host is null) return new Outcome.NoServer();
        var reader = new Person { Id = "", UserName = to, DisplayName = to, Email = to, Locale = locale, State = new PersonState { Enrollment = new EnrollmentState.NotRequired() } };
        OutboxMessage message = kind is null
            ? await writer.WriteAsync("Test", reader, new Dictionary<string, object?> { ["when"] = clock.GetUtcNow() }, ct)
            : await writer.WriteAsync(kind.Name, reader, MailSamples.Of(kind, clock.GetUtcNow()), ct, MailSamples.Handle);
        var outcome = await SendAsync(message, ct);
        // Whatever leaves the house in its name is noted with who sent it.
        await database.WriteAsync(async s =>
        {
            await s.AuditAsync(new AuditEvent
            {
                At = clock.GetUtcNow(), Event = AuditEvents.MailTested, Actor = actor.Name, Resource = $"mail:{message.Kind}", Outcome = outcome is Outcome.Sent ? "success" : "failure", Reason = $"a test for {to}",
            });
            return true;
        });
        return outcome;
    }

    private async Task<Outcome> SendAsync(OutboxMessage message, CancellationToken ct)
    {
        try
        {
            await transport.SendAsync(message, ct);
            return new Outcome.Sent();
        }
        catch (MailNotSentException failed)
        {
            return new Outcome.NotSent(failed.Message);
        }
    }
}
