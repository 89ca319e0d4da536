using System.Data.Common;
using System.Globalization;
using IdP.Storage.Database;

namespace IdP.Storage.Audit;

/// <summary>One walk over the audit log: the checkpoints, the chain, then what stands outside it.</summary>
internal sealed class AuditWalk(IdPDatabase database, AuditSeals seals, AuditCheckpoint? kept, Action<long, long>? progress, CancellationToken ct)
{
    private const int Batch = 1000;

    // Number, link and hash of every checkpoint that was not altered: some 50,000 in a year.
    private readonly List<(long Id, long Sequence, string Hash)> checkpoints = [];

    private AuditFault? ofChain;
    private AuditFault? ofRows;
    private AuditFault? ofCheckpoints;
    private AuditCheckpoint? last;
    private AuditCheckpoint? lastValid;
    private long begins;
    private long sequence;
    private string hash = "";
    private long lastRow;
    private long rows;
    private long fromBefore;
    private long waiting;
    private DateTimeOffset? waitingSince;
    private DateTimeOffset? firstAt;

    /// <summary>Where the newest checkpoint said at the start that the chain begins, whether that is signed or not.</summary>
    public long SaidToBegin { get; private set; }

    public async Task<AuditVerdict> RunAsync()
    {
        last = await database.ReadAsync(AuditRows.LastCheckpointAsync);
        SaidToBegin = last?.Begins ?? 0;
        await CheckpointsAsync();
        // A beginning that nobody signed is none.
        if (lastValid is not null) (begins, sequence, hash) = (lastValid.Begins, lastValid.Begins, lastValid.BeginsHash);
        var expected = new Dictionary<long, (long Id, long Sequence, string Hash)>();
        foreach (var checkpoint in checkpoints) expected.TryAdd(checkpoint.Sequence, checkpoint);
        await LinksAsync(long.MaxValue, expected);
        if (ofChain is null) CheckEnd();
        if (ofChain is null && kept is not null) await CheckKeptAsync();
        await OthersAsync();
        return new AuditVerdict
        {
            Rows = rows, FromBefore = fromBefore, Waiting = waiting, WaitingSince = waitingSince, Begins = begins, FirstAt = firstAt, LastCheckpoint = last,
            Faults = [.. new[] { ofChain, ofRows, ofCheckpoints }.OfType<AuditFault>()],
        };
    }

    public async Task<AuditFault?> PartAsync(AuditCheckpoint from, AuditCheckpoint until)
    {
        (sequence, hash) = (from.Begins, from.BeginsHash);
        await LinksAsync(until.Sequence, new() { [until.Sequence] = (until.Id, until.Sequence, until.Hash) });
        if (ofChain is null && sequence != until.Sequence) LinkMissing();
        return ofChain;
    }

    private async Task CheckpointsAsync()
    {
        var (previous, after) = ((AuditCheckpoint?)null, 0L);
        while (true)
        {
            ct.ThrowIfCancellationRequested();
            var batch = await database.ReadAsync(s => AuditRows.CheckpointsAsync(s, after, Batch));
            foreach (var checkpoint in batch)
            {
                var due = previous?.Id + 1 ?? last?.Oldest ?? 1;
                if (checkpoint.Id > due) ofCheckpoints ??= Removed(due);
                else if (seals.Check(checkpoint) != SealState.Valid) ofCheckpoints ??= CheckpointFault(checkpoint);
                else if (previous is not null && checkpoint.Previous != previous.Signature)
                    ofCheckpoints ??= new(AuditFaultKind.CheckpointChanged, null, null, previous.Id, Text($"Checkpoint {previous.Id} is not the one that checkpoint {checkpoint.Id} follows: it was replaced."));
                previous = checkpoint;
                if (seals.Check(checkpoint) != SealState.Valid) continue;
                lastValid = checkpoint;
                checkpoints.Add((checkpoint.Id, checkpoint.Sequence, checkpoint.Hash));
            }

            if (batch.Count < Batch) return;
            after = batch[^1].Id;
        }
    }

    private async Task LinksAsync(long until, Dictionary<long, (long Id, long Sequence, string Hash)> expected)
    {
        var total = await database.ReadAsync(s => s.FirstAsync("SELECT COALESCE(MAX(sequence), 0) FROM audit_links", r => r.GetInt64(0)));
        var begun = sequence;
        while (ofChain is null && sequence < until)
        {
            ct.ThrowIfCancellationRequested();
            var batch = await database.ReadAsync(s => s.AllAsync($"""
                SELECT l.sequence, l.event_id, l.checkpoint, l.hash, {AuditRows.EventColumns}
                FROM audit_links l LEFT JOIN audit_events e ON e.id = l.event_id
                WHERE l.sequence > @p0 AND l.sequence <= @p1 ORDER BY l.sequence LIMIT @p2
                """, Read, sequence, until, Batch));
            foreach (var (link, row) in batch)
            {
                await CheckAsync(link, row, expected);
                if (ofChain is not null) break;
            }

            progress?.Invoke(sequence - begun, total - begun);
            if (batch.Count < Batch) return;
        }
    }

    private async Task CheckAsync(AuditLink link, AuditEvent? row, Dictionary<long, (long Id, long Sequence, string Hash)> expected)
    {
        if (link.Sequence != sequence + 1)
        {
            LinkMissing();
            return;
        }

        if (row is null)
        {
            ofChain = new(AuditFaultKind.RowRemoved, link.EventId, link.Sequence, null, Text($"Row {link.EventId} was removed (link {link.Sequence})."));
            return;
        }

        var (seal, chained) = (row.Seal is null ? SealState.Valid : seals.Check(row), seals.Check(link, row, hash));
        if (seal == SealState.UnknownKey || chained == SealState.UnknownKey)
            ofChain = new(AuditFaultKind.UnknownKey, row.Id, link.Sequence, null, Text($"Row {row.Id} was sealed under a master key that is not among the given ones (IdP:Keys:PreviousMasterKeys)."));
        else if (seal != SealState.Valid || (row.Seal is null && chained != SealState.Valid))
            ofChain = new(AuditFaultKind.RowChanged, row.Id, link.Sequence, null, Text($"Row {row.Id} was changed (link {link.Sequence})."));
        else if (chained != SealState.Valid)
            ofChain = new(AuditFaultKind.RowMoved, row.Id, link.Sequence, null, Text($"Row {row.Id} is not the one that was linked as number {link.Sequence}: it was moved, or its link was changed."));
        else if (expected.TryGetValue(link.Sequence, out var signed) && signed.Hash != link.Hash)
            ofChain = new(AuditFaultKind.EndRemoved, row.Id, link.Sequence, signed.Id, Text($"Row {row.Id} is not the one that checkpoint {signed.Id} was signed over: the end of the log was replaced."));
        else
            await CheckCheckpointOfAsync(link);
        if (ofChain is not null) return;
        (sequence, hash, lastRow) = (link.Sequence, link.Hash, row.Id);
        firstAt ??= row.At;
        rows++;
        if (row.Seal is null) fromBefore++;
    }

    // The link says that there was such a checkpoint; one that was made since we looked is no fault.
    private async Task CheckCheckpointOfAsync(AuditLink link)
    {
        if (link.Checkpoint <= (last?.Id ?? 0)) return;
        last = await database.ReadAsync(AuditRows.LastCheckpointAsync) ?? last;
        if (link.Checkpoint > (last?.Id ?? 0)) ofCheckpoints ??= Removed((last?.Id ?? 0) + 1);
    }

    private void CheckEnd()
    {
        var beyond = checkpoints.Find(c => c.Sequence > sequence);
        if (beyond.Id > 0)
            ofChain = new(AuditFaultKind.EndRemoved, null, sequence + 1, beyond.Id, Text($"The end of the log was removed: checkpoint {beyond.Id} was signed over {Links(beyond.Sequence)}, and the chain ends at {sequence}{After()}."));
    }

    private async Task CheckKeptAsync()
    {
        if (seals.Check(kept!) != SealState.Valid)
        {
            ofCheckpoints ??= CheckpointFault(kept!) with { Text = "The given checkpoint was not signed by this server, or was changed." };
            return;
        }

        // What retention removed since can be held against nothing.
        if (kept!.Sequence < begins) return;
        var there = kept.Sequence == begins
            ? last?.BeginsHash
            : await database.ReadAsync(s => s.FirstAsync("SELECT hash FROM audit_links WHERE sequence = @p0", r => r.GetString(0), kept.Sequence));
        if (there == kept.Hash) return;
        ofChain = new(AuditFaultKind.EndRemoved, null, kept.Sequence, kept.Id, there is null
            ? Text($"The end of the log is missing: the given checkpoint was signed over {Links(kept.Sequence)}, and the chain ends at {sequence}{After()}. Rows were removed, or an older backup was restored.")
            : Text($"The log is not the one that the given checkpoint was signed over: link {kept.Sequence} is another."));
    }

    // Rows that stand in no link, and rows that are there twice.
    private async Task OthersAsync()
    {
        var after = 0L;
        while (true)
        {
            ct.ThrowIfCancellationRequested();
            var batch = await database.ReadAsync(s => s.AllAsync($"""
                SELECT {AuditRows.EventColumns} FROM audit_events e
                WHERE e.id > @p0 AND NOT EXISTS (SELECT 1 FROM audit_links l WHERE l.event_id = e.id) ORDER BY e.id LIMIT @p1
                """, r => AuditRows.Event(r), after, Batch));
            foreach (var row in batch)
            {
                if (seals.Check(row) == SealState.Valid)
                {
                    waiting++;
                    waitingSince ??= row.At;
                }
                else
                {
                    ofRows ??= new(AuditFaultKind.RowInserted, row.Id, null, null, Text($"Row {row.Id} was inserted, or was changed before it was linked: its seal is not right."));
                }
            }

            if (batch.Count < Batch) break;
            after = batch[^1].Id;
        }

        var twice = await database.ReadAsync(s => s.FirstAsync<long?>(
            "SELECT MAX(id) FROM audit_events WHERE seal IS NOT NULL GROUP BY seal HAVING COUNT(*) > 1 ORDER BY 1 LIMIT 1", r => r.GetInt64(0)));
        if (twice is { } copy) ofRows ??= new(AuditFaultKind.RowInserted, copy, null, null, Text($"Row {copy} was inserted: it is a copy of another row."));
    }

    private static string Links(long n) => n == 1 ? "1 link" : string.Create(CultureInfo.InvariantCulture, $"{n} links");

    private void LinkMissing() =>
        ofChain = new(AuditFaultKind.LinkRemoved, null, sequence + 1, null, Text($"Link {sequence + 1} was removed{After()}."));

    private string After() => lastRow > 0 ? Text($", after row {lastRow}") : "";

    private static AuditFault Removed(long checkpoint) =>
        new(AuditFaultKind.CheckpointRemoved, null, null, checkpoint, Text($"Checkpoint {checkpoint} was removed."));

    private static (AuditLink Link, AuditEvent? Row) Read(DbDataReader r) => (
        new AuditLink { Sequence = r.GetInt64(0), EventId = r.GetInt64(1), Checkpoint = r.GetInt64(2), Hash = r.GetString(3) },
        r.IsDBNull(4) ? null : AuditRows.Event(r, 4));

    internal AuditFault CheckpointFault(AuditCheckpoint checkpoint) => seals.Check(checkpoint) == SealState.UnknownKey
        ? new(AuditFaultKind.UnknownKey, null, null, checkpoint.Id, Text($"Checkpoint {checkpoint.Id} was signed under a master key that is not among the given ones (IdP:Keys:PreviousMasterKeys)."))
        : new(AuditFaultKind.CheckpointChanged, null, null, checkpoint.Id, Text($"Checkpoint {checkpoint.Id} was changed: its signature is not right."));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
