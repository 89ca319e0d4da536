using IdP.Storage.Users;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace IdP.Storage.Enrollments;

/// <summary>A look-up secret that stands in for an authenticator once (NIST SP 800-63B-4 §3.1.2).</summary>
public sealed class RecoveryCode
{
    /// <summary>Keyed hash of the code under the master key.</summary>
    public required string Hash { get; init; }

    public required string UserId { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? UsedAt { get; set; }
}

internal sealed class RecoveryCodeMapping : IEntityTypeConfiguration<RecoveryCode>
{
    public void Configure(EntityTypeBuilder<RecoveryCode> code)
    {
        code.ToTable("recovery_codes");
        code.HasKey(c => c.Hash);
        code.Property(c => c.Hash).HasMaxLength(43);
        code.HasIndex(c => c.UserId);
        code.HasOne<User>().WithMany().HasForeignKey(c => c.UserId).OnDelete(DeleteBehavior.Cascade);
    }
}
