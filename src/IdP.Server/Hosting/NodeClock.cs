using System.Data.Common;
using System.Globalization;
using IdP.Storage.Database;

namespace IdP.Server.Hosting;

/// <summary>
/// Compares this node's clock with its database's: codes of authenticator apps, deadlines and locks go by it, and nodes
/// that disagree answer the same person differently. SQLite has no clock but this machine's.
/// </summary>
internal sealed class NodeClock(IdPDatabase database, TimeProvider clock, ILogger<NodeClock> log) : BackgroundService
{
    /// <summary>Less than this nobody notices.</summary>
    public static readonly TimeSpan Tolerated = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Every = TimeSpan.FromMinutes(5);

    /// <summary>What is to be said about the clock; null: nothing.</summary>
    public async Task<string?> ProblemAsync()
    {
        if (database.Provider == DatabaseProvider.Sqlite) return null;
        var before = clock.GetUtcNow();
        var there = await database.ReadAsync(s => s.FirstAsync("SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)", row => row.Time(0)));
        // Read somewhere between the question and the answer, so a slow database is no wrong clock.
        var after = clock.GetUtcNow();
        var (ahead, behind) = (before - there, there - after);
        if (ahead <= Tolerated && behind <= Tolerated) return null;
        return string.Create(CultureInfo.InvariantCulture,
            $"The clock of this node is {Admin.Texts.Count((long)Math.Round((ahead > behind ? ahead : behind).TotalSeconds), "second")} {(ahead > behind ? "ahead of" : "behind")} its database's.");
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, clock);
        try
        {
            do
            {
                try
                {
                    if (await ProblemAsync() is { } problem) log.ClockIsOff(problem);
                }
                catch (Exception failed) when (failed is DbException or InvalidOperationException)
                {
                    // That the database does not answer is said by whoever needs it.
                }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // The program stops.
        }
    }
}
