using System.Collections.Concurrent;
using IdP.Storage.Database;

namespace IdP.Verification.Decisions;

/// <summary>
/// Counts whom a policy asks and whom its draft would ask. What is noted is kept in memory and written together, so that
/// no sign-in waits for it; what a killed process had not written yet is not counted.
/// </summary>
public sealed class PolicyReports(IdPDatabase database)
{
    // A day's people of a large organisation at several applications; beyond it nothing new is noted until it was written.
    private const int Most = 100_000;

    private const string Add = """
        INSERT INTO policy_reports (resource, day, user_id, live, draft)
        SELECT @p0, @p1, u.id, @p3, @p4 FROM users u WHERE u.id = @p2
        ON CONFLICT (resource, day, user_id) DO UPDATE SET live = policy_reports.live OR excluded.live, draft = policy_reports.draft OR excluded.draft
        """;

    private const string Sum = """
        SELECT COUNT(DISTINCT user_id), COUNT(DISTINCT CASE WHEN draft THEN user_id END), COUNT(DISTINCT CASE WHEN live THEN user_id END),
            COUNT(DISTINCT CASE WHEN draft AND NOT live THEN user_id END), COUNT(DISTINCT CASE WHEN live AND NOT draft THEN user_id END)
        FROM policy_reports WHERE resource = @p0 AND day >= @p1
        """;

    private readonly ConcurrentDictionary<(string Resource, DateTimeOffset Day, string UserId), (bool Live, bool Draft)> noted = new();

    /// <param name="People">Who came in that time.</param>
    /// <param name="Draft">Of these, whom the draft would have asked.</param>
    /// <param name="Live">Of these, who was asked.</param>
    /// <param name="Newly">Who was not asked at least once when the draft would have.</param>
    /// <param name="NoLonger">Who was asked at least once when the draft would not have.</param>
    public sealed record Count(long People, long Draft, long Live, long Newly, long NoLonger);

    /// <summary>Whether a decision asks the person for something besides the sign-in.</summary>
    public static bool Asks(Decision decision) => decision is Decision.Verify or Decision.Enroll or Decision.Locked or Decision.Deny;

    internal void Note(string resource, string userId, DateTimeOffset now, Decision live, Decision draft)
    {
        if (live is Decision.SignIn || draft is Decision.SignIn || noted.Count >= Most) return;
        var asked = (Live: Asks(live), Draft: Asks(draft));
        // On the way through a verification the decision is asked several times; once asked is asked.
        noted.AddOrUpdate((resource, new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero), userId), asked, (_, before) => (before.Live || asked.Live, before.Draft || asked.Draft));
    }

    /// <summary>Writes what was noted since the last time.</summary>
    public async Task WriteAsync()
    {
        foreach (var part in noted.Keys.Chunk(500))
        {
            await database.WriteAsync(async s =>
            {
                foreach (var key in part)
                {
                    if (noted.TryRemove(key, out var asked)) await s.ExecuteAsync(Add, key.Resource, key.Day, key.UserId, asked.Live, asked.Draft);
                }

                return true;
            });
        }
    }

    /// <summary>What was counted since a day.</summary>
    public async ValueTask<Count> SinceAsync(string resource, DateTimeOffset since) => (await database.ReadAsync(s => s.FirstAsync(
        Sum, row => new Count(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4)), resource, since)))!;
}
