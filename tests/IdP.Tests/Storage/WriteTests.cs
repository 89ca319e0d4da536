using System.Data.Common;
using IdP.Storage.Database;
using IdP.Storage.Enrollments;
using IdP.Storage.Settings;
using IdP.Testing;
using Microsoft.EntityFrameworkCore;

namespace IdP.Tests.Storage;

/// <summary>What whoever writes may count on, on both databases.</summary>
[TestFixtureSource(typeof(TestDatabase), nameof(TestDatabase.All))]
internal sealed class WriteTests(TestDatabaseKind kind) : StorageTest(kind)
{
    private const string Insert = "INSERT INTO settings (name, value) VALUES (@p0, @p1)";

    [Test]
    public async Task One_piece_that_fails_takes_nothing_of_the_others_with_it()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 40).Select(number => Task.Run(() => TryAsync(Database.WriteAsync(async s =>
        {
            await s.ExecuteAsync(Insert, $"n{number}", "1");
            if (number % 4 == 0) throw new InvalidOperationException("on purpose");
            if (number % 4 == 1) await s.ExecuteAsync(Insert, $"n{number}", "twice");
            return true;
        })))));

        Assert.That(results.Count(failure => failure is InvalidOperationException), Is.EqualTo(10));
        Assert.That(results.Count(failure => failure is DbException), Is.EqualTo(10));
        Assert.That(await NamesAsync(), Is.EquivalentTo(Enumerable.Range(0, 40).Where(number => number % 4 > 1).Select(number => $"n{number}")));
    }

    [Test]
    public async Task What_was_answered_is_there_for_everybody()
    {
        await using var other = new IdPDatabase(Options);
        for (var i = 0; i < 10; i++)
        {
            var name = $"n{i}";
            await Database.WriteAsync(s => s.ExecuteAsync(Insert, name, "1"));

            Assert.That(await other.ReadAsync(s => s.FirstAsync("SELECT COUNT(*) FROM settings WHERE name = @p0", r => r.GetInt64(0), name)), Is.EqualTo(1));
        }
    }

    [Test]
    public async Task Two_hundred_writes_at_once_lose_nothing()
    {
        await Task.WhenAll(Enumerable.Range(0, 200).Select(number => Task.Run(() => number % 4 == 0
            ? Database.SaveAsync(async db =>
            {
                db.Settings.Add(new Setting { Name = $"n{number}", Value = "1" });
                await db.ChangeVersions.ExecuteUpdateAsync(v => v.SetProperty(x => x.Version, x => x.Version + 1));
            })
            : Database.WriteAsync(async s =>
            {
                await s.ExecuteAsync(Insert, $"n{number}", "1");
                return await s.ExecuteAsync("UPDATE change_versions SET version = version + 1");
            }))));

        Assert.That(await NamesAsync(), Has.Count.EqualTo(200));
        Assert.That(await Database.ReadAsync(s => s.FirstAsync("SELECT version FROM change_versions", r => r.GetInt64(0))), Is.EqualTo(201));
    }

    [Test]
    public async Task A_failed_save_changes_nothing()
    {
        Assert.That(async () => await Database.SaveAsync(async db =>
        {
            await db.ChangeVersions.ExecuteUpdateAsync(v => v.SetProperty(x => x.Version, 99));
            db.Settings.Add(new Setting { Name = "a", Value = "1" });
            throw new InvalidOperationException("on purpose");
        }), Throws.InvalidOperationException);

        Assert.That(await NamesAsync(), Is.Empty);
        Assert.That(await Database.ReadAsync(s => s.FirstAsync("SELECT version FROM change_versions", r => r.GetInt64(0))), Is.EqualTo(1));
    }

    [Test]
    public async Task A_caller_who_went_away_saves_nothing_and_holds_nobody_up()
    {
        using var away = new CancellationTokenSource();
        await away.CancelAsync();

        Assert.That(
            async () => await Database.SaveAsync(db => Task.FromResult(db.Settings.Add(new Setting { Name = "a", Value = "1" })), away.Token),
            Throws.InstanceOf<OperationCanceledException>());

        await Database.WriteAsync(s => s.ExecuteAsync(Insert, "b", "1"));
        Assert.That(await NamesAsync(), Is.EqualTo(new[] { "b" }));
    }

    [Test]
    public async Task A_key_of_nobody_is_refused()
    {
        Assert.That(
            async () => await Database.WriteAsync(s => s.ExecuteAsync(
                "INSERT INTO recovery_codes (hash, user_id, created_at) VALUES ('h', 'nobody', @p0)", DateTimeOffset.UnixEpoch)),
            Throws.InstanceOf<DbException>());
        Assert.That(
            async () => await Database.SaveAsync(db => Task.FromResult(db.RecoveryCodes.Add(new RecoveryCode { Hash = "h", UserId = "nobody" }))),
            Throws.InstanceOf<DbUpdateException>());
    }

    [Test]
    public async Task Times_come_back_to_the_millisecond_in_both_ways_of_reading()
    {
        var time = new DateTimeOffset(2026, 3, 29, 2, 30, 0, 123, TimeSpan.FromHours(2)).AddTicks(4567);
        await Database.WriteAsync(s => s.ExecuteAsync(
            "INSERT INTO attempt_counts (kind, owner, failures, last_at, locked_until) VALUES ('k', 'plain', 0, @p0, @p1)", time, DateTimeOffset.UnixEpoch.AddMilliseconds(-1)));
        await Database.SaveAsync(db => Task.FromResult(db.AttemptCounts.Add(new AttemptCount { Kind = "k", Owner = "ef", LastAt = time })));

        var plain = await Database.ReadAsync(s => s.AllAsync(
            "SELECT last_at, locked_until FROM attempt_counts ORDER BY owner", r => (r.Time(0), r.NullableTime(1))));
        await using var db = Database.CreateContext();
        var ef = await db.AttemptCounts.OrderBy(c => c.Owner).Select(c => c.LastAt).ToListAsync();

        var expected = new DateTimeOffset(2026, 3, 29, 0, 30, 0, 123, TimeSpan.Zero);
        Assert.That(plain, Is.EqualTo(new[] { (expected, (DateTimeOffset?)null), (expected, DateTimeOffset.UnixEpoch.AddMilliseconds(-1)) }));
        Assert.That(ef, Is.All.EqualTo(expected));
        Assert.That(await db.AttemptCounts.CountAsync(c => c.LastAt < expected.AddMilliseconds(1)), Is.EqualTo(2));
    }

    [Test]
    public async Task After_the_end_a_write_is_refused()
    {
        await using var closed = new IdPDatabase(Options);
        await closed.WriteAsync(s => s.ExecuteAsync(Insert, "a", "1"));
        await closed.DisposeAsync();

        Assert.That(async () => await closed.WriteAsync(s => s.ExecuteAsync(Insert, "b", "1")), Throws.InstanceOf<ObjectDisposedException>());
    }

    private static async Task<Exception?> TryAsync(Task task)
    {
        try
        {
            await task;
            return null;
        }
        catch (Exception failure) when (failure is InvalidOperationException or DbException)
        {
            return failure;
        }
    }

    private ValueTask<List<string>> NamesAsync() => Database.ReadAsync(s => s.AllAsync("SELECT name FROM settings", r => r.GetString(0)));
}
