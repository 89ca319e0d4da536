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
    public Task<IReadOnlyList<Mail>> HandleAsync(bool troubledOnly, CancellationToken ct) => HandleAsync(troubledOnly, Most, null, ct);

    /// <inheritdoc cref="HandleAsync(bool, CancellationToken)"/>
    /// <param name="after">The mail behind which to go on, by its id; null: from the newest.</param>
    public async Task<IReadOnlyList<Mail>> HandleAsync(bool troubledOnly, int limit, string? after, CancellationToken ct)
    {
        await using var db = database.CreateContext();
        var mails = db.OutboxMessages.AsNoTracking()
            .Where(m => !troubledOnly || m.State == OutboxState.Failed || (m.State == OutboxState.Waiting && m.Error != null));
        if (after is not null)
        {
            if (await db.OutboxMessages.AsNoTracking().FirstOrDefaultAsync(m => m.Id == after, ct) is not { CreatedAt: var time }) return [];
            mails = mails.Where(m => m.CreatedAt < time || (m.CreatedAt == time && m.Id.CompareTo(after) > 0));
        }

        var rows = await mails.OrderByDescending(m => m.CreatedAt).ThenBy(m => m.Id).Take(limit).ToListAsync(ct);
        return [.. rows.Select(m => new Mail(
            m.Id, m.Kind, m.To, m.Subject, m.State, m.Attempts, m.CreatedAt, m.State == OutboxState.Waiting ? m.NextAttemptAt : null, m.SentAt, m.Error))];
    }
}
