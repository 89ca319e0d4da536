using IdP.Testing;

namespace IdP.Tests.Storage;

/// <summary>Whoever can write the database, and has not the master key, is found out.</summary>
[TestFixtureSource(typeof(TestDatabase), nameof(TestDatabase.All))]
internal sealed class AuditTamperTests(TestDatabaseKind kind) : AuditChainFixture(kind)
{
    private const string Columns = "at, event, actor, user_id, resource, outcome, reason, address, user_agent, reference, seal";

    private static readonly string[] Tables = ["audit_events", "audit_links", "audit_checkpoints"];

    private static IEnumerable<Case> Cases()
    {
        foreach (var change in new[]
        {
            "at = at + 1", "event = 'sign_out'", "actor = 'user:bert'", "user_id = 'bert'", "user_id = NULL", "resource = 'portal'", "resource = NULL",
            "outcome = 'denied'", "reason = 'By otp, 5.'", "reason = NULL", "address = '192.0.2.2'", "address = NULL", "user_agent = ''", "user_agent = NULL",
            "reference = 'LK-2222-22'", "reference = NULL", "seal = NULL", "seal = ''", "seal = (SELECT o.seal FROM audit_events o WHERE o.id = 7)",
        })
        {
            yield return New($"Row: {change}", $"UPDATE audit_events SET {change} WHERE id = 5", change.Contains("SELECT", StringComparison.Ordinal) ? "RowChanged row 5, RowInserted row 7" : "RowChanged row 5");
        }

        yield return New("Two values of a row changed places", "UPDATE audit_events SET address = user_agent, user_agent = address WHERE id = 5", "RowChanged row 5");
        yield return New("First row removed", "DELETE FROM audit_events WHERE id = 1", "RowRemoved row 1");
        yield return New("Middle row removed", "DELETE FROM audit_events WHERE id = 8", "RowRemoved row 8");
        yield return New("Last row removed", "DELETE FROM audit_events WHERE id = 16", "RowRemoved row 16");
        yield return New("Row renumbered", "UPDATE audit_events SET id = 99 WHERE id = 5", "RowRemoved row 5");
        yield return New("Two rows changed places", Swap("id"), "RowMoved row 5");
        yield return New("Two times changed places", "UPDATE audit_events SET at = CASE id WHEN 5 THEN (SELECT at FROM audit_events WHERE id = 7) ELSE (SELECT at FROM audit_events WHERE id = 5) END WHERE id IN (5, 7)", "RowChanged row 5");
        yield return New("First row removed with its link", "DELETE FROM audit_events WHERE id = 1; DELETE FROM audit_links WHERE event_id = 1", "LinkRemoved link 1");
        yield return New("Middle row removed with its link", "DELETE FROM audit_events WHERE id = 8; DELETE FROM audit_links WHERE event_id = 8", "LinkRemoved link 8");
        yield return New("Row and link removed, the rest moved up",
            "DELETE FROM audit_events WHERE id = 8; DELETE FROM audit_links WHERE event_id = 8; UPDATE audit_links SET sequence = -sequence WHERE sequence > 8; UPDATE audit_links SET sequence = -sequence - 1 WHERE sequence < 0", "RowMoved row 9");
        yield return New("End removed", "DELETE FROM audit_events WHERE id > 12; DELETE FROM audit_links WHERE sequence > 12", "EndRemoved link 13");
        yield return New("End of the links removed", "DELETE FROM audit_links WHERE sequence > 12", "EndRemoved link 13");
        yield return New("Beginning removed with its checkpoint", "DELETE FROM audit_events WHERE id <= 10; DELETE FROM audit_links WHERE sequence <= 10; DELETE FROM audit_checkpoints WHERE id = 1", "LinkRemoved link 1, CheckpointRemoved checkpoint 1");
        yield return New("Link removed", "DELETE FROM audit_links WHERE sequence = 8", "LinkRemoved link 8");
        yield return New("Link: hash", "UPDATE audit_links SET hash = (SELECT o.hash FROM audit_links o WHERE o.sequence = 7) WHERE sequence = 8", "RowMoved row 8");
        yield return New("Link: nonsense", "UPDATE audit_links SET hash = 'x' WHERE sequence = 8", "RowMoved row 8");
        yield return New("Link: checkpoint", "UPDATE audit_links SET checkpoint = 0 WHERE sequence = 15", "RowMoved row 15");
        yield return New("Forged row without a seal", Insert("2000, 'sign_out', 'user:anna', 'anna', NULL, 'success', NULL, NULL, NULL, NULL, NULL"), "RowInserted row 17");
        yield return New("Forged row with another's seal", Insert("2000, 'sign_out', 'user:anna', 'anna', NULL, 'success', NULL, NULL, NULL, NULL, (SELECT seal FROM audit_events WHERE id = 5)"), "RowInserted row 17");
        yield return New("Row copied", $"INSERT INTO audit_events (id, {Columns}) SELECT 17, {Columns} FROM audit_events WHERE id = 5", "RowInserted row 17");
        yield return New("First checkpoint removed", "DELETE FROM audit_checkpoints WHERE id = 1", "CheckpointRemoved checkpoint 1");
        yield return New("Last checkpoint removed", "DELETE FROM audit_checkpoints WHERE id = 2", "CheckpointRemoved checkpoint 2");
        yield return New("All checkpoints removed", "DELETE FROM audit_checkpoints", "CheckpointRemoved checkpoint 1");
        foreach (var change in new[] { "at = at + 1", "sequence = 9", "hash = ''", "begins_hash = 'x'", "begins = 10", "oldest = 2", "previous = 'x'", "signature = ''" })
            yield return New($"Checkpoint: {change}", $"UPDATE audit_checkpoints SET {change} WHERE id = 1", "CheckpointChanged checkpoint 1");
        yield return New("Newest checkpoint says that the chain begins later", "UPDATE audit_checkpoints SET begins = 10, begins_hash = (SELECT hash FROM audit_links WHERE sequence = 10) WHERE id = 2; DELETE FROM audit_events WHERE id <= 10; DELETE FROM audit_links WHERE sequence <= 10",
            "LinkRemoved link 1, CheckpointChanged checkpoint 2");
    }

    [Test]
    public async Task Whatever_was_done_to_it_is_named()
    {
        await SixteenRowsAsync();
        await IntactAsync(rows: 16);
        foreach (var table in Tables) await Database.WriteAsync(s => s.ExecuteAsync($"CREATE TABLE kept_{table} AS SELECT * FROM {table}"));

        foreach (var (name, sql, expected) in Cases())
        {
            await TamperAsync(sql);

            Assert.That(Words(await VerifyAsync()), Is.EqualTo(expected), name);
            // Whoever links next signs none of it as good.
            await First.Chain.LinkAsync(null);
            await First.Chain.CheckpointAsync(now: true);
            Assert.That((await VerifyAsync()).Faults, Is.Not.Empty, name);
            foreach (var table in Tables) await Database.WriteAsync(s => s.ExecuteAsync($"DELETE FROM {table}"));
            foreach (var table in Tables) await TamperAsync($"INSERT INTO {table} SELECT * FROM kept_{table}");
        }

        await IntactAsync(rows: 16);
    }

    [Test]
    public async Task What_was_replaced_as_a_whole_is_found_with_a_checkpoint_that_was_kept_elsewhere()
    {
        await SixteenRowsAsync();
        var kept = await First.Chain.CheckpointAsync(now: true);
        await IntactAsync(rows: 16, kept);

        // Back to what was true once: as an older backup.
        await TamperAsync("DELETE FROM audit_events WHERE id > 14; DELETE FROM audit_links WHERE sequence > 14; DELETE FROM audit_checkpoints WHERE id > 2");
        await IntactAsync(rows: 14);
        Assert.That(Words(await VerifyAsync(kept)), Is.EqualTo("EndRemoved link 16"));

        await AddAsync(3);
        await First.Chain.LinkAsync(null);
        Assert.That(Words(await VerifyAsync(kept)), Is.EqualTo("EndRemoved link 16"));
        Assert.That(Words(await VerifyAsync(kept! with { Hash = "x" })), Is.EqualTo("CheckpointChanged checkpoint 3"));
    }

    [Test]
    public async Task Rows_of_two_histories_do_not_make_one()
    {
        await SixteenRowsAsync();
        foreach (var table in Tables) await Database.WriteAsync(s => s.ExecuteAsync($"CREATE TABLE kept_{table} AS SELECT * FROM {table}"));
        // Back to an older state, from which it went on in another way.
        await TamperAsync("DELETE FROM audit_events WHERE id > 14; DELETE FROM audit_links WHERE sequence > 14");
        await AddAsync(2);
        await First.Chain.LinkAsync(null);
        await IntactAsync(rows: 16);

        await TamperAsync("""
            DELETE FROM audit_events WHERE id = 17; DELETE FROM audit_links WHERE sequence = 15;
            INSERT INTO audit_events SELECT * FROM kept_audit_events WHERE id = 15; INSERT INTO audit_links SELECT * FROM kept_audit_links WHERE sequence = 15
            """);

        Assert.That(Words(await VerifyAsync()), Is.EqualTo("RowMoved row 18"));
    }

    [Test]
    public async Task Checkpoints_of_two_histories_do_not_make_one()
    {
        await AddAsync(10);
        await First.Chain.LinkAsync(null);
        await First.Chain.CheckpointAsync(now: true);
        await Database.WriteAsync(s => s.ExecuteAsync("CREATE TABLE kept_checkpoints AS SELECT * FROM audit_checkpoints"));
        // Signed a second time over the same rows, and the next one follows that.
        await TamperAsync("DELETE FROM audit_checkpoints");
        Clock.Advance(TimeSpan.FromMinutes(1));
        await First.Chain.CheckpointAsync(now: true);
        await AddAsync(4);
        await First.Chain.LinkAsync(null);
        await First.Chain.CheckpointAsync(now: true);
        await IntactAsync(rows: 14);

        await TamperAsync("UPDATE audit_checkpoints SET at = (SELECT at FROM kept_checkpoints), signature = (SELECT signature FROM kept_checkpoints) WHERE id = 1");

        Assert.That(Words(await VerifyAsync()), Is.EqualTo("CheckpointChanged checkpoint 1"));
    }

    [Test]
    public async Task A_chain_that_became_shorter_is_noticed_while_the_server_runs()
    {
        await SixteenRowsAsync();
        Assert.That(await First.Chain.HasShrunkAsync(), Is.False);

        await TamperAsync("DELETE FROM audit_events WHERE id = 16; DELETE FROM audit_links WHERE event_id = 16");

        Assert.That(await First.Chain.HasShrunkAsync(), Is.True);
    }

    private static Case New(string name, string sql, string expected) => new(name, sql, expected);

    private static string Insert(string values) => $"INSERT INTO audit_events (id, {Columns}) VALUES (17, {values})";

    private static string Swap(string column) =>
        $"UPDATE audit_events SET {column} = 1000 WHERE id = 5; UPDATE audit_events SET {column} = 5 WHERE id = 7; UPDATE audit_events SET {column} = 7 WHERE id = 1000";

    private sealed record Case(string Name, string Sql, string Expected);
}
