using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace IdP.Storage.Users;

/// <summary>
/// Password proven, identity verification not yet. It names a person to the verify, enrol and sign-out pages and to
/// nothing else.
/// </summary>
public sealed class PendingSignIn
{
    /// <summary>Random; a secret being enrolled belongs to it.</summary>
    public required string Id { get; init; }

    /// <summary>Hash of the cookie's value.</summary>
    public required string HandleHash { get; init; }

    public required string UserId { get; init; }

    public DateTimeOffset PasswordAt { get; init; }

    /// <summary>
    /// The request that the password was given for: the hash of a parked request or of a device. Null: an own page's.
    /// </summary>
    public string? PasswordFor { get; init; }

    /// <summary>When identity was verified already, because a new password is due and comes after it; null: it was not.</summary>
    public DateTimeOffset? VerifiedAt { get; init; }

    public string? VerifiedFor { get; init; }

    /// <summary>RFC 8176 values of that verification, separated by spaces; null: a code's.</summary>
    public string? Amr { get; init; }

    /// <summary>Ten minutes after it began.</summary>
    public DateTimeOffset ExpiresAt { get; init; }

    public int CredentialGeneration { get; init; }

    /// <summary>When the first-enrollment proof was given in this sign-in; null: it was not.</summary>
    public DateTimeOffset? EnrollmentProvenAt { get; set; }

    public string? Address { get; init; }

    public string? UserAgent { get; init; }
}

internal sealed class PendingSignInMapping : IEntityTypeConfiguration<PendingSignIn>
{
    public void Configure(EntityTypeBuilder<PendingSignIn> pending)
    {
        pending.ToTable("pending_sign_ins");
        pending.HasKey(p => p.Id);
        pending.Property(p => p.Id).HasMaxLength(64);
        pending.Property(p => p.HandleHash).HasMaxLength(43);
        pending.Property(p => p.PasswordFor).HasMaxLength(43);
        pending.Property(p => p.VerifiedFor).HasMaxLength(43);
        pending.Property(p => p.Amr).HasMaxLength(64);
        pending.Property(p => p.Address).HasMaxLength(64);
        pending.Property(p => p.UserAgent).HasMaxLength(256);
        pending.HasIndex(p => p.HandleHash).IsUnique();
        pending.HasIndex(p => p.UserId);
        pending.HasIndex(p => p.ExpiresAt);
        pending.HasOne<User>().WithMany().HasForeignKey(p => p.UserId).OnDelete(DeleteBehavior.Cascade);
    }
}
