using IdP.Storage;
using IdP.Storage.Database;
using IdP.Storage.Enrollments;
using IdP.Storage.Users;
using Microsoft.EntityFrameworkCore;

namespace IdP.Server.Admin.Users;

/// <summary>People with how far they are, by user name.</summary>
internal sealed class ListUsers(IdPDatabase database, TimeProvider clock)
{
    /// <param name="Search">Part of a user name, address or display name; null: everybody.</param>
    /// <param name="State">One of <see cref="EnrollmentView.All"/>, or <c>locked</c> for any lock; null: all.</param>
    /// <param name="Limit">The most rows.</param>
    public sealed record Request(string? Search, string? State, int Limit);

    public sealed record Row(
        string Username, string DisplayName, string? Email, string State, DateTimeOffset? Deadline, int? DaysLeft, bool Locked, bool Disabled, IReadOnlyList<string> Roles);

    /// <param name="Users">The first ones.</param>
    /// <param name="More">There are others that were not listed.</param>
    public sealed record Page(IReadOnlyList<Row> Users, bool More);

    private const int Batch = 500;

    public async Task<Page> HandleAsync(Request request, CancellationToken ct)
    {
        await using var db = database.CreateContext();
        var (now, rows, after) = (clock.GetUtcNow(), new List<Row>(), "");
        // The state depends on the clock, so it is filtered here, batch by batch.
        while (true)
        {
            var batch = await Search(db, request.Search, after).Take(Batch).AsNoTracking().ToListAsync(ct);
            foreach (var row in await StatesAsync(db, batch, now, ct))
            {
                if (request.State is { } state && row.State != state && !(state == "locked" && row.Locked)) continue;
                if (rows.Count == request.Limit) return new Page(rows, More: true);
                rows.Add(row);
            }

            if (batch.Count < Batch) return new Page(rows, More: false);
            after = batch[^1].NormalizedUserName;
        }
    }

    private static IQueryable<User> Search(IdPDbContext db, string? search, string after)
    {
        var users = db.Users.OrderBy(u => u.NormalizedUserName).Where(u => u.NormalizedUserName.CompareTo(after) > 0);
        if (string.IsNullOrWhiteSpace(search)) return users;
        var part = UserNames.Normalize(search);
#pragma warning disable CA1304, CA1311, CA1862 // Translated to the database's upper().
        return users.Where(u => u.NormalizedUserName.Contains(part) || u.NormalizedEmail!.Contains(part) || u.DisplayName.ToUpper().Contains(part));
#pragma warning restore CA1304, CA1311, CA1862
    }

    private static async Task<List<Row>> StatesAsync(IdPDbContext db, List<User> users, DateTimeOffset now, CancellationToken ct)
    {
        var ids = users.ConvertAll(u => u.Id);
        var enrollments = await db.Enrollments.AsNoTracking().Where(e => ids.Contains(e.UserId)).ToDictionaryAsync(e => e.UserId, ct);
        var enrolled = (await db.TotpAuthenticators.Where(a => ids.Contains(a.UserId)).Select(a => a.UserId)
            .Union(db.Passkeys.Where(p => ids.Contains(p.UserId)).Select(p => p.UserId)).ToListAsync(ct)).ToHashSet();
        var locked = (await db.AttemptCounts.AsNoTracking().Where(c => ids.Contains(c.Owner) && c.LockedAt != null).ToListAsync(ct))
            .Where(c => c.IsLocked(now)).Select(c => c.Owner).ToHashSet();
        return users.ConvertAll(user =>
        {
            var state = EnrollmentView.Of(enrollments.GetValueOrDefault(user.Id), enrolled.Contains(user.Id), now);
            return new Row(user.UserName, user.DisplayName, user.Email, state.State, state.Deadline, state.DaysLeft,
                locked.Contains(user.Id) || state.State == EnrollmentView.Expired, user.DisabledAt is not null, user.Roles);
        });
    }
}
