using System.Data.Common;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace IdP.Protocol.Tokens;

/// <summary>Looks once an hour whether a signing key has served its time.</summary>
internal sealed class KeyRotation(SigningKeys keys, TimeProvider clock, ILogger<KeyRotation> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromHours(1), clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await keys.CheckAsync();
                }
                catch (Exception failed) when (failed is DbException or InvalidOperationException)
                {
                    log.KeyCheckFailed(failed);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The program stops.
        }
    }
}
