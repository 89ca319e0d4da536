using IdP.Server.Admin.Users;
using IdP.Storage.Database;

namespace IdP.Server.Admin.Overview;

/// <summary>The state of the house in a few numbers, and what needs a person.</summary>
internal sealed class ShowOverview(IdPDatabase database, TimeProvider clock)
{
    private const int MostAttention = 10;

    public sealed record Counts(long People, long Required, long Enrolled, long InTime, long Late, long LockedAttempts, long Disabled);

    /// <param name="Why"><c>expired</c>, <c>attempts</c> or <c>frozen</c>.</param>
    public sealed record Attention(string UserId, string DisplayName, string Why, DateTimeOffset Since);

    // An enrollment is active exactly as long as there is an authenticator; asking for that of 100,000 people one by one
    // would be most of the price.
    private const string Count = """
        SELECT
            COUNT(*),
            COALESCE(SUM(done), 0),
            COALESCE(SUM(CASE WHEN done = 0 AND (locked_at IS NOT NULL OR deadline <= @p0) THEN 1 ELSE 0 END), 0)
        FROM (
            SELECT e.locked_at, e.deadline, CASE WHEN e.active_since IS NOT NULL THEN 1
                WHEN EXISTS (SELECT 1 FROM totp_authenticators t WHERE t.user_id = e.user_id) THEN 1
                WHEN EXISTS (SELECT 1 FROM passkeys k WHERE k.user_id = e.user_id) THEN 1 ELSE 0 END AS done
            FROM enrollments e WHERE e.required_at IS NOT NULL OR e.must_enroll OR e.locked_at IS NOT NULL
        ) AS people
        """;

    private const string Late = $"""
        SELECT u.id, u.display_name, e.deadline, e.locked_at FROM enrollments e JOIN users u ON u.id = e.user_id
        WHERE (e.locked_at IS NOT NULL OR ((e.deadline + 0) <= @p0 AND (e.must_enroll OR e.required_at IS NOT NULL))) AND u.disabled_at IS NULL AND NOT {PeopleFilter.Enrolled}
        ORDER BY COALESCE(e.deadline, e.locked_at) DESC, u.id LIMIT 10
        """;

    private const string Attempts = """
        SELECT u.id, u.display_name, c.locked_at FROM attempt_counts c JOIN users u ON u.id = c.owner
        WHERE c.kind = 'verification' AND c.locked_at IS NOT NULL AND (c.locked_until IS NULL OR c.locked_until > @p0) AND u.disabled_at IS NULL
        ORDER BY c.locked_at DESC, u.id LIMIT 10
        """;

    private const string Frozen = "SELECT u.id, u.display_name, u.frozen_at FROM users u WHERE u.frozen_at IS NOT NULL ORDER BY u.frozen_at DESC, u.id LIMIT 10";

    public Task<Counts> CountAsync() => database.ReadAsync(async s =>
    {
        var now = clock.GetUtcNow();
        var people = await s.FirstAsync("SELECT COUNT(*) FROM users", row => row.GetInt64(0));
        var disabled = await s.FirstAsync("SELECT COUNT(*) FROM users WHERE disabled_at IS NOT NULL", row => row.GetInt64(0));
        var (required, enrolled, late) = await s.FirstAsync(Count, row => (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2)), now);
        var locked = await s.FirstAsync($"SELECT COUNT(*) FROM {PeopleFilter.AttemptsUsedUp} AS locked", row => row.GetInt64(0), now);
        return new Counts(people, required, enrolled, required - enrolled - late, late, locked, disabled);
    }).AsTask();

    /// <summary>Newest first.</summary>
    public Task<IReadOnlyList<Attention>> AttentionAsync() => database.ReadAsync<IReadOnlyList<Attention>>(async s =>
    {
        var now = clock.GetUtcNow();
        var late = await s.AllAsync(Late, row => new Attention(row.GetString(0), row.GetString(1), "expired", row.NullableTime(2) ?? row.Time(3)), now);
        var attempts = await s.AllAsync(Attempts, row => new Attention(row.GetString(0), row.GetString(1), "attempts", row.Time(2)), now);
        var frozen = await s.AllAsync(Frozen, row => new Attention(row.GetString(0), row.GetString(1), "frozen", row.Time(2)));
        return [.. late.Concat(attempts).Concat(frozen).OrderByDescending(a => a.Since).Take(MostAttention)];
    }).AsTask();
}
