using IdP.Verification.Enrollments;

namespace IdP.Server.Hosting;

/// <summary>Locks people whose enrollment period ended while they were away, so that admins see it and they get a mail.</summary>
/// <remarks>Nobody waits for it: the decision looks at the deadline itself.</remarks>
internal sealed class EnrollmentSweep(EnrollmentPeriods periods, TimeProvider clock, ILogger<EnrollmentSweep> log) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    var locked = await periods.SweepAsync();
                    if (locked > 0) log.PeriodsEnded(locked);
                }
                catch (Exception failed) when (failed is System.Data.Common.DbException or InvalidOperationException)
                {
                    log.SweepFailed(failed);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The program stops.
        }
    }
}
