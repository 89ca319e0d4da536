using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace IdP.Storage.Grants;

/// <summary>RFC 6749 §4.1.2: single-use, sixty seconds, bound to all that asked for it.</summary>
public sealed class AuthorizationCode
{
    public required string Hash { get; init; }

    public required string AuthorizationId { get; init; }

    public required string ClientId { get; init; }

    public required string RedirectUri { get; init; }

    /// <summary>S256 challenge (RFC 7636 §4.2); null only for a client registered without PKCE.</summary>
    public string? CodeChallenge { get; init; }

    public string? Nonce { get; init; }

    /// <summary>Thumbprint of the key that must be proven at redemption (RFC 9449 §10); null: none was named.</summary>
    public string? DpopJkt { get; init; }

    /// <summary>When the authorization request began; a verification "at each authorization" is measured from here.</summary>
    public DateTimeOffset FlowStartedAt { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? RedeemedAt { get; set; }
}

internal sealed class AuthorizationCodeMapping : IEntityTypeConfiguration<AuthorizationCode>
{
    public void Configure(EntityTypeBuilder<AuthorizationCode> code)
    {
        code.ToTable("authorization_codes");
        code.HasKey(c => c.Hash);
        code.Property(c => c.Hash).HasMaxLength(43);
        code.Property(c => c.DpopJkt).HasMaxLength(43);
        code.HasIndex(c => c.ExpiresAt);
        code.HasIndex(c => c.AuthorizationId);
        code.HasOne<Authorization>().WithMany().HasForeignKey(c => c.AuthorizationId).OnDelete(DeleteBehavior.Cascade);
    }
}
