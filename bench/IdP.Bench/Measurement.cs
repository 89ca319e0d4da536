using IdP.Bench.Subjects;

namespace IdP.Bench;

/// <summary>CPU milliseconds of one program for one request, round by round.</summary>
internal sealed record Price(string Subject, IReadOnlyList<double> Rounds)
{
    public double Least => Rounds.Min();

    public double Median => Rounds.Order().ElementAt(Rounds.Count / 2);
}

/// <summary>Runs counted batches against one program after the other, in turns, and reads what they cost it.</summary>
internal sealed class Measurement(Arguments arguments)
{
    private static readonly TimeSpan FewestWarmUp = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan MostWarmUp = TimeSpan.FromSeconds(20);

    public async Task<List<Price>> RunAsync(string operation, IReadOnlyList<Subject> subjects)
    {
        var counts = new Dictionary<Subject, int>();
        foreach (var subject in subjects) counts[subject] = await WarmUpAsync(subject, operation);

        var rounds = subjects.ToDictionary(s => s, _ => new List<double>());
        for (var round = 0; round < arguments.Rounds; round++)
        {
            foreach (var subject in subjects) rounds[subject].Add(await BatchAsync(subject, operation, counts[subject]));
        }

        return [.. subjects.Select(s => new Price(s.Name, rounds[s]))];
    }

    /// <summary>Repeats until the price no longer falls, and finds out how many requests fill a round.</summary>
    private async Task<int> WarmUpAsync(Subject subject, string operation)
    {
        // The compiler works in the background, in steps, and on the same core: it takes seconds until it is done.
        var (count, steady, least, start) = (200, 0, double.MaxValue, subject.Process.Cpu);
        while (steady < 2 || subject.Process.Cpu - start < FewestWarmUp)
        {
            var price = await BatchAsync(subject, operation, count);
            steady = price > least * 0.95 ? steady + 1 : 0;
            least = Math.Min(least, price);
            if (subject.Process.Cpu - start > MostWarmUp) break;
            count = Math.Clamp((int)(500 / Math.Max(price, 0.01)), 20, 10_000);
        }

        return arguments.Requests ?? Math.Clamp((int)(arguments.Seconds * 1000 / least), 20, 100_000);
    }

    /// <summary>One batch.</summary>
    /// <returns>CPU milliseconds per request.</returns>
    public async Task<double> BatchAsync(Subject subject, string operation, int count)
    {
        count = Math.Min(count, subject.MostPerBatch(operation));
        var send = await subject.PrepareAsync(operation, count);
        var before = subject.Process.Cpu;
        await ManyAsync(count, arguments.Connections, send);
        return (subject.Process.Cpu - before).TotalMilliseconds / count;
    }

    /// <summary>Sends <paramref name="count"/> requests with so many under way at once; one that fails ends it.</summary>
    public static Task ManyAsync(int count, int connections, Func<int, Task> send)
    {
        var next = -1;
        return Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(async () =>
        {
            int i;
            while ((i = Interlocked.Increment(ref next)) < count) await send(i);
        })));
    }
}
