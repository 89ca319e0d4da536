using IdP.Testing;

namespace IdP.Tests.Testing;

internal sealed class TestClockTests
{
    private readonly TestClock clock = new();

    [Test]
    public void Time_stands_still_until_it_is_moved()
    {
        var (start, stamp) = (clock.GetUtcNow(), clock.GetTimestamp());

        clock.Advance(TimeSpan.FromMinutes(3));

        Assert.That(clock.GetUtcNow() - start, Is.EqualTo(TimeSpan.FromMinutes(3)));
        Assert.That(clock.GetElapsedTime(stamp), Is.EqualTo(TimeSpan.FromMinutes(3)));
    }

    [Test]
    public void Timers_fire_in_order_and_see_the_time_they_were_due_at()
    {
        var (start, fired) = (clock.GetUtcNow(), new List<string>());
        using var late = clock.CreateTimer(_ => Note("late"), null, TimeSpan.FromSeconds(25), Timeout.InfiniteTimeSpan);
        using var often = clock.CreateTimer(_ => Note("often"), null, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10));

        clock.Advance(TimeSpan.FromSeconds(30));

        Assert.That(fired, Is.EqualTo(new[] { "often 10", "often 20", "late 25", "often 30" }));
        void Note(string name) => fired.Add($"{name} {(clock.GetUtcNow() - start).TotalSeconds:0}");
    }

    [Test]
    public void A_disposed_timer_does_not_fire()
    {
        var fired = false;
        clock.CreateTimer(_ => fired = true, null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan).Dispose();

        clock.Advance(TimeSpan.FromHours(1));

        Assert.That(fired, Is.False);
    }

    [Test]
    public async Task A_delay_ends_when_the_clock_passes_it()
    {
        var delay = Task.Delay(TimeSpan.FromDays(7), clock);
        clock.Advance(TimeSpan.FromDays(7) - TimeSpan.FromTicks(TimeSpan.TicksPerMillisecond));
        Assert.That(delay.IsCompleted, Is.False);

        clock.Advance(TimeSpan.FromMilliseconds(1));

        await delay.WaitAsync(Eventually.Patience);
    }

    [Test]
    public void Setting_the_time_back_moves_the_wall_clock_only()
    {
        var stamp = clock.GetTimestamp();
        var earlier = clock.GetUtcNow().AddHours(-1);

        clock.Set(earlier);

        Assert.That(clock.GetUtcNow(), Is.EqualTo(earlier));
        Assert.That(clock.GetTimestamp(), Is.EqualTo(stamp));
    }

    [Test]
    public async Task Threads_that_advance_at_once_add_up()
    {
        var start = clock.GetUtcNow();

        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => clock.Advance(TimeSpan.FromSeconds(1)))));

        Assert.That(clock.GetUtcNow() - start, Is.EqualTo(TimeSpan.FromSeconds(50)));
    }
}
