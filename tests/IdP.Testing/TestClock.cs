namespace IdP.Testing;

/// <summary>
/// A clock that stands still until a test moves it. Timers fire inside <see cref="Advance"/>, on the caller's thread, in
/// the order of their due times, and each sees the time it was due at.
/// </summary>
public sealed class TestClock(DateTimeOffset start) : TimeProvider
{
    private readonly Lock gate = new();
    private readonly List<TestTimer> timers = [];
    private TimeSpan elapsed;
    private TimeSpan goal;
    private DateTimeOffset origin = start.ToUniversalTime();
    private long created;

    public TestClock() : this(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero))
    {
    }

    public DateTimeOffset Now => GetUtcNow();

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (gate) return origin + elapsed;
    }

    public override long GetTimestamp()
    {
        lock (gate) return elapsed.Ticks;
    }

    /// <summary>Moves time forward; returns when every timer that became due has fired.</summary>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        lock (gate) goal += by;
        while (NextDue() is { } timer) timer.Fire();
    }

    /// <summary>Sets the time of day. Forward fires timers as Advance does; backward only moves the wall clock.</summary>
    public void Set(DateTimeOffset now)
    {
        TimeSpan by;
        lock (gate)
        {
            by = now - (origin + elapsed);
            if (by < TimeSpan.Zero) origin += by;
        }

        if (by > TimeSpan.Zero) Advance(by);
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new TestTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private TestTimer? NextDue()
    {
        lock (gate)
        {
            var next = timers.Where(timer => timer.Due <= goal).OrderBy(timer => timer.Due).ThenBy(timer => timer.Order)
                .FirstOrDefault();
            if (next is null)
            {
                elapsed = goal;
                return null;
            }

            elapsed = next.Due > elapsed ? next.Due : elapsed;
            timers.Remove(next);
            if (next.Period > TimeSpan.Zero) Schedule(next, next.Period);
            return next;
        }
    }

    private void Schedule(TestTimer timer, TimeSpan dueTime)
    {
        timer.Due = elapsed + dueTime;
        timer.Order = created++;
        timers.Add(timer);
    }

    private sealed class TestTimer(TestClock clock, TimerCallback callback, object? state) : ITimer
    {
        public TimeSpan Due { get; set; }

        public long Order { get; set; }

        public TimeSpan Period { get; private set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock.gate)
            {
                clock.timers.Remove(this);
                Period = period;
                if (dueTime >= TimeSpan.Zero) clock.Schedule(this, dueTime);
            }

            // The framework's timers with due time zero fire at once, too.
            if (dueTime == TimeSpan.Zero) clock.Advance(TimeSpan.Zero);
            return true;
        }

        public void Dispose()
        {
            lock (clock.gate) clock.timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
