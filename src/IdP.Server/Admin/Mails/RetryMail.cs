using IdP.Server.Admin.Access;
using IdP.Server.Hosting;
using IdP.Storage.Audit;
using IdP.Storage.Database;
using IdP.Storage.Outbox;
using Microsoft.EntityFrameworkCore;

namespace IdP.Server.Admin.Mails;

/// <summary>Puts a mail that was given up, or kept while there was no mail server, in front of the queue again.</summary>
internal sealed class RetryMail(IdPDatabase database, IdPOptions options, TimeProvider clock)
{
    public enum Outcome { Queued, NoSuchMail, SentBefore, NoAddress, NoServer, WordsGone }

    public async Task<Outcome> HandleAsync(string id, Actor actor, CancellationToken ct)
    {
        actor.Demand(Right.MailWrite);
        await using var db = database.CreateContext();
        if (await db.OutboxMessages.AsNoTracking().FirstOrDefaultAsync(m => m.Id == id, ct) is not { } mail) return Outcome.NoSuchMail;
        if (mail.State == OutboxState.Sent) return Outcome.SentBefore;
        if (mail.To is null) return Outcome.NoAddress;
        if (mail.Text.Length == 0) return Outcome.WordsGone;
        if (options.Mail.Host is null) return Outcome.NoServer;
        var now = clock.GetUtcNow();
        var queued = await database.WriteAsync(async s =>
        {
            var won = await s.ExecuteAsync(
                "UPDATE outbox_messages SET state = 'Waiting', attempts = 0, next_attempt_at = @p0 WHERE id = @p1 AND state <> 'Sent' AND text <> ''", now, id);
            if (won == 1)
            {
                await s.AuditAsync(new AuditEvent
                {
                    At = now, Event = AuditEvents.MailRetried, Actor = actor.Name, UserId = mail.UserId, Resource = $"mail:{mail.Kind}", Outcome = "success", Reason = $"mail {id} is tried again",
                });
            }

            return won;
        });
        return queued == 1 ? Outcome.Queued : Outcome.SentBefore;
    }
}
