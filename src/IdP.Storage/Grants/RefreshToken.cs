using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace IdP.Storage.Grants;

/// <summary>Rotated at each use; the family is the authorization (RFC 9700 §4.14).</summary>
public sealed class RefreshToken
{
    public required string Hash { get; init; }

    public required string AuthorizationId { get; init; }

    public required string ClientId { get; init; }

    public DateTimeOffset IssuedAt { get; init; }

    /// <summary>The end of the family; a successor inherits it.</summary>
    public DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When it was exchanged for its successor.</summary>
    public DateTimeOffset? UsedAt { get; set; }
}

internal sealed class RefreshTokenMapping : IEntityTypeConfiguration<RefreshToken>
{
    public void Configure(EntityTypeBuilder<RefreshToken> token)
    {
        token.ToTable("refresh_tokens");
        token.HasKey(t => t.Hash);
        token.Property(t => t.Hash).HasMaxLength(43);
        token.HasIndex(t => t.ExpiresAt);
        token.HasIndex(t => t.AuthorizationId);
        token.HasOne<Authorization>().WithMany().HasForeignKey(t => t.AuthorizationId).OnDelete(DeleteBehavior.Cascade);
    }
}
