using IdP.Storage.Database;
using Microsoft.EntityFrameworkCore;

namespace IdP.Storage.Outbox;

/// <summary>
/// Leaves a delivery for each application that took part in a session and asked to be told of its end; in the
/// transaction that ends it, and before it does. The deliverer reads the rows.
/// </summary>
public static class LogoutDeliveries
{
    private static readonly string OfSession = Insert("@p0", "a.session_id = @p1");

    private static readonly string OfUser = Insert("{0}", "a.session_id IN (SELECT id FROM sessions WHERE user_id = {1} AND revoked_at IS NULL)");

    /// <summary>For one session.</summary>
    public static async ValueTask QueueLogoutsAsync(this Statements statements, string sessionId, DateTimeOffset now) =>
        await statements.ExecuteAsync(OfSession, now, sessionId);

    /// <summary>For every session of a person that has not been ended yet.</summary>
    public static Task QueueLogoutsAsync(this IdPDbContext db, string userId, DateTimeOffset now, CancellationToken ct) =>
        db.Database.ExecuteSqlRawAsync(OfUser, [now.ToUnixTimeMilliseconds(), userId], ct);

    private static string Insert(string now, string which) => $"""
        INSERT INTO logout_deliveries (session_id, client_id, user_id, state, attempts, created_at, next_attempt_at)
        SELECT DISTINCT a.session_id, a.client_id, a.user_id, 'Waiting', 0, CAST({now} AS bigint), CAST({now} AS bigint)
        FROM authorizations a JOIN clients c ON c.client_id = a.client_id
        WHERE {which} AND c.back_channel_logout_uri <> ''
        ON CONFLICT (session_id, client_id) DO NOTHING
        """;
}

/// <summary>Wakes the deliverer of this process, so that nobody waits for its next look at the table.</summary>
public sealed class LogoutSignal
{
    private volatile TaskCompletionSource given = New();

    /// <summary>Called when the transaction is committed.</summary>
    public void Give() => given.TrySetResult();

    /// <summary>Waits for the signal, or for the time to pass.</summary>
    public async Task WaitAsync(TimeSpan longest, TimeProvider clock, CancellationToken ct)
    {
        try
        {
            await given.Task.WaitAsync(longest, clock, ct);
            // Taken before the table is read: what is signalled meanwhile is looked at next.
            given = New();
        }
        catch (TimeoutException)
        {
            // Time for a look without a signal.
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
