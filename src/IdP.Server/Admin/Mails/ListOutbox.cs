using IdP.Storage.Database;
using IdP.Storage.Outbox;
using Microsoft.EntityFrameworkCore;

namespace IdP.Server.Admin.Mails;

/// <summary>The mails of late, newest first, without their words: those are the person's.</summary>
internal sealed class ListOutbox(IdPDatabase database)
{
    private const int Most = 200;

    public sealed record Mail(
        string Id, string Kind, string? To, string Subject, OutboxState State, int Attempts, DateTimeOffset CreatedAt, DateTimeOffset? NextAttemptAt,
        DateTimeOffset? SentAt, string? Error);

    /// <param name="troubledOnly">Those that were given up, and those that wait after a failure.</param>
    public async Task<IReadOnlyList<Mail>> HandleAsync(bool troubledOnly, CancellationToken ct)
    {
        await using var db = database.CreateContext();
        var rows = await db.OutboxMessages.AsNoTracking()
            .Where(m => !troubledOnly || m.State == OutboxState.Failed || (m.State == OutboxState.Waiting && m.Error != null))
            .OrderByDescending(m => m.CreatedAt).Take(Most).ToListAsync(ct);
        return [.. rows.Select(m => new Mail(
            m.Id, m.Kind, m.To, m.Subject, m.State, m.Attempts, m.CreatedAt, m.State == OutboxState.Waiting ? m.NextAttemptAt : null, m.SentAt, m.Error))];
    }
}
