using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace IdP.Storage.Clients;

/// <summary>A secret of a client; several may be valid at once while one replaces another.</summary>
public sealed class ClientSecret
{
    public required string Id { get; init; }

    public required string ClientId { get; init; }

    /// <summary>
    /// <c>sha256:…</c> for a secret that the server made (256 random bits), else the versioned slow hash of one that
    /// an admin chose.
    /// </summary>
    public required string Hash { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; set; }
}

internal sealed class ClientSecretMapping : IEntityTypeConfiguration<ClientSecret>
{
    public void Configure(EntityTypeBuilder<ClientSecret> secret)
    {
        secret.ToTable("client_secrets");
        secret.HasKey(s => s.Id);
        secret.Property(s => s.Id).HasMaxLength(64);
        secret.HasIndex(s => s.ClientId);
        secret.HasOne<Client>().WithMany().HasForeignKey(s => s.ClientId).OnDelete(DeleteBehavior.Cascade);
    }
}
