using System.Diagnostics;

namespace IdP.Testing;

/// <summary>Waits for something to become true, as short as it can and never longer than a deadline.</summary>
public static class Eventually
{
    /// <exception cref="TimeoutException">It did not become true in time; says what was waited for.</exception>
    public static async Task TrueAsync(Func<Task<bool>> condition, TimeSpan deadline, Func<string> what)
    {
        var watch = Stopwatch.StartNew();
        while (!await condition())
        {
            if (watch.Elapsed > deadline) throw new TimeoutException($"Not within {deadline.TotalSeconds} s: {what()}");
            await Task.Delay(TimeSpan.FromMilliseconds(20));
        }
    }
}
