using IdP.Storage.Database;

namespace IdP.Storage.Audit;

/// <summary>Walks the audit log from its beginning to its end, and names what is not as it was written. Changes nothing.</summary>
public sealed class AuditVerifier(IdPDatabase database, AuditSeals seals)
{
    /// <summary>Verifies everything.</summary>
    /// <param name="kept">A checkpoint that was kept elsewhere; null: none.</param>
    /// <param name="progress">Gets how many links were looked at, and how many there are.</param>
    public async Task<AuditVerdict> VerifyAsync(AuditCheckpoint? kept, Action<long, long>? progress, CancellationToken ct)
    {
        while (true)
        {
            var walk = new AuditWalk(database, seals, kept, progress, ct);
            var verdict = await walk.RunAsync();
            // Retention has moved the beginning meanwhile: what is missing was removed rightly, so look again.
            if (verdict.IsIntact || ((await LastAsync())?.Begins ?? 0) == walk.SaidToBegin) return verdict;
        }
    }

    /// <summary>Verifies the beginning, as far as a checkpoint.</summary>
    /// <returns>What is wrong; null: nothing.</returns>
    internal async Task<AuditFault?> VerifyPartAsync(AuditCheckpoint last, AuditCheckpoint until, CancellationToken ct)
    {
        var walk = new AuditWalk(database, seals, null, null, ct);
        foreach (var checkpoint in new[] { last, until })
        {
            if (seals.Check(checkpoint) != SealState.Valid) return walk.CheckpointFault(checkpoint);
        }

        return await walk.PartAsync(last, until);
    }

    private async Task<AuditCheckpoint?> LastAsync() => await database.ReadAsync(AuditRows.LastCheckpointAsync);
}
