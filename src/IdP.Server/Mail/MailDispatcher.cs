using IdP.Server.Hosting;
using IdP.Storage;
using IdP.Storage.Audit;
using IdP.Storage.Changes;
using IdP.Storage.Clients;
using IdP.Storage.Database;
using IdP.Storage.Outbox;
using IdP.Verification.Decisions;
using IdP.Verification.Methods.RecoveryCodes;
using IdP.Verification.SignIn;
using Microsoft.EntityFrameworkCore;

namespace IdP.Server.Mail;

/// <summary>
/// Writes a mail for each audit event that one follows, and sends what waits. Nobody who signs in waits for it, and a
/// mail server that is down delays mails and nothing else.
/// </summary>
internal sealed class MailDispatcher(
    IdPDatabase database, Catalog catalog, People people, IdPOptions options, RandomSource random, TimeProvider clock,
    ILogger<MailDispatcher> log, IMailTransport? transport = null) : BackgroundService
{
    private const string Topic = "mail";
    private const int MostAttempts = 8;
    private const int MostRows = 1000;
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(2);

    // Transactions of other nodes may commit in another order than their rows are numbered; a row is looked at when
    // every earlier one has had time to commit. SQLite has one writer and needs no patience.
    private TimeSpan Patience => database.Provider == DatabaseProvider.Sqlite ? TimeSpan.Zero : TimeSpan.FromSeconds(3);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, clock);
        try
        {
            // The first look waits for the first tick too: a start answers requests before it thinks of mail.
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await RunOnceAsync(stoppingToken);
                }
                catch (Exception failed) when (failed is System.Data.Common.DbException or DbUpdateException or InvalidOperationException)
                {
                    log.MailFailed(failed);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The program stops.
        }
    }

    /// <summary>Writes what is to be written and sends what is to be sent, now.</summary>
    internal async Task RunOnceAsync(CancellationToken ct)
    {
        while (await WriteNextAsync(ct))
        {
        }

        if (transport is not null) await SendAsync(ct);
    }

    private async Task<bool> WriteNextAsync(CancellationToken ct)
    {
        await using var db = database.CreateContext();
        var seen = await db.ChangeVersions.Where(c => c.Topic == Topic).Select(c => (long?)c.Version).SingleOrDefaultAsync(ct);
        var settled = clock.GetUtcNow() - Patience;
        var unseen = db.AuditEvents.AsNoTracking().Where(e => e.Id > (seen ?? 0) && e.At <= settled).OrderBy(e => e.Id).Take(MostRows);
        var last = await unseen.MaxAsync(e => (long?)e.Id, ct);
        if (last is null) return false;
        var rows = await unseen.Where(e => e.Id <= last && e.UserId != null && Mails.Events.Contains(e.Event)).ToListAsync(ct);
        // Most rows are sign-ins, which nobody gets a mail about: the mark stays behind them for a while, so that under
        // load it does not cost a commit each time.
        if (rows.Count == 0 && last - (seen ?? 0) < MostRows) return false;

        var messages = new List<OutboxMessage>();
        foreach (var row in rows)
        {
            if (await WriteAsync(row) is { } message) messages.Add(message);
        }

        return await database.SaveAsync(async save =>
        {
            // Of several nodes the one that moves the mark has written these mails.
            var won = seen is null
                ? await save.Database.ExecuteSqlAsync($"INSERT INTO change_versions (topic, version) VALUES ({Topic}, {last}) ON CONFLICT (topic) DO NOTHING", ct)
                : await save.Database.ExecuteSqlAsync($"UPDATE change_versions SET version = {last} WHERE topic = {Topic} AND version = {seen}", ct);
            if (won == 1) save.OutboxMessages.AddRange(messages);
            return last - (seen ?? 0) >= MostRows;
        }, ct);
    }

    private async Task<OutboxMessage?> WriteAsync(AuditEvent row)
    {
        if (await people.FindAsync(row.UserId!) is not { } person) return null;
        var snapshot = await catalog.GetAsync();
        var (left, _) = await database.ReadAsync(s => RecoveryCodeMethod.CountAsync(s, person.Id));
        var guarded = snapshot.Clients.Values.Where(c => c.DisabledAt is null && snapshot.PolicyOf(c.ClientId).Mode != VerificationMode.NotRequired);
        var zone = TimeZoneInfo.TryFindSystemTimeZoneById(person.ZoneInfo ?? options.Branding.TimeZone, out var found) ? found : TimeZoneInfo.Utc;
        var now = clock.GetUtcNow();
        var written = Mails.Write(new MailFacts(
            row, person, snapshot.Verification, [.. guarded.Select(c => c.DisplayName).Order(StringComparer.CurrentCulture)], left,
            options.Branding.Name, options.Issuer, zone, now));
        return written is null ? null : new OutboxMessage
        {
            Id = random.NewId(),
            Kind = written.Kind,
            UserId = person.Id,
            To = person.Email,
            Subject = written.Subject,
            Text = written.Text,
            Html = written.Html,
            State = person.Email is null || transport is null ? OutboxState.Kept : OutboxState.Waiting,
            CreatedAt = now,
            NextAttemptAt = now,
        };
    }

    private async Task SendAsync(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await using var db = database.CreateContext();
        var due = await db.OutboxMessages.AsNoTracking().Where(m => m.State == OutboxState.Waiting && m.NextAttemptAt <= now)
            .OrderBy(m => m.NextAttemptAt).Take(50).ToListAsync(ct);
        foreach (var message in due)
        {
            // Taken for ten minutes: another node leaves it alone, and it is tried again if this one dies meanwhile.
            var (taken, again) = (message.Attempts + 1, now.AddMinutes(10));
            var won = await database.WriteAsync(s => s.ExecuteAsync(
                "UPDATE outbox_messages SET attempts = @p0, next_attempt_at = @p1 WHERE id = @p2 AND state = 'Waiting' AND attempts = @p3",
                taken, again, message.Id, message.Attempts));
            if (won != 1) continue;
            try
            {
                await transport!.SendAsync(message, ct);
                await database.WriteAsync(s => s.ExecuteAsync(
                    "UPDATE outbox_messages SET state = 'Sent', sent_at = @p0, error = NULL WHERE id = @p1", clock.GetUtcNow(), message.Id));
            }
            catch (MailNotSentException failed)
            {
                // 1, 2, 4, … minutes; after the eighth try it stays for an admin to see.
                var next = clock.GetUtcNow().AddMinutes(Math.Pow(2, taken - 1));
                await database.WriteAsync(s => s.ExecuteAsync(
                    "UPDATE outbox_messages SET state = @p0, next_attempt_at = @p1, error = @p2 WHERE id = @p3",
                    taken >= MostAttempts ? OutboxState.Failed : OutboxState.Waiting, next, failed.Message[..Math.Min(failed.Message.Length, 500)], message.Id));
            }
        }
    }
}
