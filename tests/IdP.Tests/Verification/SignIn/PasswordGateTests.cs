using IdP.Storage.Enrollments;
using IdP.Testing;
using IdP.Verification.Attempts;
using IdP.Verification.SignIn;

namespace IdP.Tests.Verification.SignIn;

internal sealed class PasswordGateTests
{
    [Test]
    public async Task Beyond_its_queue_it_turns_away_at_once()
    {
        using var gate = new PasswordGate(1);
        using var open = new ManualResetEventSlim();
        var running = gate.RunAsync(() => { open.Wait(); return 1; }, CancellationToken.None);
        var queued = Enumerable.Range(0, 16).Select(_ => gate.RunAsync(() => 2, CancellationToken.None)).ToList();

        var turnedAway = await gate.RunAsync(() => 3, CancellationToken.None);

        Assert.That(turnedAway, Is.Null);
        open.Set();
        Assert.That(await running, Is.EqualTo(1));
        Assert.That(await Task.WhenAll(queued), Is.All.EqualTo(2));
    }

    [Test]
    public async Task No_more_than_its_width_run_at_once()
    {
        using var gate = new PasswordGate(2);
        var (running, most) = (0, 0);

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => gate.RunAsync(() =>
        {
            var now = Interlocked.Increment(ref running);
            InterlockedMax(ref most, now);
            SpinWait.SpinUntil(() => Volatile.Read(ref most) == 2, Eventually.Patience);
            return Interlocked.Decrement(ref running);
        }, CancellationToken.None)));

        Assert.That(most, Is.EqualTo(2));
    }

    [Test]
    public async Task Who_goes_away_while_waiting_gives_the_place_back()
    {
        using var gate = new PasswordGate(1);
        using var open = new ManualResetEventSlim();
        var running = gate.RunAsync(() => { open.Wait(); return 1; }, CancellationToken.None);
        using var away = new CancellationTokenSource();
        var waiting = Enumerable.Range(0, 16).Select(_ => gate.RunAsync(() => 2, away.Token)).ToList();
        await away.CancelAsync();
        foreach (var task in waiting) Assert.That(async () => await task, Throws.InstanceOf<OperationCanceledException>());

        var next = gate.RunAsync(() => 3, CancellationToken.None);
        open.Set();

        Assert.That((await running, await next), Is.EqualTo(((int?)1, (int?)3)));
    }

    [Test]
    public async Task Work_that_fails_opens_the_gate_again()
    {
        using var gate = new PasswordGate(1);
        Assert.That(async () => await gate.RunAsync<int>(() => throw new InvalidOperationException(), CancellationToken.None), Throws.InvalidOperationException);

        Assert.That(await gate.RunAsync(() => 1, CancellationToken.None), Is.EqualTo(1));
    }

    [TestCaseSource(typeof(TestDatabase), nameof(TestDatabase.All))]
    public async Task Who_is_turned_away_has_not_used_an_attempt(TestDatabaseKind kind)
    {
        await using var bench = await SignInBench.CreateAsync(kind, gateWidth: 1);
        var anna = await bench.AddAsync();
        using var open = new ManualResetEventSlim();
        var running = bench.Get<PasswordGate>().RunAsync(() => { open.Wait(); return 1; }, CancellationToken.None);
        var queued = Enumerable.Range(0, 16).Select(_ => bench.Get<PasswordGate>().RunAsync(() => 2, CancellationToken.None)).ToList();

        var outcome = await bench.NewBrowser().SignInAsync(anna.Name, "wrong");

        open.Set();
        await Task.WhenAll([running, .. queued]);
        Assert.That(outcome, Is.EqualTo(new PasswordOutcome.Busy()));
        Assert.That((await bench.CountAsync(AttemptKind.Password, anna.Id))!.Failures, Is.Zero);
        Assert.That((await bench.CountAsync(AttemptKind.Address, AttemptWindow.Of("192.0.2.1", PasswordSignIn.AddressWindow, bench.Now).Owner))!.Failures, Is.Zero);
    }

    [TestCaseSource(typeof(TestDatabase), nameof(TestDatabase.All))]
    public async Task Being_turned_away_does_not_give_back_what_was_not_counted(TestDatabaseKind kind)
    {
        await using var bench = await SignInBench.CreateAsync(kind, gateWidth: 1);
        var anna = await bench.AddAsync();
        await bench.SetAsync("passwordAttempts", "3");
        // Three guesses are counted and still being compared.
        var counter = bench.Get<IdP.Verification.Attempts.AttemptCounter>();
        for (var i = 0; i < 3; i++) await counter.CountAsync(AttemptKind.Password, anna.Id, 3);
        using var open = new ManualResetEventSlim();
        var running = bench.Get<PasswordGate>().RunAsync(() => { open.Wait(); return 1; }, CancellationToken.None);
        var queued = Enumerable.Range(0, 16).Select(_ => bench.Get<PasswordGate>().RunAsync(() => 2, CancellationToken.None)).ToList();

        await bench.NewBrowser().SignInAsync(anna.Name, "wrong");

        open.Set();
        await Task.WhenAll([running, .. queued]);
        Assert.That((await bench.CountAsync(AttemptKind.Password, anna.Id))!.Failures, Is.EqualTo(3));
    }

    private static void InterlockedMax(ref int target, int value)
    {
        int seen;
        while (value > (seen = Volatile.Read(ref target))) Interlocked.CompareExchange(ref target, value, seen);
    }
}
