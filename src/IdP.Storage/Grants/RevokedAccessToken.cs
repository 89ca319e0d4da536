using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace IdP.Storage.Grants;

/// <summary>A JWT access token that was revoked by itself (RFC 7009); kept until it would have expired.</summary>
public sealed class RevokedAccessToken
{
    public required string Jti { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }
}

internal sealed class RevokedAccessTokenMapping : IEntityTypeConfiguration<RevokedAccessToken>
{
    public void Configure(EntityTypeBuilder<RevokedAccessToken> token)
    {
        token.ToTable("revoked_access_tokens");
        token.HasKey(t => t.Jti);
        token.Property(t => t.Jti).HasMaxLength(128);
        token.HasIndex(t => t.ExpiresAt);
    }
}
