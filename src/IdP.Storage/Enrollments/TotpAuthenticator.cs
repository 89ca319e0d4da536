using IdP.Storage.Users;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace IdP.Storage.Enrollments;

/// <summary>An authenticator app that a person has confirmed.</summary>
public sealed class TotpAuthenticator
{
    public required string Id { get; init; }

    public required string UserId { get; init; }

    public required string Name { get; set; }

    /// <summary>The 160-bit secret, encrypted under the master key.</summary>
    public required string ProtectedSecret { get; set; }

    /// <summary>The last accepted time step; it and older ones are never accepted again (RFC 6238 §5.2).</summary>
    public long LastStep { get; set; }

    public DateTimeOffset ConfirmedAt { get; init; }

    public DateTimeOffset? LastUsedAt { get; set; }
}

/// <summary>A secret that was shown and not yet confirmed. It belongs to one pending sign-in or one session.</summary>
public sealed class PendingAuthenticator
{
    public required string Id { get; init; }

    /// <summary>Id of the pending sign-in or of the session that asked; one secret each.</summary>
    public required string OwnerId { get; init; }

    public required string UserId { get; init; }

    public required string ProtectedSecret { get; init; }

    /// <summary>Fifteen minutes after it was made.</summary>
    public DateTimeOffset ExpiresAt { get; init; }
}

internal sealed class TotpAuthenticatorMapping
    : IEntityTypeConfiguration<TotpAuthenticator>, IEntityTypeConfiguration<PendingAuthenticator>
{
    public void Configure(EntityTypeBuilder<TotpAuthenticator> authenticator)
    {
        authenticator.ToTable("totp_authenticators");
        authenticator.HasKey(a => a.Id);
        authenticator.Property(a => a.Id).HasMaxLength(64);
        authenticator.Property(a => a.Name).HasMaxLength(64);
        authenticator.HasIndex(a => a.UserId);
        authenticator.HasOne<User>().WithMany().HasForeignKey(a => a.UserId).OnDelete(DeleteBehavior.Cascade);
    }

    public void Configure(EntityTypeBuilder<PendingAuthenticator> pending)
    {
        pending.ToTable("pending_authenticators");
        pending.HasKey(p => p.Id);
        pending.Property(p => p.Id).HasMaxLength(64);
        pending.Property(p => p.OwnerId).HasMaxLength(64);
        pending.HasIndex(p => p.OwnerId).IsUnique();
        pending.HasIndex(p => p.ExpiresAt);
        pending.HasOne<User>().WithMany().HasForeignKey(p => p.UserId).OnDelete(DeleteBehavior.Cascade);
    }
}
