using IdP.Storage.Audit;
using IdP.Storage.Changes;
using IdP.Storage.Clients;
using IdP.Storage.Database;
using IdP.Storage.Outbox;
using IdP.Storage.Users;
using IdP.Verification.Decisions;
using IdP.Verification.Methods.RecoveryCodes;
using IdP.Verification.SignIn;
using Microsoft.EntityFrameworkCore;

namespace IdP.Server.Mail;

/// <summary>Writes a mail into the outbox for each audit event that one follows. Nobody who signs in waits for it.</summary>
internal sealed class MailDispatcher(IdPDatabase database, Catalog catalog, People people, NotMe notMe, MailWriter writer, GuardedAppsMail guardedApps, TimeProvider clock)
{
    private const string Topic = "mail";
    private const int MostRows = 1000;

    // Transactions of other nodes may commit in another order than their rows are numbered; a row is looked at when
    // every earlier one has had time to commit. SQLite has one writer and needs no patience.
    private TimeSpan Patience => database.Provider == DatabaseProvider.Sqlite ? TimeSpan.Zero : TimeSpan.FromSeconds(3);

    /// <summary>Writes what is to be written, now.</summary>
    internal async Task RunOnceAsync(CancellationToken ct)
    {
        while (await WriteNextAsync(ct))
        {
        }
    }

    private async Task<bool> WriteNextAsync(CancellationToken ct)
    {
        await using var db = database.CreateContext();
        var seen = await db.ChangeVersions.Where(c => c.Topic == Topic).Select(c => (long?)c.Version).SingleOrDefaultAsync(ct);
        var settled = clock.GetUtcNow() - Patience;
        var unseen = db.AuditEvents.AsNoTracking().Where(e => e.Id > (seen ?? 0) && e.At <= settled).OrderBy(e => e.Id).Take(MostRows);
        var last = await unseen.MaxAsync(e => (long?)e.Id, ct);
        if (last is null) return false;
        var rows = await unseen
            .Where(e => e.Id <= last && ((e.UserId != null && Mails.Events.Contains(e.Event)) || e.Event == AuditEvents.PolicyChanged || e.Event == AuditEvents.SettingChanged)).ToListAsync(ct);
        // Most rows are sign-ins, which nobody gets a mail about: the mark stays behind them for a while, so that under
        // load it does not cost a commit each time.
        if (rows.Count == 0 && last - (seen ?? 0) < MostRows) return false;

        var (messages, links) = (new List<OutboxMessage>(), new List<OneTimeLink>());
        foreach (var row in rows.Where(row => row.UserId is not null))
        {
            var (handle, link) = notMe.New(row.UserId!);
            if (await WriteAsync(row, handle, ct) is not { } message) continue;
            messages.Add(message);
            if (message.Text.Contains(handle, StringComparison.Ordinal)) links.Add(link);
        }

        messages.AddRange(await guardedApps.WriteAsync(rows.Where(row => row.Event is AuditEvents.PolicyChanged or AuditEvents.SettingChanged), ct));
        return await database.SaveAsync(async save =>
        {
            // Of several nodes the one that moves the mark has written these mails.
            var won = seen is null
                ? await save.Database.ExecuteSqlAsync($"INSERT INTO change_versions (topic, version) VALUES ({Topic}, {last}) ON CONFLICT (topic) DO NOTHING", ct)
                : await save.Database.ExecuteSqlAsync($"UPDATE change_versions SET version = {last} WHERE topic = {Topic} AND version = {seen}", ct);
            if (won == 1)
            {
                save.OutboxMessages.AddRange(messages);
                save.OneTimeLinks.AddRange(links);
            }

            return last - (seen ?? 0) >= MostRows;
        }, ct);
    }

    private async Task<OutboxMessage?> WriteAsync(AuditEvent row, string handle, CancellationToken ct)
    {
        if (await people.FindAsync(row.UserId!) is not { } person) return null;
        var snapshot = await catalog.GetAsync();
        var (left, _) = await database.ReadAsync(s => RecoveryCodeMethod.CountAsync(s, person.Id));
        var guarded = snapshot.Clients.Values
            .Where(c => c.DisabledAt is null && snapshot.PolicyOf(c.ClientId).ModeFor(person.Groups).Mode != VerificationMode.NotRequired)
            .Select(c => c.DisplayName).Order(StringComparer.CurrentCulture);
        // Where the portal asks only those who have enrolled it is no reason to enrol.
        var portal = snapshot.PortalPolicy.ModeFor(person.Groups).Mode is VerificationMode.Required or VerificationMode.Always;
        var facts = new MailFacts(row, person, snapshot.Verification, new([.. guarded], portal), left, await AdminAsync(row, person), clock.GetUtcNow());
        return Mails.For(facts) is var (kind, values) ? await writer.WriteAsync(kind, person, values, ct, handle) : null;
    }

    // Who works at the command line has an account of the machine, which says nothing to people.
    private async Task<string?> AdminAsync(AuditEvent row, Person person) =>
        row.Actor.StartsWith("user:", StringComparison.Ordinal) && row.Actor["user:".Length..] is var id && id != person.Id
            ? (await people.FindAsync(id))?.DisplayName
            : null;
}
