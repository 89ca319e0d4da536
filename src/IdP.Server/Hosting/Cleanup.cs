using IdP.Storage.Database;

namespace IdP.Server.Hosting;

/// <summary>Removes once an hour what is over and that nothing will ask for any more.</summary>
internal sealed class Cleanup(IdPDatabase database, TimeProvider clock, ILogger<Cleanup> log) : BackgroundService
{
    private static readonly (string Sql, TimeSpan KeptFor)[] Sweeps =
    [
        ("DELETE FROM pending_sign_ins WHERE expires_at < @p0", TimeSpan.Zero),
        ("DELETE FROM pending_authenticators WHERE expires_at < @p0", TimeSpan.Zero),
        ("DELETE FROM passkey_ceremonies WHERE expires_at < @p0", TimeSpan.Zero),
        ("DELETE FROM enrollment_passes WHERE expires_at < @p0", TimeSpan.FromDays(1)),
        ("DELETE FROM remembered_browsers WHERE expires_at < @p0", TimeSpan.Zero),
        // A page that was opened in time is answered within IdP:Tokens:InteractionLifetime, a day at most.
        ("DELETE FROM pushed_requests WHERE expires_at < @p0", TimeSpan.FromHours(25)),
        ("DELETE FROM device_authorizations WHERE expires_at < @p0", TimeSpan.FromHours(1)),
        ("DELETE FROM spent_jtis WHERE expires_at < @p0", TimeSpan.FromMinutes(5)),
        ("DELETE FROM logout_deliveries WHERE created_at < @p0 AND state <> 'Waiting'", TimeSpan.FromDays(30)),
        ("DELETE FROM outbox_messages WHERE created_at < @p0 AND state <> 'Waiting'", TimeSpan.FromDays(90)),
        ("DELETE FROM interactions WHERE expires_at < @p0", TimeSpan.FromHours(1)),
        ("DELETE FROM reference_tokens WHERE expires_at < @p0", TimeSpan.FromHours(1)),
        ("DELETE FROM revoked_access_tokens WHERE expires_at < @p0", TimeSpan.FromHours(1)),
        // A code is kept for a day, so that one shown twice is recognised and what it gave is revoked.
        ("DELETE FROM authorization_codes WHERE expires_at < @p0", TimeSpan.FromDays(1)),
        ("DELETE FROM refresh_tokens WHERE expires_at < @p0", TimeSpan.FromDays(1)),
        // Long after they fade; a verification count never does, and goes with its person.
        ("DELETE FROM attempt_counts WHERE kind <> 'verification' AND last_at < @p0 AND (locked_until IS NULL OR locked_until < @p0)", TimeSpan.FromDays(2)),
        // What is counted for a span of time, which nobody reads when it is over.
        ("DELETE FROM attempt_counts WHERE kind IN ('address', 'device-address', 'client-secret', 'request') AND last_at < @p0", TimeSpan.FromHours(1)),
        ("DELETE FROM policy_reports WHERE day < @p0", TimeSpan.FromDays(30)),
        ("DELETE FROM one_time_links WHERE expires_at < @p0", TimeSpan.FromDays(1)),
        ("DELETE FROM sessions WHERE expires_at < @p0", TimeSpan.FromDays(7)),
        ("""
        DELETE FROM authorizations WHERE type = 'AdHoc' AND created_at < @p0
            AND NOT EXISTS (SELECT 1 FROM refresh_tokens r WHERE r.authorization_id = authorizations.id)
            AND NOT EXISTS (SELECT 1 FROM authorization_codes c WHERE c.authorization_id = authorizations.id)
            AND NOT EXISTS (SELECT 1 FROM reference_tokens t WHERE t.authorization_id = authorizations.id)
        """, TimeSpan.FromDays(2)),
    ];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromHours(1), clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    foreach (var (sql, keptFor) in Sweeps)
                    {
                        await database.WriteAsync(s => s.ExecuteAsync(sql, clock.GetUtcNow() - keptFor));
                    }
                }
                catch (Exception failed) when (failed is System.Data.Common.DbException or InvalidOperationException)
                {
                    log.CleanupFailed(failed);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The program stops.
        }
    }
}
