using IdP.Storage;
using IdP.Storage.Audit;
using IdP.Storage.Database;
using Microsoft.EntityFrameworkCore;

namespace IdP.Server.Admin.Users;

/// <summary>What one page tells of a person besides <see cref="ShowUser"/>: what they have, where they are signed in, what happened.</summary>
internal sealed class ShowPerson(IdPDatabase database, TimeProvider clock)
{
    private const int ActivityRows = 20;

    /// <param name="IsPasskey">Else an authenticator app.</param>
    public sealed record Authenticator(string Name, bool IsPasskey, DateTimeOffset Since, DateTimeOffset? LastUsedAt);

    public sealed record Session(string? UserAgent, string? Address, DateTimeOffset Since, DateTimeOffset LastSeenAt, bool Verified);

    /// <param name="Who">The name of the person who did it, or who it was as the log says it.</param>
    public sealed record Event(long Id, DateTimeOffset At, string Name, string Who, bool ByThemselves, AuditEvent Row);

    public sealed record Details(
        IReadOnlyList<Authenticator> Authenticators, IReadOnlyList<Session> Sessions, IReadOnlyList<Event> Activity, long? OlderThan,
        IReadOnlyList<(string Id, string Name)> Campaigns, int WrongCodes);

    /// <param name="userId">Whose.</param>
    /// <param name="before">Only events before this one; null: the newest.</param>
    public async Task<Details> HandleAsync(string userId, long? before, CancellationToken ct)
    {
        await using var db = database.CreateContext();
        var now = clock.GetUtcNow();
        var apps = await db.TotpAuthenticators.AsNoTracking().Where(a => a.UserId == userId).OrderBy(a => a.ConfirmedAt)
            .Select(a => new Authenticator(a.Name, false, a.ConfirmedAt, a.LastUsedAt)).ToListAsync(ct);
        var passkeys = await db.Passkeys.AsNoTracking().Where(p => p.UserId == userId).OrderBy(p => p.CreatedAt)
            .Select(p => new Authenticator(p.Name, true, p.CreatedAt, p.LastUsedAt)).ToListAsync(ct);
        var generation = await db.Users.Where(u => u.Id == userId).Select(u => u.CredentialGeneration).SingleOrDefaultAsync(ct);
        var sessions = await db.Sessions.AsNoTracking()
            .Where(s => s.UserId == userId && s.RevokedAt == null && s.ExpiresAt > now && s.CredentialGeneration == generation).OrderByDescending(s => s.LastSeenAt)
            .Select(s => new Session(s.UserAgent, s.Address, s.CreatedAt, s.LastSeenAt, s.VerifiedAt != null)).Take(50).ToListAsync(ct);
        var campaigns = await db.CampaignMembers.Where(m => m.UserId == userId).Join(db.Campaigns, m => m.CampaignId, c => c.Id, (_, c) => c)
            .Where(c => c.ClosedAt == null).OrderBy(c => c.Name).Select(c => new { c.Id, c.Name }).ToListAsync(ct);
        var wrong = await db.AttemptCounts.Where(c => c.Owner == userId && c.Kind == Storage.Enrollments.AttemptKind.Verification).Select(c => c.Failures).SingleOrDefaultAsync(ct);
        var (activity, older) = await ActivityAsync(db, userId, before, ct);
        return new Details([.. apps, .. passkeys], sessions, activity, older, [.. campaigns.Select(c => (c.Id, c.Name))], wrong);
    }

    private static async Task<(IReadOnlyList<Event> Events, long? OlderThan)> ActivityAsync(IdPDbContext db, string userId, long? before, CancellationToken ct)
    {
        var most = before ?? long.MaxValue;
        var rows = await db.AuditEvents.AsNoTracking().Where(e => e.UserId == userId && e.Id < most).OrderByDescending(e => e.Id).Take(ActivityRows + 1).ToListAsync(ct);
        var shown = rows.Take(ActivityRows).ToList();
        var ids = shown.Where(r => r.Actor.StartsWith("user:", StringComparison.Ordinal)).Select(r => r.Actor["user:".Length..]).Distinct().ToList();
        var names = await db.Users.Where(u => ids.Contains(u.Id)).ToDictionaryAsync(u => "user:" + u.Id, u => u.DisplayName, ct);
        return ([.. shown.Select(r => new Event(r.Id, r.At, r.Event, names.GetValueOrDefault(r.Actor, r.Actor), r.Actor == "user:" + userId, r))],
            rows.Count > ActivityRows ? shown[^1].Id : null);
    }
}
