using System.Collections.Concurrent;
using System.Diagnostics;
using IdP.Bench.Subjects;

namespace IdP.Bench.Scenarios;

/// <summary>How long single requests take: what an unfair wait in the database would show.</summary>
internal static class Latency
{
    private const int Connections = 16;
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(20);

    public static async Task RunAsync(Arguments arguments, Programs programs)
    {
        var (server, _) = await programs.ServerAsync();
        await using var ours = server;
        for (var i = 0; i < 3; i++) await new Measurement(arguments).BatchAsync(server, "code", 3000);

        var times = new ConcurrentBag<double>();
        var serial = 0;
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => Task.Run(async () =>
        {
            while (Stopwatch.GetElapsedTime(start) < Duration)
            {
                var began = Stopwatch.GetTimestamp();
                var code = await server.AuthorizeAsync(Client.Es256, Interlocked.Increment(ref serial));
                var between = Stopwatch.GetTimestamp();
                await server.RedeemAsync(Client.Es256, code);
                times.Add(Stopwatch.GetElapsedTime(began, between).TotalMilliseconds);
                times.Add(Stopwatch.GetElapsedTime(between).TotalMilliseconds);
            }
        })));
        Console.WriteLine($"\nlatency: {times.Count / Duration.TotalSeconds:0} requests/s of authorize + token on {Connections} connections for {Duration.TotalSeconds} s: {Say([.. times])} "
            + "(target: p99 at most 50 ms, longest 250)");
    }

    public static string Say(IReadOnlyList<double> times)
    {
        var sorted = times.Order().ToList();
        return $"p50 {sorted[sorted.Count / 2]:0.0} ms, p99 {sorted[(int)(sorted.Count * 0.99)]:0.0} ms, longest {sorted[^1]:0.0} ms";
    }
}
