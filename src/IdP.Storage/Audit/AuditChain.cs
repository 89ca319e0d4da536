using System.Globalization;
using System.Text;
using IdP.Storage.Database;

namespace IdP.Storage.Audit;

/// <summary>
/// Links committed audit rows, in the order of their ids, into one chain, behind everybody's back: a row is sealed when it
/// is written and linked a moment later. Any node, and the command line, may link; of two that link the same number the
/// table's key lets one win.
/// </summary>
public sealed class AuditChain(IdPDatabase database, AuditSeals seals, AuditVerifier verifier, TimeProvider clock)
{
    private const int Batch = 500;
    private const int LinksPerStatement = 50;
    private const int RowsPerCheckpoint = 1000;
    private const int RowsPerRemoval = 10_000;

    // Transactions may commit in another order than their rows are numbered: a look goes back a little.
    private const int Margin = 200;

    private static readonly TimeSpan CheckpointEvery = TimeSpan.FromMinutes(10);

    private static readonly string InsertOne = Insert(1);
    private static readonly string InsertMany = Insert(LinksPerStatement);

    // The furthest that this process has seen the chain: it never becomes shorter by itself.
    private long seen;

    /// <summary>
    /// Links what was written before rows were sealed, once, in front of everything else. Called under the migration lock.
    /// </summary>
    public async Task BeginAsync()
    {
        var isNew = await database.ReadAsync(s => s.FirstAsync("""
            SELECT 1 WHERE EXISTS (SELECT 1 FROM audit_events) AND NOT EXISTS (SELECT 1 FROM audit_links) AND NOT EXISTS (SELECT 1 FROM audit_checkpoints)
            """, _ => true));
        if (!isNew) return;
        await database.WriteAsync(async s =>
        {
            var (sequence, hash, after) = (0L, "", 0L);
            while (true)
            {
                var rows = await s.AllAsync(
                    $"SELECT {AuditRows.EventColumns} FROM audit_events e WHERE e.id > @p0 AND e.seal IS NULL ORDER BY e.id LIMIT @p1", r => AuditRows.Event(r), after, Batch);
                if (rows.Count == 0) return true;
                await InsertAsync(s, LinkAll(rows, checkpoint: 0, ref sequence, ref hash));
                after = rows[^1].Id;
            }
        });
    }

    /// <summary>Links what waits.</summary>
    /// <param name="since">Rows from about this time on are looked at; null: all.</param>
    /// <returns>How many rows were linked, and the first waiting row whose seal is wrong: it is left for whoever verifies.</returns>
    public async Task<(int Linked, long? Forged)> LinkAsync(DateTimeOffset? since)
    {
        var (linked, forged, after) = (0, (long?)null, await FloorAsync(since));
        while (after is { } floor)
        {
            var (rows, sequence, hash, checkpoint) = await database.ReadAsync(async s =>
            {
                var last = await AuditRows.LastCheckpointAsync(s);
                var head = await AuditRows.HeadAsync(s, last);
                var waiting = await s.AllAsync($"""
                    SELECT {AuditRows.EventColumns} FROM audit_events e
                    WHERE e.id > @p0 AND NOT EXISTS (SELECT 1 FROM audit_links l WHERE l.event_id = e.id) ORDER BY e.id LIMIT @p1
                    """, r => AuditRows.Event(r), floor, Batch);
                return (waiting, head.Sequence, head.Hash, last?.Id ?? 0);
            });
            if (rows.Count == 0) break;
            var valid = rows.FindAll(row => seals.Check(row) == SealState.Valid);
            forged ??= rows.Except(valid).FirstOrDefault()?.Id;
            if (valid.Count > 0)
            {
                // Somebody else was faster: the next look goes on from where they are.
                if (!await TryInsertAsync(LinkAll(valid, checkpoint, ref sequence, ref hash))) break;
                linked += valid.Count;
            }

            after = rows.Count < Batch ? null : rows[^1].Id;
        }

        return (linked, forged);
    }

    /// <summary>Whether the chain has become shorter than this process has seen it. Told once for each time.</summary>
    public async Task<bool> HasShrunkAsync()
    {
        var head = await database.ReadAsync(async s => (await AuditRows.HeadAsync(s, await AuditRows.LastCheckpointAsync(s))).Sequence);
        var shrunk = head < seen;
        seen = head;
        return shrunk;
    }

    /// <summary>Signs how far the chain is, when enough was linked since the last time.</summary>
    /// <param name="now">Sign whatever is new.</param>
    /// <returns>The newest checkpoint; null while nothing was linked.</returns>
    public async Task<AuditCheckpoint?> CheckpointAsync(bool now)
    {
        while (true)
        {
            var (last, head) = await database.ReadAsync(async s =>
            {
                var newest = await AuditRows.LastCheckpointAsync(s);
                return (newest, await AuditRows.HeadAsync(s, newest));
            });
            var fresh = head.Sequence - (last?.Sequence ?? 0);
            var (at, due) = (clock.GetUtcNow(), now || fresh >= RowsPerCheckpoint || last is null || fresh < 0);
            if (fresh == 0 || (!due && at - last!.At < CheckpointEvery)) return last;
            var next = Next(last, head, at);
            if (await database.WriteAsync(s => AuditRows.AddAsync(s, next)) || !now) return next;
        }
    }

    /// <summary>
    /// Removes rows from the beginning of the chain, as far as a checkpoint of before the time; audited, and only when they
    /// are as they were written: what was tampered with stays.
    /// </summary>
    /// <returns>How many were removed, and what was found wrong instead.</returns>
    public async Task<(int Removed, AuditFault? Fault)> RemoveAsync(DateTimeOffset before, CancellationToken ct)
    {
        var (last, head, cut) = await database.ReadAsync(async s =>
        {
            var newest = await AuditRows.LastCheckpointAsync(s);
            return (newest, await AuditRows.HeadAsync(s, newest), await AuditRows.CutAsync(s, newest?.Begins ?? 0, before, RowsPerRemoval));
        });
        if (last is null || cut is null) return (0, null);
        if (await verifier.VerifyPartAsync(last, cut, ct) is { } fault)
        {
            // Another node may have removed the same rows meanwhile.
            var newest = await database.ReadAsync(AuditRows.LastCheckpointAsync);
            return (0, newest?.Id == last.Id ? fault : null);
        }

        var next = Next(last, head, clock.GetUtcNow()) with { Begins = cut.Sequence, BeginsHash = cut.Hash, Oldest = cut.Id };
        var removed = await database.WriteAsync(async s =>
        {
            if (!await AuditRows.AddAsync(s, seals.Sign(next))) return 0;
            var rows = await s.ExecuteAsync("DELETE FROM audit_events WHERE id IN (SELECT event_id FROM audit_links WHERE sequence <= @p0)", cut.Sequence);
            await s.ExecuteAsync("DELETE FROM audit_links WHERE sequence <= @p0", cut.Sequence);
            await s.ExecuteAsync("DELETE FROM audit_checkpoints WHERE id < @p0", cut.Id);
            await s.AuditAsync(new AuditEvent
            {
                At = next.At, Event = AuditEvents.AuditRemoved, Actor = "system", Resource = "audit", Outcome = "success",
                Reason = string.Create(CultureInfo.InvariantCulture, $"{rows} {(rows == 1 ? "row" : "rows")} of before {cut.At.UtcDateTime:yyyy-MM-dd HH:mm} UTC {(rows == 1 ? "was" : "were")} removed (setting auditRetentionDays); the chain begins after link {cut.Sequence}"),
            });
            return rows;
        });
        return (removed, null);
    }

    private AuditCheckpoint Next(AuditCheckpoint? last, (long Sequence, string Hash, long Checkpoint) head, DateTimeOffset at) => seals.Sign(new AuditCheckpoint
    {
        // A number that a link has seen is not given again: who took that checkpoint away leaves a gap.
        Id = Math.Max(last?.Id ?? 0, head.Checkpoint) + 1, At = at, Sequence = head.Sequence, Hash = head.Hash,
        Begins = last?.Begins ?? 0, BeginsHash = last?.BeginsHash ?? "", Oldest = last?.Oldest ?? 1, Previous = last?.Signature ?? "", Signature = "",
    });

    // The id of a row of about that time; null: nothing is that new.
    private async Task<long?> FloorAsync(DateTimeOffset? since)
    {
        if (since is not { } time) return 0;
        var first = await database.ReadAsync(s => s.FirstAsync<long?>("SELECT id FROM audit_events WHERE at >= @p0 ORDER BY at LIMIT 1", r => r.GetInt64(0), time));
        return first - Margin;
    }

    private List<AuditLink> LinkAll(List<AuditEvent> rows, long checkpoint, ref long sequence, ref string hash)
    {
        var links = new List<AuditLink>(rows.Count);
        foreach (var row in rows)
        {
            sequence++;
            hash = seals.Link(sequence, row, checkpoint, hash);
            links.Add(new AuditLink { Sequence = sequence, EventId = row.Id, Checkpoint = checkpoint, Hash = hash });
        }

        return links;
    }

    private async Task<bool> TryInsertAsync(List<AuditLink> links)
    {
        try
        {
            return await database.WriteAsync(async s => await InsertAsync(s, links) == links.Count ? true : throw new SlowerException());
        }
        catch (SlowerException)
        {
            return false;
        }
    }

    private static async Task<int> InsertAsync(Statements s, List<AuditLink> links)
    {
        var inserted = 0;
        for (var at = 0; at < links.Count;)
        {
            // Two texts, whatever the number: statements are kept prepared by their text.
            var count = links.Count - at >= LinksPerStatement ? LinksPerStatement : 1;
            object?[] values = [.. links.Skip(at).Take(count).SelectMany(l => new object?[] { l.Sequence, l.EventId, l.Checkpoint, l.Hash })];
            inserted += await s.ExecuteAsync(count == 1 ? InsertOne : InsertMany, values);
            at += count;
        }

        return inserted;
    }

    private static string Insert(int rows)
    {
        var sql = new StringBuilder("INSERT INTO audit_links (sequence, event_id, checkpoint, hash) VALUES ");
        for (var row = 0; row < rows; row++)
            sql.Append(CultureInfo.InvariantCulture, $"{(row == 0 ? "" : ", ")}(@p{row * 4}, @p{(row * 4) + 1}, @p{(row * 4) + 2}, @p{(row * 4) + 3})");
        return sql.Append(" ON CONFLICT DO NOTHING").ToString();
    }

    /// <summary>Another node has linked meanwhile; all of this batch is taken back.</summary>
    private sealed class SlowerException : Exception;
}
