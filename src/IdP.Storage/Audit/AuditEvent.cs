using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace IdP.Storage.Audit;

/// <summary>Who did what to whom, and how it ended. Rows are only ever added, in the transaction of the change.</summary>
public sealed class AuditEvent
{
    public long Id { get; init; }

    public DateTimeOffset At { get; init; }

    /// <summary>One of <see cref="AuditEvents"/>.</summary>
    public required string Event { get; init; }

    /// <summary><c>user:ID</c>, <c>cli:NAME</c>, <c>client:ID</c>, <c>system</c> or <c>anonymous</c>.</summary>
    public required string Actor { get; init; }

    /// <summary>Whom it concerns; null when no person.</summary>
    public string? UserId { get; init; }

    /// <summary>Which resource, such as <c>client:payroll</c>.</summary>
    public string? Resource { get; init; }

    /// <summary><c>success</c>, <c>failure</c> or <c>denied</c>.</summary>
    public required string Outcome { get; init; }

    /// <summary>In words that an admin can read.</summary>
    public string? Reason { get; init; }

    public string? Address { get; init; }

    public string? UserAgent { get; init; }

    public string? Reference { get; init; }

    /// <summary>A keyed hash of all the others but the id, see <see cref="AuditSeals"/>; null: written before rows were sealed.</summary>
    public string? Seal { get; init; }
}

internal sealed class AuditEventMapping : IEntityTypeConfiguration<AuditEvent>
{
    public void Configure(EntityTypeBuilder<AuditEvent> row)
    {
        row.ToTable("audit_events");
        row.HasKey(e => e.Id);
        row.Property(e => e.Id).ValueGeneratedOnAdd();
        row.Property(e => e.Event).HasMaxLength(64);
        row.Property(e => e.Actor).HasMaxLength(128);
        row.Property(e => e.Resource).HasMaxLength(160);
        row.Property(e => e.Outcome).HasMaxLength(16);
        row.Property(e => e.Reason).HasMaxLength(512);
        row.Property(e => e.Address).HasMaxLength(64);
        row.Property(e => e.UserAgent).HasMaxLength(256);
        row.Property(e => e.Reference).HasMaxLength(32);
        row.Property(e => e.Seal).HasMaxLength(80);
        row.HasIndex(e => new { e.UserId, e.Id });
        row.HasIndex(e => e.At);
        // What one searches by, each newest first.
        row.HasIndex(e => new { e.Event, e.Id });
        row.HasIndex(e => new { e.Actor, e.Id });
        row.HasIndex(e => new { e.Resource, e.Id });
        // Few rows have one; whoever reads a number out is found by it years later, too.
        row.HasIndex(e => e.Reference).HasFilter("reference IS NOT NULL");
    }
}
