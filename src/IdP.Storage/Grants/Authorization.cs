using IdP.Storage.Clients;
using IdP.Storage.Users;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace IdP.Storage.Grants;

/// <summary>As in OpenIddict: an authorization of one sign-in, or a remembered consent.</summary>
public enum AuthorizationType
{
    /// <summary>Made by one authorization request; its code and tokens hang on it.</summary>
    AdHoc,

    /// <summary>What the person allowed on the consent page and need not be asked again.</summary>
    Permanent,
}

/// <summary>What a user allowed a client.</summary>
public sealed class Authorization
{
    public required string Id { get; init; }

    public AuthorizationType Type { get; init; }

    public required string UserId { get; init; }

    public required string ClientId { get; init; }

    /// <summary>The session it was given in; null for a remembered consent.</summary>
    public string? SessionId { get; init; }

    /// <summary>Granted scopes, separated by spaces.</summary>
    public required string Scope { get; set; }

    /// <summary>What had been proven when it was given; tokens say this and no more.</summary>
    public required string Acr { get; init; }

    public required string Amr { get; init; }

    /// <summary>When the password was proven.</summary>
    public DateTimeOffset AuthTime { get; init; }

    /// <summary>When identity was verified; null when it was not.</summary>
    public DateTimeOffset? VerifiedAt { get; init; }

    /// <summary>The session had skipped enrollment when the authorization was given.</summary>
    public bool Skipped { get; init; }

    /// <summary>
    /// Hash of the remembered browser in which it was given with the password alone; null: none. It counts for as long
    /// as that browser is remembered.
    /// </summary>
    public string? RememberedBrowser { get; init; }

    /// <summary>The level that the request demanded (frozen at its start); null: none of its own.</summary>
    public string? DemandedAcr { get; init; }

    public int CredentialGeneration { get; init; }

    /// <summary>Granted resources (RFC 8707), separated by spaces; null: none was named.</summary>
    public string? Resource { get; init; }

    /// <summary>Thumbprint of the key that refresh tokens of a public client are bound to (RFC 9449 §5); null: none.</summary>
    public string? DpopJkt { get; set; }

    /// <summary>The <c>claims</c> parameter as it was sent, or null.</summary>
    public string? Claims { get; init; }

    /// <summary>The address at which it was given, as the policy saw it; null: not known.</summary>
    public string? Address { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? RevokedAt { get; set; }
}

internal sealed class AuthorizationMapping : IEntityTypeConfiguration<Authorization>
{
    public void Configure(EntityTypeBuilder<Authorization> authorization)
    {
        authorization.ToTable("authorizations");
        authorization.HasKey(a => a.Id);
        authorization.Property(a => a.Id).HasMaxLength(64);
        authorization.Property(a => a.Acr).HasMaxLength(16);
        authorization.Property(a => a.Amr).HasMaxLength(64);
        authorization.Property(a => a.DemandedAcr).HasMaxLength(16);
        authorization.Property(a => a.RememberedBrowser).HasMaxLength(43);
        authorization.Property(a => a.DpopJkt).HasMaxLength(43);
        authorization.HasIndex(a => new { a.UserId, a.ClientId });
        authorization.Property(a => a.Address).HasMaxLength(64);
        authorization.HasIndex(a => a.SessionId);
        // When an application was last used.
        authorization.HasIndex(a => new { a.ClientId, a.CreatedAt });
        authorization.HasOne<User>().WithMany().HasForeignKey(a => a.UserId).OnDelete(DeleteBehavior.Cascade);
        authorization.HasOne<Client>().WithMany().HasForeignKey(a => a.ClientId).OnDelete(DeleteBehavior.Cascade);
    }
}
