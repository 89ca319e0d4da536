using IdP.Storage.Clients;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace IdP.Storage.Grants;

/// <summary>An access token that is a row: for clients registered with the reference format.</summary>
public sealed class ReferenceToken
{
    public required string Hash { get; init; }

    /// <summary>The token's claims as the JSON object that a JWT of the same kind would carry.</summary>
    public required string Claims { get; init; }

    public required string ClientId { get; init; }

    /// <summary>Null for client credentials.</summary>
    public string? AuthorizationId { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? RevokedAt { get; set; }
}

internal sealed class ReferenceTokenMapping : IEntityTypeConfiguration<ReferenceToken>
{
    public void Configure(EntityTypeBuilder<ReferenceToken> token)
    {
        token.ToTable("reference_tokens");
        token.HasKey(t => t.Hash);
        token.Property(t => t.Hash).HasMaxLength(43);
        token.HasIndex(t => t.ExpiresAt);
        token.HasIndex(t => t.AuthorizationId);
        token.HasOne<Client>().WithMany().HasForeignKey(t => t.ClientId).OnDelete(DeleteBehavior.Cascade);
        token.HasOne<Authorization>().WithMany().HasForeignKey(t => t.AuthorizationId).OnDelete(DeleteBehavior.Cascade);
    }
}
