using IdP.Verification.Decisions;

namespace IdP.Server.Hosting;

/// <summary>Writes every few seconds what drafts of policies would have asked, and once more when the program stops.</summary>
internal sealed class PolicyReportWriter(PolicyReports reports, TimeProvider clock, ILogger<PolicyReportWriter> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(10), clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) await WriteAsync();
        }
        catch (OperationCanceledException)
        {
            // The program stops.
        }

        await WriteAsync();
    }

    private async Task WriteAsync()
    {
        try
        {
            await reports.WriteAsync();
        }
        catch (Exception failed) when (failed is System.Data.Common.DbException or InvalidOperationException or TimeoutException)
        {
            // A count is lost; no sign-in is.
            log.PolicyReportFailed(failed);
        }
    }
}
