using System.Data.Common;
using IdP.Storage.Outbox;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace IdP.Protocol.Logout;

/// <summary>Looks for deliveries at once when a session ends in this process, and every few seconds for all others.</summary>
internal sealed class LogoutDeliverer(BackChannelLogout logout, LogoutSignal signal, TimeProvider clock, ILogger<LogoutDeliverer> log) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await signal.WaitAsync(Every, clock, stoppingToken);
                try
                {
                    var givenUp = await logout.DeliverAsync(stoppingToken);
                    if (givenUp > 0) log.LogoutsGivenUp(givenUp);
                }
                catch (Exception failed) when (failed is DbException or InvalidOperationException)
                {
                    log.LogoutsFailed(failed);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The program stops; what was taken is tried again.
        }
    }
}
