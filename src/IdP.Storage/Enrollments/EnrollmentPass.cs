using IdP.Storage.Users;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace IdP.Storage.Enrollments;

/// <summary>
/// What shows, besides the password, that whoever enrols is the person: a code sent by mail or a one-time pass that an
/// admin issued.
/// </summary>
public sealed class EnrollmentPass
{
    public required string Id { get; init; }

    public required string UserId { get; init; }

    /// <summary><c>mail</c> or <c>admin</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Keyed hash of the code.</summary>
    public required string Hash { get; init; }

    /// <summary>The pending sign-in or session a mailed code was sent for; null: any of the person's.</summary>
    public string? OwnerId { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? UsedAt { get; set; }
}

internal sealed class EnrollmentPassMapping : IEntityTypeConfiguration<EnrollmentPass>
{
    public void Configure(EntityTypeBuilder<EnrollmentPass> pass)
    {
        pass.ToTable("enrollment_passes");
        pass.HasKey(p => p.Id);
        pass.Property(p => p.Id).HasMaxLength(64);
        pass.Property(p => p.Kind).HasMaxLength(16);
        pass.Property(p => p.Hash).HasMaxLength(64);
        pass.Property(p => p.OwnerId).HasMaxLength(64);
        pass.HasIndex(p => p.UserId);
        pass.HasIndex(p => p.ExpiresAt);
        pass.HasOne<User>().WithMany().HasForeignKey(p => p.UserId).OnDelete(DeleteBehavior.Cascade);
    }
}
