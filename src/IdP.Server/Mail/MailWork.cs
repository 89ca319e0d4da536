using IdP.Server.Hosting;
using Microsoft.EntityFrameworkCore;

namespace IdP.Server.Mail;

/// <summary>Writes, sends and reminds in the background. Each goes on when another one fails or waits for a server.</summary>
internal sealed class MailWork(
    MailDispatcher dispatcher, MailSender sender, Reminders reminders, WeeklyDigest digest, TimeProvider clock, ILogger<MailWork> log) : BackgroundService
{
    private static readonly TimeSpan Often = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Seldom = TimeSpan.FromMinutes(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        LoopAsync(Often, dispatcher.RunOnceAsync, stoppingToken),
        LoopAsync(Often, sender.RunOnceAsync, stoppingToken),
        LoopAsync(Seldom, reminders.RunOnceAsync, stoppingToken),
        LoopAsync(Seldom, digest.RunOnceAsync, stoppingToken));

    private async Task LoopAsync(TimeSpan every, Func<CancellationToken, Task> work, CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(every, clock);
        try
        {
            // The first look waits for the first tick too: a start answers requests before it thinks of mail.
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await work(stoppingToken);
                }
                catch (Exception failed) when (failed is System.Data.Common.DbException or DbUpdateException or InvalidOperationException)
                {
                    log.MailFailed(failed);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The program stops.
        }
    }
}
