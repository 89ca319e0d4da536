using IdP.Storage.Audit;
using IdP.Storage.Changes;
using IdP.Storage.Database;
using IdP.Verification;

namespace IdP.Server.Hosting;

/// <summary>
/// Links audit rows behind the requests that wrote them, signs checkpoints, and removes what is older than the setting says.
/// Every node has one; the database decides who links.
/// </summary>
internal sealed class AuditKeeper(AuditChain chain, IdPDatabase database, Catalog catalog, TimeProvider clock, ILogger<AuditKeeper> log) : BackgroundService
{
    private static readonly TimeSpan Often = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Seldom = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Hourly = TimeSpan.FromHours(1);

    // How far a look goes back behind the one before. What a killed program or a long transaction left is found by the seldom one.
    private static readonly TimeSpan Recent = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Settled = TimeSpan.FromMinutes(10);

    private readonly HashSet<long> reported = [];
    private DateTimeOffset seldomNext;
    private DateTimeOffset hourlyNext;
    private DateTimeOffset? looked;
    private DateTimeOffset? lookedFar;

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await TryAsync(async () =>
        {
            await LinkAsync(looked - Recent);
            await chain.CheckpointAsync(now: true);
        });
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        (seldomNext, hourlyNext) = (clock.GetUtcNow(), clock.GetUtcNow() + Hourly);
        using var timer = new PeriodicTimer(Often, clock);
        try
        {
            // The first look waits for the first tick: a start answers requests before it tidies up.
            while (await timer.WaitForNextTickAsync(stoppingToken)) await TryAsync(() => RunOnceAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // The program stops.
        }
    }

    /// <summary>Does what is due now.</summary>
    internal async Task RunOnceAsync(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        if (now < seldomNext)
        {
            await LinkAsync(looked - Recent);
        }
        else
        {
            // Once at the start all of it: whatever another program left behind.
            await LinkAsync(lookedFar - Settled);
            (seldomNext, lookedFar) = (now + Seldom, now);
            if (await chain.HasShrunkAsync()) await ReportAsync("The end of the audit log was removed.");
        }

        looked = now;
        await chain.CheckpointAsync(now: false);
        if (now < hourlyNext) return;
        hourlyNext = now + Hourly;
        await RemoveAsync(now, ct);
    }

    private async Task LinkAsync(DateTimeOffset? since)
    {
        var (_, forged) = await chain.LinkAsync(since);
        // Each once, and not for ever: whoever can invent rows shall not fill the log by it.
        if (forged is not { } row || reported.Count == 100 || !reported.Add(row)) return;
        await ReportAsync($"Row {row} was inserted, or was changed before it was linked.");
    }

    private async Task RemoveAsync(DateTimeOffset now, CancellationToken ct)
    {
        var days = VerificationSettings.Of(await catalog.GetAsync()).AuditRetentionDays;
        if (days == 0) return;
        // At least a day at once, so that removing does not fill the log by itself.
        var before = now.AddDays(-days);
        var oldest = await database.ReadAsync(s => s.FirstAsync<DateTimeOffset?>("SELECT at FROM audit_events ORDER BY at LIMIT 1", r => r.Time(0)));
        if (oldest is null || oldest > before.AddDays(-1)) return;
        while (true)
        {
            var (removed, fault) = await chain.RemoveAsync(before, ct);
            if (fault is not null) await ReportAsync(fault.Text + " Nothing was removed.");
            if (removed == 0) return;
            log.AuditRemoved(removed);
        }
    }

    private async Task ReportAsync(string problem)
    {
        log.AuditDamaged(problem);
        await database.WriteAsync(async s =>
        {
            await s.AuditAsync(new AuditEvent { At = clock.GetUtcNow(), Event = AuditEvents.AuditDamaged, Actor = "system", Resource = "audit", Outcome = "failure", Reason = problem });
            return true;
        });
    }

    private async Task TryAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception failed) when (failed is System.Data.Common.DbException or InvalidOperationException)
        {
            log.AuditFailed(failed);
        }
    }
}
