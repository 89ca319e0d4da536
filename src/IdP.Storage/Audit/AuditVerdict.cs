namespace IdP.Storage.Audit;

/// <summary>What was done to the audit log.</summary>
public enum AuditFaultKind
{
    RowChanged,

    /// <summary>A row that the program did not write, or that was changed before it was linked.</summary>
    RowInserted,

    RowRemoved,

    /// <summary>The row is whole, but it is not the one that was linked here, or its link was altered.</summary>
    RowMoved,

    LinkRemoved,

    /// <summary>The end of the chain is missing, or was replaced.</summary>
    EndRemoved,

    CheckpointChanged,
    CheckpointRemoved,

    /// <summary>Sealed under a master key that is not among the given ones.</summary>
    UnknownKey,
}

/// <summary>The first thing of its kind that is not as it was.</summary>
/// <param name="EventId">The row's id; null: it is not about a row.</param>
/// <param name="Sequence">The link's number.</param>
/// <param name="Checkpoint">The checkpoint's number.</param>
/// <param name="Text">A sentence for an admin.</param>
public sealed record AuditFault(AuditFaultKind Kind, long? EventId, long? Sequence, long? Checkpoint, string Text);

/// <summary>What a verification found.</summary>
public sealed record AuditVerdict
{
    /// <summary>Rows that stand in the chain as they were written.</summary>
    public long Rows { get; init; }

    /// <summary>How many of them were written before rows were sealed; what was done to them before that cannot be known.</summary>
    public long FromBefore { get; init; }

    /// <summary>Rows that are sealed and not linked yet: those of the last seconds, or of a program that was killed.</summary>
    public long Waiting { get; init; }

    public DateTimeOffset? WaitingSince { get; init; }

    /// <summary>Retention removed the links up to this one; 0: none.</summary>
    public long Begins { get; init; }

    /// <summary>The time of the first row that is left.</summary>
    public DateTimeOffset? FirstAt { get; init; }

    public AuditCheckpoint? LastCheckpoint { get; init; }

    /// <summary>Empty: all is as it was written. Otherwise at most one of the chain, of the rows outside it, and of the checkpoints.</summary>
    public IReadOnlyList<AuditFault> Faults { get; init; } = [];

    public bool IsIntact => Faults.Count == 0;
}
