using IdP.Storage.Users;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace IdP.Storage.Enrollments;

/// <summary>A public-key credential of a person. WebAuthn Level 3 §4.</summary>
public sealed class Passkey
{
    public required string Id { get; init; }

    public required string UserId { get; init; }

    /// <summary>What the person calls it.</summary>
    public required string Name { get; set; }

    /// <summary>The authenticator's id of it, base64url; unique.</summary>
    public required string CredentialId { get; init; }

    /// <summary>COSE key, base64url.</summary>
    public required string PublicKey { get; init; }

    /// <summary>Last seen signature counter; many authenticators always say 0.</summary>
    public long SignCount { get; set; }

    /// <summary>Transports the browser named, such as <c>internal</c>.</summary>
    public List<string> Transports { get; set; } = [];

    /// <summary>It may be copied to other devices (synced): then its key is in software for all we know.</summary>
    public bool IsBackupEligible { get; init; }

    public bool IsBackedUp { get; set; }

    /// <summary>The model of the authenticator, or null.</summary>
    public string? Aaguid { get; init; }

    /// <summary>As it was registered, base64url.</summary>
    public required string AttestationObject { get; init; }

    /// <summary>As it was registered, base64url.</summary>
    public required string ClientDataJson { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? LastUsedAt { get; set; }
}

/// <summary>A challenge that waits for its answer: it is taken once, by one conditional statement.</summary>
public sealed class PasskeyCeremony
{
    /// <summary>Hash of the handle that travels with the form.</summary>
    public required string Hash { get; init; }

    /// <summary><c>create</c>, <c>verify</c> or <c>signin</c>.</summary>
    public required string Purpose { get; init; }

    /// <summary>Id of the pending sign-in or session that asked; null for a sign-in, where nobody is known yet.</summary>
    public string? OwnerId { get; init; }

    public string? UserId { get; init; }

    /// <summary>Challenge and options as the library wrote them.</summary>
    public required string State { get; init; }

    /// <summary>Five minutes after it was made.</summary>
    public DateTimeOffset ExpiresAt { get; init; }
}

internal sealed class PasskeyMapping : IEntityTypeConfiguration<Passkey>, IEntityTypeConfiguration<PasskeyCeremony>
{
    public void Configure(EntityTypeBuilder<Passkey> passkey)
    {
        passkey.ToTable("passkeys");
        passkey.HasKey(p => p.Id);
        passkey.Property(p => p.Id).HasMaxLength(64);
        passkey.Property(p => p.Name).HasMaxLength(64);
        // At most 1,023 bytes (WebAuthn §4, credential id).
        passkey.Property(p => p.CredentialId).HasMaxLength(1400);
        passkey.Property(p => p.Aaguid).HasMaxLength(36);
        passkey.HasIndex(p => p.CredentialId).IsUnique();
        passkey.HasIndex(p => p.UserId);
        passkey.HasOne<User>().WithMany().HasForeignKey(p => p.UserId).OnDelete(DeleteBehavior.Cascade);
    }

    public void Configure(EntityTypeBuilder<PasskeyCeremony> ceremony)
    {
        ceremony.ToTable("passkey_ceremonies");
        ceremony.HasKey(c => c.Hash);
        ceremony.Property(c => c.Hash).HasMaxLength(43);
        ceremony.Property(c => c.Purpose).HasMaxLength(16);
        ceremony.Property(c => c.OwnerId).HasMaxLength(64);
        ceremony.HasIndex(c => c.ExpiresAt);
        ceremony.HasOne<User>().WithMany().HasForeignKey(c => c.UserId).OnDelete(DeleteBehavior.Cascade);
    }
}
