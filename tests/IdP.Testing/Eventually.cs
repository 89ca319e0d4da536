using System.Diagnostics;

namespace IdP.Testing;

/// <summary>Waits for something to become true, as short as it can and never longer than <see cref="Patience"/>.</summary>
public static class Eventually
{
    /// <summary>How long what must come may take: far longer than on the busiest machine, so that no test measures speed.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <exception cref="TimeoutException">It did not become true in time; says what was waited for.</exception>
    public static async Task TrueAsync(Func<Task<bool>> condition, Func<string> what)
    {
        var watch = Stopwatch.StartNew();
        while (!await condition())
        {
            if (watch.Elapsed > Patience) throw new TimeoutException($"Not within {Patience.TotalSeconds} s: {what()}");
            await Task.Delay(TimeSpan.FromMilliseconds(20));
        }
    }
}
