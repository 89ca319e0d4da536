using System.Data.Common;
using IdP.Storage.Database;

namespace IdP.Storage.Audit;

/// <summary>Reading rows, links and checkpoints for those who link and verify.</summary>
internal static class AuditRows
{
    public const string EventColumns =
        "e.id, e.at, e.event, e.actor, e.user_id, e.resource, e.outcome, e.reason, e.address, e.user_agent, e.reference, e.seal";

    private const string CheckpointColumns = "id, at, sequence, hash, begins, begins_hash, oldest, previous, signature";

    public static AuditEvent Event(DbDataReader row, int at = 0) => new()
    {
        Id = row.GetInt64(at), At = row.Time(at + 1), Event = row.GetString(at + 2), Actor = row.GetString(at + 3), UserId = row.NullableString(at + 4),
        Resource = row.NullableString(at + 5), Outcome = row.GetString(at + 6), Reason = row.NullableString(at + 7), Address = row.NullableString(at + 8),
        UserAgent = row.NullableString(at + 9), Reference = row.NullableString(at + 10), Seal = row.NullableString(at + 11),
    };

    /// <summary>The last link; where nothing was linked since a removal, the one it left the chain at.</summary>
    public static async ValueTask<(long Sequence, string Hash, long Checkpoint)> HeadAsync(Statements s, AuditCheckpoint? last)
    {
        var head = await s.FirstAsync<(long, string, long)?>(
            "SELECT sequence, hash, checkpoint FROM audit_links ORDER BY sequence DESC LIMIT 1", r => (r.GetInt64(0), r.GetString(1), r.GetInt64(2)));
        return head ?? (last?.Begins ?? 0, last?.BeginsHash ?? "", 0);
    }

    public static ValueTask<AuditCheckpoint?> LastCheckpointAsync(Statements s) =>
        s.FirstAsync($"SELECT {CheckpointColumns} FROM audit_checkpoints ORDER BY id DESC LIMIT 1", Checkpoint);

    public static ValueTask<List<AuditCheckpoint>> CheckpointsAsync(Statements s, long after, int limit) =>
        s.AllAsync($"SELECT {CheckpointColumns} FROM audit_checkpoints WHERE id > @p0 ORDER BY id LIMIT @p1", Checkpoint, after, limit);

    /// <summary>The newest checkpoint of before a time at which the chain can begin anew, with at most so many rows before it.</summary>
    public static async ValueTask<AuditCheckpoint?> CutAsync(Statements s, long begins, DateTimeOffset before, int most) =>
        await s.FirstAsync($"SELECT {CheckpointColumns} FROM audit_checkpoints WHERE at < @p0 AND sequence > @p1 AND sequence <= @p2 ORDER BY id DESC LIMIT 1", Checkpoint, before, begins, begins + most)
        ?? await s.FirstAsync($"SELECT {CheckpointColumns} FROM audit_checkpoints WHERE at < @p0 AND sequence > @p1 ORDER BY id LIMIT 1", Checkpoint, before, begins);

    public static async ValueTask<bool> AddAsync(Statements s, AuditCheckpoint c) => await s.ExecuteAsync(
        $"INSERT INTO audit_checkpoints ({CheckpointColumns}) VALUES (@p0, @p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8) ON CONFLICT DO NOTHING",
        c.Id, c.At, c.Sequence, c.Hash, c.Begins, c.BeginsHash, c.Oldest, c.Previous, c.Signature) == 1;

    private static AuditCheckpoint Checkpoint(DbDataReader row) => new()
    {
        Id = row.GetInt64(0), At = row.Time(1), Sequence = row.GetInt64(2), Hash = row.GetString(3), Begins = row.GetInt64(4),
        BeginsHash = row.GetString(5), Oldest = row.GetInt64(6), Previous = row.GetString(7), Signature = row.GetString(8),
    };
}
