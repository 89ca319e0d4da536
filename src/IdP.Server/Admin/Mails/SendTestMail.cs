using IdP.Server.Admin.Access;
using IdP.Server.Hosting;
using IdP.Server.Mail;
using IdP.Storage.Outbox;
using IdP.Verification.Decisions;
using IdP.Verification.SignIn;

namespace IdP.Server.Admin.Mails;

/// <summary>Sends a mail at once, past the outbox, and says what the mail server answered.</summary>
internal sealed class SendTestMail(MailWriter writer, IMailTransport transport, IdPOptions options, TimeProvider clock)
{
    public abstract record Outcome
    {
        public sealed record Sent : Outcome;

        public sealed record NoServer : Outcome;

        public sealed record NotSent(string Error) : Outcome;
    }

    /// <param name="to">Any address.</param>
    /// <param name="locale">In this language; null: the organisation's.</param>
    public async Task<Outcome> HandleAsync(string to, string? locale, Actor actor, CancellationToken ct)
    {
        actor.Demand(Right.MailWrite);
        if (options.Mail.Host is null) return new Outcome.NoServer();
        var reader = new Person { Id = "", UserName = to, DisplayName = to, Email = to, Locale = locale, State = new PersonState { Enrollment = new EnrollmentState.NotRequired() } };
        OutboxMessage message = await writer.WriteAsync("Test", reader, new Dictionary<string, object?> { ["when"] = clock.GetUtcNow() }, ct);
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
