using System.Data.Common;
using System.Threading.Channels;
using IdP.Server.Hosting;
using Microsoft.EntityFrameworkCore;

namespace IdP.Server.Mail;

/// <summary>
/// What is done after the answer was given: nobody waits for the mail server, and nobody can tell from the time that an
/// answer took whether there was anybody to send a mail to.
/// </summary>
internal sealed class AfterAnswer(ILogger<AfterAnswer> log) : BackgroundService
{
    private const int MostAtOnce = 4;

    // What comes while so much waits is left undone: whoever asked asks again.
    private readonly Channel<Func<CancellationToken, Task>> waiting =
        Channel.CreateBounded<Func<CancellationToken, Task>>(new BoundedChannelOptions(1000) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Add(Func<CancellationToken, Task> piece) => waiting.Writer.TryWrite(piece);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(Enumerable.Range(0, MostAtOnce).Select(_ => WorkAsync(stoppingToken)));

    private async Task WorkAsync(CancellationToken ct)
    {
        try
        {
            await foreach (var piece in waiting.Reader.ReadAllAsync(ct))
            {
                try
                {
                    await piece(ct);
                }
                catch (Exception failed) when (failed is DbException or DbUpdateException or InvalidOperationException)
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
