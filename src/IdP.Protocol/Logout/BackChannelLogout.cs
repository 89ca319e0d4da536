using IdP.Storage.Changes;
using IdP.Storage.Database;
using IdP.Storage.Outbox;

namespace IdP.Protocol.Logout;

/// <summary>Delivers what ended sessions left behind. OpenID Connect Back-Channel Logout 1.0 §2.5.</summary>
internal sealed class BackChannelLogout(IdPDatabase database, Catalog catalog, LogoutTokens tokens, GuardedFetcher fetcher, TimeProvider clock)
{
    public const int MostAttempts = 8;

    private const int AtOnce = 8;

    private const string Due = """
        SELECT session_id, client_id, user_id, attempts FROM logout_deliveries
        WHERE state = 'Waiting' AND next_attempt_at <= @p0 ORDER BY next_attempt_at LIMIT 100
        """;

    private const string Take = """
        UPDATE logout_deliveries SET attempts = @p0, next_attempt_at = @p1
        WHERE session_id = @p2 AND client_id = @p3 AND state = 'Waiting' AND attempts = @p4
        """;

    // One that another node delivers meanwhile is left alone; one whose node died is tried again.
    private static readonly TimeSpan Taken = TimeSpan.FromMinutes(1);

    /// <summary>Tries each delivery that is due, once.</summary>
    /// <returns>How many failed for the last time.</returns>
    public async Task<int> DeliverAsync(CancellationToken ct)
    {
        var due = await database.ReadAsync(s => s.AllAsync(
            Due, row => new Delivery(row.GetString(0), row.GetString(1), row.GetString(2), row.GetInt32(3)), clock.GetUtcNow()));
        var givenUp = 0;
        // Side by side: one application that does not answer must not hold up the others.
        await Parallel.ForEachAsync(due, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = ct }, async (delivery, stop) =>
        {
            if (!await DeliverAsync(delivery, stop)) Interlocked.Increment(ref givenUp);
        });
        return givenUp;
    }

    private async Task<bool> DeliverAsync(Delivery delivery, CancellationToken ct)
    {
        var attempt = delivery.Attempts + 1;
        var taken = await database.WriteAsync(s => s.ExecuteAsync(
            Take, attempt, clock.GetUtcNow() + Taken, delivery.SessionId, delivery.ClientId, delivery.Attempts));
        if (taken == 0) return true;

        var error = await SendAsync(delivery, ct);
        var now = clock.GetUtcNow();
        if (error is null)
        {
            await database.WriteAsync(s => s.ExecuteAsync(
                "UPDATE logout_deliveries SET state = 'Sent', sent_at = @p0, error = NULL WHERE session_id = @p1 AND client_id = @p2",
                now, delivery.SessionId, delivery.ClientId));
            return true;
        }

        // 1, 2, 4, … minutes; after the last try it stays for an admin to see.
        var last = attempt >= MostAttempts;
        await database.WriteAsync(s => s.ExecuteAsync(
            "UPDATE logout_deliveries SET state = @p0, next_attempt_at = @p1, error = @p2 WHERE session_id = @p3 AND client_id = @p4",
            last ? OutboxState.Failed : OutboxState.Waiting, now.AddMinutes(Math.Pow(2, attempt - 1)), error[..Math.Min(error.Length, 512)],
            delivery.SessionId, delivery.ClientId));
        return !last;
    }

    private async Task<string?> SendAsync(Delivery delivery, CancellationToken ct)
    {
        var snapshot = await catalog.GetAsync();
        if (snapshot.Clients.GetValueOrDefault(delivery.ClientId) is not { BackChannelLogoutUri: { Length: > 0 } address } client)
        {
            return "The application has no address for back-channel logout any more.";
        }

        // Signed anew at each try: a token is good for two minutes.
        return await fetcher.PostAsync(address, [new("logout_token", tokens.Write(snapshot, client, delivery.UserId, delivery.SessionId))], ct);
    }

    private sealed record Delivery(string SessionId, string ClientId, string UserId, int Attempts);
}
