using System.Diagnostics;
using IdP.Storage.Audit;
using IdP.Storage.Database;
using IdP.Testing;

namespace IdP.Tests.Storage;

/// <summary>The chain that nobody waits for.</summary>
[TestFixtureSource(typeof(TestDatabase), nameof(TestDatabase.All))]
internal sealed class AuditChainTests(TestDatabaseKind kind) : AuditChainFixture(kind)
{
    private static readonly byte[] Other = [.. Enumerable.Repeat((byte)8, 32)];

    [Test]
    public async Task Fifty_writers_on_two_nodes_that_both_link_make_one_whole_chain()
    {
        var nodes = new[] { First, NewNode(Key) };
        using var done = new CancellationTokenSource();
        var linking = nodes.Select(node => Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
            {
                await node.Chain.LinkAsync(null);
                await node.Chain.CheckpointAsync(now: true);
            }
        })).ToList();

        await Task.WhenAll(Enumerable.Range(0, 50).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; i < 10; i++) await nodes[writer % 2].AddAsync(Event(i), withEf: i % 5 == 0);
        })));
        await done.CancelAsync();
        await Task.WhenAll(linking);
        await First.Chain.LinkAsync(null);

        await IntactAsync(rows: 500);
        Assert.That((await VerifyAsync()).Waiting, Is.Zero);
    }

    [Test]
    public async Task A_look_back_finds_what_is_new_and_leaves_what_is_long_over()
    {
        await AddAsync(2);
        Clock.Advance(TimeSpan.FromHours(1));
        Assert.That((await First.Chain.LinkAsync(Clock.GetUtcNow())).Linked, Is.Zero);

        await AddAsync(3);

        // The margin takes along what has ids just before.
        Assert.That((await First.Chain.LinkAsync(Clock.GetUtcNow())).Linked, Is.EqualTo(5));
        await IntactAsync(rows: 5);
    }

    [Test]
    public async Task Rows_that_wait_are_no_fault()
    {
        await SixteenRowsAsync();
        await AddAsync(3);

        var verdict = await VerifyAsync();

        Assert.That((verdict.IsIntact, verdict.Rows, verdict.Waiting), Is.EqualTo((true, 16, 3)));
    }

    [Test]
    public async Task Values_from_outside_are_sealed_as_the_database_keeps_them([Values] bool withEf)
    {
        var hostile = "a\0b\ud800c\udc00 \u202e\r\n;'\"😀";
        await First.AddAsync(new() { At = Clock.GetUtcNow().AddTicks(1234), Event = "e", Actor = hostile, Outcome = "success", Reason = new string('r', 510) + "😀r", UserAgent = hostile }, withEf);
        await First.Chain.LinkAsync(null);

        await IntactAsync(rows: 1);
        await using var db = Database.CreateContext();
        var row = db.AuditEvents.Single();
        Assert.That((row.UserAgent, row.Reason), Is.EqualTo(("a\ufffdb\ufffdc\ufffd \u202e\r\n;'\"😀", new string('r', 510) + "…")), "No pair is cut in two.");
    }

    [Test]
    public async Task A_checkpoint_is_signed_after_a_thousand_rows_or_ten_minutes_and_not_without_new_rows()
    {
        Assert.That(await First.Chain.CheckpointAsync(now: true), Is.Null);
        await AddAsync(1);
        await First.Chain.LinkAsync(null);
        Assert.That((await First.Chain.CheckpointAsync(now: false))!.Id, Is.EqualTo(1), "The first rows are signed at once.");
        Assert.That((await First.Chain.CheckpointAsync(now: true))!.Id, Is.EqualTo(1));
        await AddAsync(1);
        await First.Chain.LinkAsync(null);
        Assert.That((await First.Chain.CheckpointAsync(now: false))!.Id, Is.EqualTo(1));

        Clock.Advance(TimeSpan.FromMinutes(10));

        Assert.That((await First.Chain.CheckpointAsync(now: false))!.Id, Is.EqualTo(2));
    }

    [Test]
    public async Task Old_rows_are_removed_and_the_rest_is_verified_from_there()
    {
        await DaysAsync(10);
        var kept = (await VerifyAsync()).LastCheckpoint;

        var (removed, fault) = await First.Chain.RemoveAsync(Clock.GetUtcNow().AddDays(-4), CancellationToken.None);

        Assert.That((removed, fault), Is.EqualTo((30, (AuditFault?)null)));
        await First.Chain.LinkAsync(null);
        await IntactAsync(rows: 21, kept);
        var verdict = await VerifyAsync();
        Assert.That((verdict.Begins, verdict.FirstAt), Is.EqualTo((30, Clock.GetUtcNow().AddDays(-4))));
        Assert.That(await Database.ReadAsync(s => s.FirstAsync("SELECT MIN(sequence) FROM audit_links", r => r.GetInt64(0))), Is.EqualTo(31), "The links of what was removed went with it.");
        Assert.That((await First.Chain.RemoveAsync(Clock.GetUtcNow().AddDays(-4), CancellationToken.None)).Removed, Is.Zero);

        // Nobody takes more, and a checkpoint of before the removal is no way back.
        await TamperAsync("DELETE FROM audit_events WHERE id <= 35; DELETE FROM audit_links WHERE sequence <= 35");
        Assert.That(Words(await VerifyAsync()), Is.EqualTo("LinkRemoved link 31"));
    }

    [Test]
    public async Task All_of_it_can_become_old_and_the_chain_goes_on()
    {
        await DaysAsync(2);
        Clock.Advance(TimeSpan.FromDays(100));
        Assert.That((await First.Chain.RemoveAsync(Clock.GetUtcNow().AddDays(-30), CancellationToken.None)).Removed, Is.EqualTo(10));

        await First.Chain.LinkAsync(null);
        await First.Chain.CheckpointAsync(now: true);

        await IntactAsync(rows: 1);
    }

    [Test]
    public async Task What_was_tampered_with_is_not_removed()
    {
        await DaysAsync(10);
        await TamperAsync("UPDATE audit_events SET outcome = 'denied' WHERE id = 7");

        var (removed, fault) = await First.Chain.RemoveAsync(Clock.GetUtcNow().AddDays(-4), CancellationToken.None);

        Assert.That((removed, fault?.Kind, fault?.EventId), Is.EqualTo((0, AuditFaultKind.RowChanged, 7L)));
        Assert.That(Words(await VerifyAsync()), Is.EqualTo("RowChanged row 7"));
    }

    [Test]
    public async Task Rows_from_before_the_seals_are_linked_once()
    {
        await AddUnsealedAsync(3);
        await First.Chain.BeginAsync();
        await AddAsync(2);
        await First.Chain.LinkAsync(null);

        var verdict = await VerifyAsync();
        Assert.That((Words(verdict), verdict.Rows, verdict.FromBefore), Is.EqualTo(("", 5, 3)));
        await AddUnsealedAsync(1);
        await First.Chain.BeginAsync();
        Assert.That(Words(await VerifyAsync()), Is.EqualTo("RowInserted row 6"));
        await TamperAsync("UPDATE audit_events SET reason = 'x' WHERE id = 2");
        Assert.That(Words(await VerifyAsync()), Is.EqualTo("RowChanged row 2, RowInserted row 6"));
    }

    [Test]
    public async Task After_the_master_key_changed_the_old_one_still_proves_what_it_sealed()
    {
        await SixteenRowsAsync();
        var rotated = NewNode(Other, Key);
        await rotated.AddAsync(Event());
        await rotated.Chain.LinkAsync(null);
        await rotated.Chain.CheckpointAsync(now: true);

        Assert.That(Words(await rotated.Verifier.VerifyAsync(null, null, CancellationToken.None)), Is.Empty);
        Assert.That(Words(await NewNode(Other).Verifier.VerifyAsync(null, null, CancellationToken.None)), Does.StartWith("UnknownKey row 1"));
    }

    [Test]
    public async Task A_row_that_nobody_wrote_is_not_linked_and_holds_nobody_up()
    {
        await AddUnsealedAsync(3);
        await AddAsync(2);

        var (linked, forged) = await First.Chain.LinkAsync(null);

        Assert.That((linked, forged), Is.EqualTo((2, (long?)1)));
    }

    [Test]
    public async Task Progress_is_told()
    {
        await SixteenRowsAsync();
        var told = new List<(long, long)>();

        await First.Verifier.VerifyAsync(null, (done, all) => told.Add((done, all)), CancellationToken.None);

        Assert.That(told, Is.EqualTo(new[] { (16L, 16L) }));
    }

    [Test]
    public async Task A_sealed_row_costs_one_statement_as_one_without_a_seal_does()
    {
        if (Kind != TestDatabaseKind.Postgres) Assert.Ignore("Nothing goes over a wire.");

        Assert.That(await StatementsOfAsync(First.Database), Is.EqualTo(1));
        Assert.That(await StatementsOfAsync(Database), Is.EqualTo(1));
    }

    private async Task<int> StatementsOfAsync(IdPDatabase database)
    {
        using var mine = new Activity("mine").Start();
        var count = 0;
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity => _ = activity.TraceId == mine.TraceId && activity.GetTagItem("db.query.text") is not null ? Interlocked.Increment(ref count) : 0,
        };
        ActivitySource.AddActivityListener(listener);
        await database.WriteAsync(async s =>
        {
            await s.AuditAsync(Event());
            return true;
        });
        return count;
    }

    // Five rows and a checkpoint a day.
    private async Task DaysAsync(int days)
    {
        for (var day = 0; day < days; day++)
        {
            await AddAsync(5);
            await First.Chain.LinkAsync(null);
            await First.Chain.CheckpointAsync(now: true);
            Clock.Advance(TimeSpan.FromDays(1));
        }
    }

    private Task AddUnsealedAsync(int count) => Database.WriteAsync(async s =>
    {
        for (var i = 0; i < count; i++) await s.AuditAsync(Event(i));
        return true;
    });
}
