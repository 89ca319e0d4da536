using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace IdP.Storage.Audit;

/// <summary>
/// Where an audit row stands in the chain. Written a moment after the row, by whichever node comes first, so that nobody
/// who signs in waits for the link before.
/// </summary>
public sealed class AuditLink
{
    /// <summary>1, 2, 3, … without a gap: of two nodes that write the same number, one wins.</summary>
    public long Sequence { get; init; }

    public long EventId { get; init; }

    /// <summary>The newest checkpoint at that time, so that none can be taken away unseen; 0: there was none.</summary>
    public long Checkpoint { get; init; }

    /// <summary>A keyed hash of the link before, the row's seal and the three values above.</summary>
    public required string Hash { get; init; }
}

/// <summary>What the chain was at a time, signed. A copy kept elsewhere shows later whether its end was cut off.</summary>
public sealed record AuditCheckpoint
{
    /// <summary>1, 2, 3, …</summary>
    public long Id { get; init; }

    public DateTimeOffset At { get; init; }

    /// <summary>The last link at that time.</summary>
    public long Sequence { get; init; }

    /// <summary>The hash of that link.</summary>
    public required string Hash { get; init; }

    /// <summary>Links up to this one were removed by retention; 0: none.</summary>
    public long Begins { get; init; }

    /// <summary>The hash of the last removed link, from which the rest goes on; empty: none was removed.</summary>
    public required string BeginsHash { get; init; }

    /// <summary>The oldest checkpoint that retention left.</summary>
    public long Oldest { get; init; }

    /// <summary>The signature of the checkpoint before; empty: this is the first.</summary>
    public required string Previous { get; init; }

    /// <summary>A keyed hash of all the others, by a key that only the master key gives.</summary>
    public required string Signature { get; init; }
}

internal sealed class AuditChainMapping : IEntityTypeConfiguration<AuditLink>, IEntityTypeConfiguration<AuditCheckpoint>
{
    private const int HashLength = 64;

    public void Configure(EntityTypeBuilder<AuditLink> link)
    {
        link.ToTable("audit_links");
        link.HasKey(l => l.Sequence);
        link.Property(l => l.Sequence).ValueGeneratedNever();
        link.Property(l => l.Hash).HasMaxLength(HashLength);
        link.HasIndex(l => l.EventId).IsUnique();
    }

    public void Configure(EntityTypeBuilder<AuditCheckpoint> checkpoint)
    {
        checkpoint.ToTable("audit_checkpoints");
        checkpoint.HasKey(c => c.Id);
        checkpoint.Property(c => c.Id).ValueGeneratedNever();
        checkpoint.Property(c => c.Hash).HasMaxLength(HashLength);
        checkpoint.Property(c => c.BeginsHash).HasMaxLength(HashLength);
        checkpoint.Property(c => c.Previous).HasMaxLength(HashLength);
        checkpoint.Property(c => c.Signature).HasMaxLength(HashLength);
    }
}
