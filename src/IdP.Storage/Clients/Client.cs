using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace IdP.Storage.Clients;

/// <summary>RFC 6749 §2.1.</summary>
public enum ClientType
{
    Confidential,
    Public,
}

/// <summary>Whether a person is asked before an application gets their data.</summary>
public enum ConsentType
{
    /// <summary>The organisation has decided for its people.</summary>
    Implicit,

    /// <summary>Each person is asked once for each set of scopes.</summary>
    Explicit,
}

public enum AccessTokenFormat
{
    /// <summary>RFC 9068.</summary>
    Jwt,

    /// <summary>An opaque handle; the token is a row that introspection reads and that can be revoked at once.</summary>
    Reference,
}

/// <summary>A registered SSO application. Property names follow RFC 7591 where it has one.</summary>
public sealed class Client
{
    public required string ClientId { get; init; }

    public required string DisplayName { get; set; }

    /// <summary>One line for the tile in the portal.</summary>
    public string? Description { get; set; }

    public ClientType Type { get; set; } = ClientType.Confidential;

    /// <summary>Compared character by character (RFC 9700 §2.1); only the port of a loopback address is free.</summary>
    public List<string> RedirectUris { get; set; } = [];

    public List<string> PostLogoutRedirectUris { get; set; } = [];

    public string? BackChannelLogoutUri { get; set; }

    /// <summary>IANA names: <c>authorization_code</c>, <c>refresh_token</c>, <c>client_credentials</c>, …</summary>
    public List<string> GrantTypes { get; set; } = ["authorization_code"];

    public List<string> Scopes { get; set; } = ["openid"];

    public ConsentType Consent { get; set; } = ConsentType.Implicit;

    public string TokenEndpointAuthMethod { get; set; } = "client_secret_basic";

    /// <summary>JWK Set of the client's public keys, as JSON; null when it has none.</summary>
    public string? Jwks { get; set; }

    public bool RequirePkce { get; set; } = true;

    public bool RequirePar { get; set; }

    /// <summary>Access tokens are bound to a key that the client proves (RFC 9449 §5.2, <c>dpop_bound_access_tokens</c>).</summary>
    public bool DpopBoundAccessTokens { get; set; }

    /// <summary><c>fapi2</c>: PAR, PKCE, private_key_jwt and DPoP together; null: what the other properties say.</summary>
    public string? Profile { get; set; }

    public AccessTokenFormat AccessTokenFormat { get; set; } = AccessTokenFormat.Jwt;

    /// <summary><c>RS256</c> or <c>ES256</c>.</summary>
    public string IdTokenSigningAlg { get; set; } = "RS256";

    /// <summary>Origins a browser app calls from, besides those of its redirect URIs.</summary>
    public List<string> AllowedOrigins { get; set; } = [];

    /// <summary>Where the tile in the portal leads; null: the origin of the first redirect URI.</summary>
    public string? LaunchUri { get; set; }

    /// <summary>Where others may begin a sign-in (OIDC Core §4, <c>initiate_login_uri</c>); the tile in the portal then leads there.</summary>
    public string? InitiateLoginUri { get; set; }

    public DateTimeOffset? DisabledAt { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; set; }
}

internal sealed class ClientMapping : IEntityTypeConfiguration<Client>
{
    public void Configure(EntityTypeBuilder<Client> client)
    {
        client.ToTable("clients");
        client.HasKey(c => c.ClientId);
        client.Property(c => c.ClientId).HasMaxLength(128);
        client.Property(c => c.DisplayName).HasMaxLength(128);
        client.Property(c => c.Description).HasMaxLength(256);
        client.Property(c => c.TokenEndpointAuthMethod).HasMaxLength(32);
        client.Property(c => c.IdTokenSigningAlg).HasMaxLength(16);
        client.Property(c => c.Profile).HasMaxLength(16);
    }
}
