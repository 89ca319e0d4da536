using IdP.Storage;
using IdP.Storage.Database;
using IdP.Storage.Enrollments;

namespace IdP.Verification.Attempts;

/// <summary>
/// Counts a guess before it is compared, in one conditional statement, so that of any number of requests at once no
/// more than the limit are evaluated.
/// </summary>
public sealed class AttemptCounter(IdPDatabase database, RandomSource random, TimeProvider clock)
{
    // A guess that was counted and whose request then died would leave the count at the limit without a lock. After
    // this time nobody is evaluating it any more.
    private static readonly TimeSpan LongestEvaluation = TimeSpan.FromSeconds(10);

    // A lock that ended by itself, and failures of long ago where they fade (@p4), begin a new count. A lock does not fade.
    private const string Count = """
        INSERT INTO attempt_counts (kind, owner, failures, last_at) VALUES (@p0, @p1, 1, @p2)
        ON CONFLICT (kind, owner) DO UPDATE SET
            failures = CASE WHEN attempt_counts.locked_until <= @p2 OR (attempt_counts.locked_at IS NULL AND attempt_counts.last_at < @p4) THEN 1 ELSE attempt_counts.failures + 1 END,
            last_at = @p2, locked_at = NULL, locked_until = NULL, reference = NULL
        WHERE attempt_counts.locked_until <= @p2
            OR (attempt_counts.locked_at IS NULL AND (attempt_counts.last_at < @p4 OR attempt_counts.failures < @p3))
        RETURNING failures
        """;

    /// <summary>Counts one guess, committed whatever happens to the request afterwards.</summary>
    /// <param name="kind">One of <see cref="AttemptKind"/>.</param>
    /// <param name="owner">Whose count.</param>
    /// <param name="limit">How many guesses are evaluated.</param>
    /// <param name="fadeAfter">Failures older than this are forgotten; null: never (verification).</param>
    /// <returns>The number of this guess, 1 to <paramref name="limit"/>; null when it must not be evaluated.</returns>
    public async Task<int?> CountAsync(string kind, string owner, int limit, TimeSpan? fadeAfter = null)
    {
        var now = clock.GetUtcNow();
        return await database.WriteAsync(s => CountAsync(s, kind, owner, limit, now, fadeAfter));
    }

    /// <summary>As the other, in the transaction of what is counted.</summary>
    public static async ValueTask<int?> CountAsync(
        Statements statements, string kind, string owner, int limit, DateTimeOffset now, TimeSpan? fadeAfter = null)
    {
        var fadesBefore = fadeAfter is { } age ? now - age : DateTimeOffset.UnixEpoch;
        var number = await statements.FirstAsync(Count, row => row.GetInt32(0), kind, owner, now, limit, fadesBefore);
        return number == 0 ? null : number;
    }

    /// <summary>Locks a count that stands at its limit.</summary>
    /// <param name="statements">The transaction of the failure's audit event.</param>
    /// <param name="lockedFor">How long; null: until an admin unlocks.</param>
    /// <param name="certain">This request's guess reached the limit and was wrong.</param>
    /// <returns>The reference number of the new lock; null when it was locked already or somebody is still guessing.</returns>
    internal async ValueTask<string?> LockAsync(
        Statements statements, string kind, string owner, int limit, TimeSpan? lockedFor, bool certain)
    {
        var now = clock.GetUtcNow();
        var reference = random.NewReference("LK");
        var won = await statements.ExecuteAsync("""
            UPDATE attempt_counts SET locked_at = @p0, locked_until = @p1, reference = @p2
            WHERE kind = @p3 AND owner = @p4 AND failures >= @p5 AND locked_at IS NULL AND last_at <= @p6
            """,
            now, lockedFor is { } time ? now + time : null, reference, kind, owner, limit, certain ? now : now - LongestEvaluation);
        return won == 1 ? reference : null;
    }

    /// <summary>A right answer: the failures are forgotten, unless a lock came first.</summary>
    /// <returns>False when it is locked: the answer comes too late.</returns>
    internal static async ValueTask<bool> ForgetAsync(Statements statements, string kind, string owner) =>
        await statements.ExecuteAsync("UPDATE attempt_counts SET failures = 0 WHERE kind = @p0 AND owner = @p1 AND locked_at IS NULL", kind, owner) == 1;

    /// <summary>Takes back one count: what was typed turned out not to be a guess.</summary>
    public static async ValueTask RefundAsync(Statements statements, string kind, string owner) =>
        await statements.ExecuteAsync("UPDATE attempt_counts SET failures = failures - 1 WHERE kind = @p0 AND owner = @p1 AND locked_at IS NULL AND failures > 0", kind, owner);

    /// <summary>Adds a failure that was seen elsewhere, never above <paramref name="most"/>.</summary>
    internal static async ValueTask AddAsync(Statements statements, string kind, string owner, int most, DateTimeOffset now) =>
        await statements.ExecuteAsync("""
            INSERT INTO attempt_counts (kind, owner, failures, last_at) VALUES (@p0, @p1, 1, @p2)
            ON CONFLICT (kind, owner) DO UPDATE SET failures = attempt_counts.failures + 1, last_at = @p2
            WHERE attempt_counts.locked_at IS NULL AND attempt_counts.failures < @p3
            """, kind, owner, now, most);
}
