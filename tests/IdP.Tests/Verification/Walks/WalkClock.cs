namespace IdP.Tests.Verification.Walks;

/// <summary>A time for each walk of its own, so that walks that run at once do not see each other's.</summary>
internal sealed class WalkClock : TimeProvider
{
    private static readonly AsyncLocal<Holder?> Current = new();

    public override DateTimeOffset GetUtcNow() => Current.Value?.Now ?? Start;

    public static DateTimeOffset Start { get; } = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>From here on the calling method, and whatever it calls, lives in a time of its own.</summary>
    public static void Begin() => Current.Value = new Holder();

    public static void Advance(TimeSpan by) => Current.Value!.Now += by;

    private sealed class Holder
    {
        public DateTimeOffset Now { get; set; } = Start;
    }
}
