using IdP.Storage.Database;
using IdP.Storage.Outbox;
using Microsoft.EntityFrameworkCore;

namespace IdP.Server.Mail;

/// <summary>Sends what waits in the outbox. A mail server that is down delays mails and nothing else.</summary>
internal sealed class MailSender(IdPDatabase database, TimeProvider clock, IMailTransport? transport = null)
{
    public const int MostAttempts = 8;

    // A server that refuses so many in a row is down; the others are not tried before the next round.
    private const int MostFailures = 3;

    /// <summary>Sends what is due, now, and takes codes out of mails whose time is over.</summary>
    internal async Task RunOnceAsync(CancellationToken ct)
    {
        foreach (var kind in MailKinds.All.Where(kind => kind.SecretFor is not null))
        {
            // Sent or not: nobody can use it any more, and nobody is to read it later.
            await database.WriteAsync(s => s.ExecuteAsync(
                "UPDATE outbox_messages SET subject = @p0, text = '', html = '', state = CASE WHEN state = 'Waiting' THEN 'Failed' ELSE state END WHERE kind = @p1 AND created_at < @p2 AND text <> ''",
                Removed, kind.Name, clock.GetUtcNow() - kind.SecretFor!.Value));
        }

        if (transport is not null) await SendAsync(transport, ct);
    }

    private static string Removed => MailLanguage.Of("en")["removed"];

    private async Task SendAsync(IMailTransport server, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await using var db = database.CreateContext();
        var due = await db.OutboxMessages.AsNoTracking().Where(m => m.State == OutboxState.Waiting && m.NextAttemptAt <= now)
            .OrderBy(m => m.NextAttemptAt).Take(50).ToListAsync(ct);
        var failures = 0;
        foreach (var message in due)
        {
            // Taken for ten minutes: another node leaves it alone, and it is tried again if this one dies meanwhile.
            var (taken, again) = (message.Attempts + 1, clock.GetUtcNow().AddMinutes(10));
            var won = await database.WriteAsync(s => s.ExecuteAsync(
                "UPDATE outbox_messages SET attempts = @p0, next_attempt_at = @p1 WHERE id = @p2 AND state = 'Waiting' AND attempts = @p3",
                taken, again, message.Id, message.Attempts));
            if (won != 1) continue;
            try
            {
                await server.SendAsync(message, ct);
                failures = 0;
                await SentAsync(message);
            }
            catch (MailNotSentException failed)
            {
                // 1, 2, 4, … minutes; after the eighth try it stays for an admin to see.
                var next = clock.GetUtcNow().AddMinutes(Math.Pow(2, taken - 1));
                await database.WriteAsync(s => s.ExecuteAsync(
                    "UPDATE outbox_messages SET state = @p0, next_attempt_at = @p1, error = @p2 WHERE id = @p3",
                    taken >= MostAttempts ? OutboxState.Failed : OutboxState.Waiting, next, MailNeutral.Clip(failed.Message, 500), message.Id));
                if (++failures == MostFailures) return;
            }
        }
    }

    private Task<int> SentAsync(OutboxMessage message) => MailKinds.Find(message.Kind) is { SecretFor: not null }
        // A code is not kept readable once it is on its way.
        ? database.WriteAsync(s => s.ExecuteAsync(
            "UPDATE outbox_messages SET state = 'Sent', sent_at = @p0, error = NULL, subject = @p2, text = '', html = '' WHERE id = @p1", clock.GetUtcNow(), message.Id, Removed))
        : database.WriteAsync(s => s.ExecuteAsync(
            "UPDATE outbox_messages SET state = 'Sent', sent_at = @p0, error = NULL WHERE id = @p1", clock.GetUtcNow(), message.Id));
}
