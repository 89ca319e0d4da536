using IdP.Storage;
using IdP.Storage.Database;
using IdP.Testing;
using Microsoft.EntityFrameworkCore;

namespace IdP.Tests.Storage;

[TestFixtureSource(typeof(TestDatabase), nameof(TestDatabase.All))]
internal sealed class MigrationTests(TestDatabaseKind kind)
{
    [Test]
    public async Task The_migrations_match_the_model()
    {
        await using var file = await TestDatabase.MigratedAsync(kind);
        await using var database = file.Open();
        await using var db = database.CreateContext();

        Assert.That(db.Database.HasPendingModelChanges(), Is.False, "dotnet ef migrations add, for each database");
    }

    [Test]
    public async Task Four_nodes_that_start_at_once_on_an_empty_database_all_start()
    {
        await using var file = await TestDatabase.CreateAsync(kind);
        var (running, most, times) = (0, 0, 0);

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            await using var node = file.Open();
            await DatabaseMigrator.MigrateAsync(node, async () =>
            {
                most = Math.Max(most, Interlocked.Increment(ref running));
                await using var db = node.CreateContext();
                Assert.That(await db.Users.CountAsync(), Is.Zero);
                await Task.Delay(20);
                Interlocked.Decrement(ref running);
                Interlocked.Increment(ref times);
            });
        })));

        Assert.That((times, most), Is.EqualTo((4, 1)), "how often it ran, and how often at once");
    }

    [Test]
    public async Task A_failure_afterwards_frees_the_lock()
    {
        await using var file = await TestDatabase.CreateAsync(kind);
        await using var failing = file.Open();
        await using var other = file.Open();
        Assert.That(
            async () => await DatabaseMigrator.MigrateAsync(failing, () => throw new InvalidOperationException("seed")), Throws.InvalidOperationException);

        var next = DatabaseMigrator.MigrateAsync(other, () => Task.CompletedTask);

        Assert.That(await Task.WhenAny(next, Task.Delay(Eventually.Patience)), Is.SameAs(next));
        await next;
    }

    [Test]
    public async Task A_node_waits_for_another_longer_than_a_command_may_last()
    {
        if (kind == TestDatabaseKind.Sqlite) Assert.Ignore("SQLite waits at a file.");
        await using var file = await TestDatabase.MigratedAsync(kind);
        await using var slow = file.Open();
        await using var waiting = new IdPDatabase(file.Options with { ConnectionString = file.ConnectionString + ";Command Timeout=4" });
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var first = DatabaseMigrator.MigrateAsync(slow, async () =>
        {
            entered.SetResult();
            await Task.Delay(TimeSpan.FromSeconds(6));
        });
        await entered.Task;

        Assert.That(async () => await DatabaseMigrator.MigrateAsync(waiting, () => Task.CompletedTask), Throws.Nothing);
        await first;
    }

    [Test]
    public async Task A_lock_that_a_killed_process_left_stops_nobody()
    {
        if (kind == TestDatabaseKind.Postgres) Assert.Ignore("PostgreSQL frees a lock with its connection.");
        await using var file = await TestDatabase.CreateAsync(kind);
        await using var database = file.Open();
        // As EF Core leaves it: the lock is there and the migration is not.
        await Testing.TestDatabaseTests.ScalarAsync(file, """
            CREATE TABLE "__EFMigrationsLock" ("Id" INTEGER NOT NULL PRIMARY KEY, "Timestamp" TEXT NOT NULL);
            INSERT INTO "__EFMigrationsLock" VALUES (1, '2026-01-01 00:00:00');
            """);

        var migrating = DatabaseMigrator.MigrateAsync(database, () => Task.CompletedTask);

        Assert.That(await Task.WhenAny(migrating, Task.Delay(Eventually.Patience)), Is.SameAs(migrating));
        await migrating;
    }

    [Test]
    public async Task Every_name_is_snake_case()
    {
        await using var file = await TestDatabase.MigratedAsync(kind);
        await using var database = file.Open();
        await using var db = database.CreateContext();

        var names = db.Model.GetEntityTypes().SelectMany(entity => entity.GetProperties().Select(p => p.GetColumnName()).Append(entity.GetTableName()));

        Assert.That(names, Has.All.Matches("^[a-z][a-z0-9]*(_[a-z0-9]+)*$"));
        Assert.That(IdPDbContext.SnakeCase("CredentialGeneration"), Is.EqualTo("credential_generation"));
    }
}
