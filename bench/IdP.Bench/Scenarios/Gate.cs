using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using IdP.Bench.Subjects;
using IdP.Testing;

namespace IdP.Bench.Scenarios;

/// <summary>What machines feel while people, or an attacker, keep the password gate full.</summary>
internal static class Gate
{
    private const int Guessers = 32;
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(10);

    public static async Task RunAsync(Arguments arguments, Programs programs)
    {
        var (server, _) = await programs.ServerAsync();
        await using var ours = server;
        foreach (var operation in new[] { "client_credentials", "refresh" })
        {
            for (var i = 0; i < 2; i++) await new Measurement(arguments).BatchAsync(server, operation, 3000);
            var quiet = await TimesAsync(server, operation);
            using var stop = new CancellationTokenSource();
            var (busy, turnedAway) = (0, 0);
            var flood = Enumerable.Range(0, Guessers).Select(i => Task.Run(async () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    if (await GuessAsync(server, i) == HttpStatusCode.ServiceUnavailable) Interlocked.Increment(ref turnedAway);
                    Interlocked.Increment(ref busy);
                }
            })).ToList();
            await Task.Delay(2000);
            var loud = await TimesAsync(server, operation);
            await stop.CancelAsync();
            await Task.WhenAll(flood);
            Console.WriteLine($"\ngate: {operation} quiet {Latency.Say(quiet)}; while {Guessers} guess passwords ({busy} tries, {turnedAway} turned away with 503) {Latency.Say(loud)} "
                + "(target: client credentials p99 at most 100 ms, refresh at most five times its quiet p99)");
        }
    }

    private static async Task<HttpStatusCode> GuessAsync(OidcSubject server, int guesser)
    {
        using var agent = new UserAgent();
        var page = await agent.GetAsync(new Uri(server.Address, "signin"));
        // An unknown name costs the same hash and locks nobody.
        var answer = await agent.SubmitAsync(page, new Dictionary<string, string> { ["username"] = $"nobody{guesser}-{Guid.NewGuid():N}", ["password"] = "wrong" });
        return answer.Status;
    }

    private static async Task<List<double>> TimesAsync(OidcSubject server, string operation)
    {
        var send = await server.PrepareAsync(operation, int.MaxValue / 2);
        var times = new ConcurrentBag<double>();
        var (serial, start) = (0, Stopwatch.GetTimestamp());
        await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            while (Stopwatch.GetElapsedTime(start) < Duration)
            {
                var began = Stopwatch.GetTimestamp();
                await send(Interlocked.Increment(ref serial));
                times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
                await Task.Delay(5);
            }
        })));
        return [.. times];
    }
}
