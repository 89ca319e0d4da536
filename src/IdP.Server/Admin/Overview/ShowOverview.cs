using IdP.Server.Admin.Users;
using IdP.Storage.Database;
using IdP.Verification.SignIn;

namespace IdP.Server.Admin.Overview;

/// <summary>The state of the house in a few numbers, and what needs a person.</summary>
internal sealed class ShowOverview(IdPDatabase database, TimeProvider clock)
{
    private const int MostAttention = 10;

    public sealed record Counts(long People, long Required, long Enrolled, long InTime, long Late, long LockedAttempts, long Disabled);

    /// <param name="Why"><c>expired</c>, <c>attempts</c>, <c>frozen</c> or <c>help</c>.</param>
    public sealed record Attention(string UserId, string DisplayName, string Why, DateTimeOffset Since);

    private const string NotEnrolled =
        "e.user_id NOT IN (SELECT t.user_id FROM totp_authenticators t) AND e.user_id NOT IN (SELECT k.user_id FROM passkeys k)";

    private const string IsLate = "(e.locked_at IS NOT NULL OR (e.deadline <= @p0 AND (e.must_enroll OR e.required_at IS NOT NULL)))";

    private readonly string everybody = $"SELECT COUNT(*), COUNT(u.disabled_at) FROM {ProgressIndexes.Tables(database.Provider).Users}";

    private readonly string progress = $"""
        SELECT COUNT(*), COALESCE(SUM(CASE WHEN {NotEnrolled} THEN 0 ELSE 1 END), 0), COALESCE(SUM(CASE WHEN {IsLate} AND {NotEnrolled} THEN 1 ELSE 0 END), 0)
        FROM {ProgressIndexes.Tables(database.Provider).Enrollments} WHERE e.required_at IS NOT NULL OR e.must_enroll OR e.locked_at IS NOT NULL
        """;

    // Names are read of the last ones alone. Whose deadline is past is read backwards from now; who is locked without one
    // is nobody, as a rule, and looked for in the whole index.
    private readonly string late = $"""
        SELECT p.id, p.display_name, last.since FROM (
            SELECT * FROM (
                SELECT e.user_id, e.deadline AS since FROM enrollments e
                WHERE e.deadline <= @p0 AND {IsLate} AND {NotEnrolled} AND {Enabled(database.Provider, "e.user_id")} ORDER BY e.deadline DESC LIMIT 10
            ) AS over
            UNION ALL
            SELECT * FROM (
                SELECT e.user_id, COALESCE(e.deadline, e.locked_at) AS since FROM {ProgressIndexes.Tables(database.Provider).Enrollments}
                WHERE e.locked_at IS NOT NULL AND (e.deadline IS NULL OR e.deadline > @p0) AND {NotEnrolled} AND {Enabled(database.Provider, "e.user_id")}
                ORDER BY 2 DESC LIMIT 10
            ) AS locked
        ) AS last JOIN users p ON p.id = last.user_id ORDER BY last.since DESC, p.id LIMIT 10
        """;

    private readonly string attempts = $"""
        SELECT p.id, p.display_name, last.locked_at FROM (
            SELECT c.owner, c.locked_at FROM attempt_counts c
            WHERE c.kind = 'verification' AND c.locked_at IS NOT NULL AND (c.locked_until IS NULL OR c.locked_until > @p0) AND {Enabled(database.Provider, "c.owner")}
            ORDER BY c.locked_at DESC, c.owner LIMIT 10
        ) AS last JOIN users p ON p.id = last.owner ORDER BY last.locked_at DESC, p.id
        """;

    // Whose account is frozen is turned off, too.
    private readonly string frozen = $"""
        SELECT p.id, p.display_name, p.frozen_at FROM users p
        WHERE p.id IN (SELECT u.id FROM {ProgressIndexes.Tables(database.Provider).Users} WHERE u.disabled_at IS NOT NULL) AND p.frozen_at IS NOT NULL
        ORDER BY p.frozen_at DESC, p.id LIMIT 10
        """;

    private const string Help = $"""
        SELECT u.id, u.display_name, e.at FROM audit_events e JOIN users u ON u.id = e.user_id
        WHERE {HelpRequests.Open} AND u.disabled_at IS NULL ORDER BY e.id DESC LIMIT 10
        """;

    public Task<Counts> CountAsync() => database.ReadAsync(async s =>
    {
        var now = clock.GetUtcNow();
        var (people, disabled) = await s.FirstAsync(everybody, row => (row.GetInt64(0), row.GetInt64(1)));
        var (required, enrolled, tooLate) = await s.FirstAsync(progress, row => (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2)), now);
        var locked = await s.FirstAsync($"SELECT COUNT(*) FROM {PeopleFilter.AttemptsUsedUp} AS locked", row => row.GetInt64(0), now);
        return new Counts(people, required, enrolled, required - enrolled - tooLate, tooLate, locked, disabled);
    }).AsTask();

    /// <summary>Newest first.</summary>
    public Task<IReadOnlyList<Attention>> AttentionAsync() => database.ReadAsync<IReadOnlyList<Attention>>(async s =>
    {
        var now = clock.GetUtcNow();
        var expired = await s.AllAsync(late, row => new Attention(row.GetString(0), row.GetString(1), "expired", row.Time(2)), now);
        var guessed = await s.AllAsync(attempts, row => new Attention(row.GetString(0), row.GetString(1), "attempts", row.Time(2)), now);
        var byThemselves = await s.AllAsync(frozen, row => new Attention(row.GetString(0), row.GetString(1), "frozen", row.Time(2)));
        var help = await s.AllAsync(Help, row => new Attention(row.GetString(0), row.GetString(1), "help", row.Time(2)), now - HelpRequests.Lifetime);
        return [.. expired.Concat(guessed).Concat(byThemselves).Concat(help).OrderByDescending(a => a.Since).Take(MostAttention)];
    }).AsTask();

    private static string Enabled(DatabaseProvider provider, string id) => $"EXISTS (SELECT 1 FROM {ProgressIndexes.Tables(provider).Users} WHERE u.id = {id} AND u.disabled_at IS NULL)";
}
