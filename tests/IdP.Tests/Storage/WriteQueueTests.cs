using IdP.Storage.Database;
using IdP.Testing;

namespace IdP.Tests.Storage;

/// <summary>The line of those who write to an SQLite file.</summary>
internal sealed class WriteQueueTests
{

    [Test]
    public async Task Who_came_first_is_served_first()
    {
        await using var bench = await BenchAsync();
        var order = new List<int>();
        var (blocker, open) = await BlockAsync(bench.Queue);

        var all = Enumerable.Range(0, 300).Select(number => bench.Queue.RunAsync(_ =>
        {
            order.Add(number);
            return ValueTask.FromResult(number);
        })).ToList();
        open.SetResult();
        await Task.WhenAll(all).WaitAsync(Eventually.Patience);

        await blocker;
        Assert.That(order, Is.EqualTo(Enumerable.Range(0, 300)));
    }

    [Test]
    public async Task A_turn_keeps_its_place_between_short_pieces()
    {
        await using var bench = await BenchAsync();
        var order = new List<string>();
        var (blocker, open) = await BlockAsync(bench.Queue);
        var before = Piece(bench.Queue, order, "before");
        var turn = bench.Queue.TakeTurnAsync();
        var after = Piece(bench.Queue, order, "after");
        open.SetResult();

        using (await turn.WaitAsync(Eventually.Patience)) order.Add("turn");
        await Task.WhenAll(blocker, before, after).WaitAsync(Eventually.Patience);

        Assert.That(order, Is.EqualTo(new[] { "before", "turn", "after" }));
    }

    [Test]
    public async Task While_a_turn_lasts_nobody_writes()
    {
        await using var bench = await BenchAsync();
        var turn = await bench.Queue.TakeTurnAsync();
        var waiting = bench.Queue.RunAsync(_ => ValueTask.FromResult(1));

        Assert.That(await Task.WhenAny(waiting, Task.Delay(100)), Is.Not.SameAs(waiting));
        turn.Dispose();
        Assert.That(await waiting.WaitAsync(Eventually.Patience), Is.EqualTo(1));
    }

    [Test]
    public async Task Nobody_is_answered_before_the_commit()
    {
        await using var bench = await BenchAsync();
        var (blocker, open) = await BlockAsync(bench.Queue);
        var first = bench.Queue.RunAsync(s => s.ExecuteAsync("INSERT INTO settings (name, value) VALUES ('a', '1')"));
        var second = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var holding = bench.Queue.RunAsync(async _ =>
        {
            reached.SetResult();
            await second.Task;
            return 1;
        });
        open.SetResult();
        await reached.Task.WaitAsync(Eventually.Patience);

        // The first piece has run and shares the commit with one that still runs.
        var answered = first.IsCompleted;
        second.SetResult();
        Assert.That(answered, Is.False);
        await Task.WhenAll(blocker, first, holding).WaitAsync(Eventually.Patience);
    }

    [Test]
    public async Task A_connection_that_cannot_be_made_fails_who_waits_and_not_who_comes_later()
    {
        await using var file = await TestDatabase.MigratedAsync(TestDatabaseKind.Sqlite);
        var times = 0;
        await using var queue = new WriteQueue(() => ++times == 1
            ? throw new UnauthorizedAccessException("on purpose")
            : SqliteConnections.Create(file.ConnectionString + ";Pooling=False"));

        Assert.That(async () => await queue.RunAsync(_ => ValueTask.FromResult(1)).WaitAsync(Eventually.Patience), Throws.InstanceOf<UnauthorizedAccessException>());
        Assert.That(await queue.RunAsync(_ => ValueTask.FromResult(2)).WaitAsync(Eventually.Patience), Is.EqualTo(2));
    }

    [Test]
    public async Task A_write_inside_a_write_is_refused_and_stops_nobody()
    {
        await using var bench = await BenchAsync();

        Assert.That(
            async () => await bench.Queue.RunAsync(async _ => await bench.Queue.RunAsync(_ => ValueTask.FromResult(1))).WaitAsync(Eventually.Patience),
            Throws.InvalidOperationException);
        Assert.That(await bench.Queue.RunAsync(_ => ValueTask.FromResult(2)).WaitAsync(Eventually.Patience), Is.EqualTo(2));
    }

    [Test]
    public async Task A_write_inside_a_save_is_refused()
    {
        await using var file = await TestDatabase.MigratedAsync(TestDatabaseKind.Sqlite);
        await using var database = file.Open();

        Assert.That(async () => await database.SaveAsync(_ => database.WriteAsync(_ => ValueTask.FromResult(1))).WaitAsync(Eventually.Patience), Throws.InvalidOperationException);
    }

    [Test]
    public async Task Work_sees_the_context_of_its_caller()
    {
        await using var bench = await BenchAsync();
        var local = new AsyncLocal<string> { Value = "mine" };

        Assert.That(await bench.Queue.RunAsync(async _ =>
        {
            await Task.Yield();
            return local.Value;
        }), Is.EqualTo("mine"));
    }

    [Test]
    public async Task Who_stands_in_line_at_the_end_is_still_served()
    {
        var bench = await BenchAsync();
        var (blocker, open) = await BlockAsync(bench.Queue);
        var waiting = Enumerable.Range(0, 100).Select(number => bench.Queue.RunAsync(_ => ValueTask.FromResult(number))).ToList();

        var closing = bench.DisposeAsync();
        open.SetResult();
        await closing;

        await blocker;
        Assert.That(await Task.WhenAll(waiting).WaitAsync(Eventually.Patience), Is.EqualTo(Enumerable.Range(0, 100)));
    }

    [TestCase("PRAGMA synchronous", 2)]
    [TestCase("PRAGMA foreign_keys", 1)]
    [TestCase("PRAGMA busy_timeout", 5000)]
    public async Task Every_way_in_is_durable_and_checks_keys(string pragma, int expected)
    {
        await using var file = await TestDatabase.MigratedAsync(TestDatabaseKind.Sqlite);
        await using var database = file.Open();
        await using var db = database.CreateContext();
        await Microsoft.EntityFrameworkCore.RelationalDatabaseFacadeExtensions.OpenConnectionAsync(db.Database);
        await using var command = Microsoft.EntityFrameworkCore.RelationalDatabaseFacadeExtensions.GetDbConnection(db.Database).CreateCommand();
#pragma warning disable CA2100 // The text stands in this file.
        command.CommandText = pragma;
#pragma warning restore CA2100

        Assert.That(await database.WriteAsync(s => s.FirstAsync(pragma, r => r.GetInt64(0))), Is.EqualTo(expected), "writing");
        Assert.That(await database.ReadAsync(s => s.FirstAsync(pragma, r => r.GetInt64(0))), Is.EqualTo(expected), "reading");
        Assert.That(await command.ExecuteScalarAsync(), Is.EqualTo(expected), "EF Core");
    }

    [Test]
    public async Task The_file_has_a_write_ahead_log()
    {
        await using var file = await TestDatabase.MigratedAsync(TestDatabaseKind.Sqlite);
        await using var database = file.Open();

        Assert.That(await database.ReadAsync(s => s.FirstAsync("PRAGMA journal_mode", r => r.GetString(0))), Is.EqualTo("wal"));
    }

    private static async Task<Bench> BenchAsync()
    {
        var file = await TestDatabase.MigratedAsync(TestDatabaseKind.Sqlite);
        return new Bench(file, new WriteQueue(() => SqliteConnections.Create(file.ConnectionString + ";Pooling=False")));
    }

    /// <summary>Holds the line until it is opened, so that what is added meanwhile waits.</summary>
    private static async Task<(Task Blocker, TaskCompletionSource Open)> BlockAsync(WriteQueue queue)
    {
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var blocker = queue.RunAsync(async _ =>
        {
            entered.SetResult();
            await open.Task;
            return true;
        });
        await entered.Task;
        return (blocker, open);
    }

    private static Task Piece(WriteQueue queue, List<string> order, string name) => queue.RunAsync(_ =>
    {
        order.Add(name);
        return ValueTask.FromResult(true);
    });

    private sealed record Bench(TestDatabase File, WriteQueue Queue) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Queue.DisposeAsync();
            await File.DisposeAsync();
        }
    }
}
