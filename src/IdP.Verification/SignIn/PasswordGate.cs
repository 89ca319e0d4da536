namespace IdP.Verification.SignIn;

/// <summary>
/// Lets as many password hashes run at once as there are cores but one, with a short queue before it, so that a flood
/// of sign-ins leaves the other endpoints fast.
/// </summary>
public sealed class PasswordGate : IDisposable
{
    private readonly SemaphoreSlim running;
    private readonly int longestQueue;
    private int waiting;

    public PasswordGate()
        : this(Math.Max(1, Environment.ProcessorCount - 1))
    {
    }

    /// <param name="width">How many may run at once; sixteen times as many may wait, about four seconds of work.</param>
    public PasswordGate(int width)
    {
        running = new SemaphoreSlim(width);
        longestQueue = width * 16;
    }

    /// <summary>Seconds after which a client that was turned away may come back.</summary>
    public const int RetryAfterSeconds = 5;

    /// <summary>Runs the work on a worker thread when its turn comes.</summary>
    /// <returns>The result, or null at once when the queue is full: answer 503.</returns>
    public async Task<T?> RunAsync<T>(Func<T> work, CancellationToken ct)
        where T : struct
    {
        if (Interlocked.Increment(ref waiting) > longestQueue)
        {
            Interlocked.Decrement(ref waiting);
            return null;
        }

        try
        {
            await running.WaitAsync(ct);
        }
        finally
        {
            Interlocked.Decrement(ref waiting);
        }

        try
        {
            return await Task.Run(work, CancellationToken.None);
        }
        finally
        {
            running.Release();
        }
    }

    public void Dispose() => running.Dispose();
}
