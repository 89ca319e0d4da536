using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace IdP.Storage.Users;

/// <summary>A completed sign-in in one browser.</summary>
public sealed class Session
{
    /// <summary>The <c>sid</c> that clients see; no secret.</summary>
    public required string Id { get; init; }

    /// <summary>Hash of the cookie's value; changes whenever the session rises a level.</summary>
    public required string HandleHash { get; set; }

    public required string UserId { get; init; }

    /// <summary>When the password, or a passkey in its place, was last proven.</summary>
    public DateTimeOffset PasswordAt { get; set; }

    /// <summary>The request that the password was last given for, as <see cref="PendingSignIn.PasswordFor"/>.</summary>
    public string? PasswordFor { get; set; }

    /// <summary>When identity was last verified; null while it was not.</summary>
    public DateTimeOffset? VerifiedAt { get; set; }

    /// <summary>The request that identity was last verified for; null: an own page's.</summary>
    public string? VerifiedFor { get; set; }

    /// <summary>When a passkey was last used; null while none was. Its level is older than a code that came later.</summary>
    public DateTimeOffset? PasskeyAt { get; set; }

    /// <summary>RFC 8176 values of what was proven, separated by spaces: <c>pwd</c>, <c>pwd otp mfa</c> or <c>hwk user mfa</c>.</summary>
    public required string Amr { get; set; }

    /// <summary>"Skip for now" was chosen at this sign-in; it counts for this sign-in alone.</summary>
    public DateTimeOffset? SkippedAt { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset LastSeenAt { get; set; }

    public DateTimeOffset ExpiresAt { get; set; }

    public DateTimeOffset? RevokedAt { get; set; }

    public int CredentialGeneration { get; set; }

    /// <summary>When the first-enrollment proof was given in this session; null: it was not.</summary>
    public DateTimeOffset? EnrollmentProvenAt { get; set; }

    public string? Address { get; set; }

    public string? UserAgent { get; set; }
}

internal sealed class SessionMapping : IEntityTypeConfiguration<Session>
{
    public void Configure(EntityTypeBuilder<Session> session)
    {
        session.ToTable("sessions");
        session.HasKey(s => s.Id);
        session.Property(s => s.Id).HasMaxLength(64);
        session.Property(s => s.HandleHash).HasMaxLength(43);
        session.Property(s => s.Amr).HasMaxLength(64);
        session.Property(s => s.PasswordFor).HasMaxLength(43);
        session.Property(s => s.VerifiedFor).HasMaxLength(43);
        session.Property(s => s.Address).HasMaxLength(64);
        session.Property(s => s.UserAgent).HasMaxLength(256);
        session.HasIndex(s => s.HandleHash).IsUnique();
        session.HasIndex(s => s.UserId);
        session.HasIndex(s => s.ExpiresAt);
        session.HasOne<User>().WithMany().HasForeignKey(s => s.UserId).OnDelete(DeleteBehavior.Cascade);
    }
}
