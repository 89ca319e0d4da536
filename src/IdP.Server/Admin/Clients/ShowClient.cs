using System.Text.Json;
using IdP.Server.Admin.Api;
using IdP.Server.Admin.PolicyRules;
using IdP.Storage.Changes;
using IdP.Storage.Clients;

namespace IdP.Server.Admin.Clients;

/// <summary>A registration as admins see it, in the words of the declarative file; no secrets.</summary>
internal sealed class ShowClient(Catalog catalog, TimeProvider clock)
{
    public sealed record Secret(DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt);

    public sealed record Registration
    {
        public required string ClientId { get; init; }

        public required string DisplayName { get; init; }

        public string? Description { get; init; }

        public ClientType Type { get; init; }

        public required IReadOnlyList<string> RedirectUris { get; init; }

        public required IReadOnlyList<string> PostLogoutRedirectUris { get; init; }

        public string? BackChannelLogoutUri { get; init; }

        public required IReadOnlyList<string> GrantTypes { get; init; }

        public required IReadOnlyList<string> Scopes { get; init; }

        public ConsentType Consent { get; init; }

        public VerificationMode IdentityVerification { get; init; }

        public int ReverifyAfterMinutes { get; init; }

        /// <summary>Empty: any counts.</summary>
        public required IReadOnlyList<string> VerificationMethods { get; init; }

        /// <summary>Null: the setting decides.</summary>
        public string? EnrollmentProof { get; init; }

        /// <summary>In order; the first that fits decides before <see cref="IdentityVerification"/>.</summary>
        public required IReadOnlyList<RuleView> Rules { get; init; }

        public int RememberBrowserDays { get; init; }

        public required string TokenEndpointAuthMethod { get; init; }

        public JsonElement? Jwks { get; init; }

        public bool RequirePkce { get; init; }

        public bool RequirePar { get; init; }

        public bool DpopBoundAccessTokens { get; init; }

        public string? Profile { get; init; }

        public AccessTokenFormat AccessTokenFormat { get; init; }

        public required string IdTokenSigningAlg { get; init; }

        public required IReadOnlyList<string> AllowedOrigins { get; init; }

        public string? LaunchUri { get; init; }

        public string? InitiateLoginUri { get; init; }

        public bool Disabled { get; init; }

        /// <summary>When each secret that works was made, and when it ends.</summary>
        public required IReadOnlyList<Secret> Secrets { get; init; }

        public DateTimeOffset CreatedAt { get; init; }

        public DateTimeOffset UpdatedAt { get; init; }
    }

    /// <returns>Null when there is no such client.</returns>
    public async Task<Registration?> HandleAsync(string clientId)
    {
        var snapshot = await catalog.GetAsync();
        return snapshot.Clients.TryGetValue(clientId, out var client) ? Of(snapshot, client, clock.GetUtcNow()) : null;
    }

    public static Registration Of(CatalogSnapshot snapshot, Client client, DateTimeOffset now)
    {
        var policy = snapshot.Policies.GetValueOrDefault((ResourceKind.Client, client.ClientId)) ?? StoredClients.NewPolicy(client.ClientId);
        return Of(client, policy, snapshot.Secrets[client.ClientId], now);
    }

    /// <summary>Without the secrets: one that ends by itself must make nobody's form stale.</summary>
    public static string ETagOf(Registration client) => ETags.Of(client with { Secrets = [] });

    public static Registration Of(Client client, ResourcePolicyRow policy, IEnumerable<ClientSecret> secrets, DateTimeOffset now)
    {
        return new Registration
        {
            ClientId = client.ClientId, DisplayName = client.DisplayName, Description = client.Description, Type = client.Type,
            RedirectUris = client.RedirectUris, PostLogoutRedirectUris = client.PostLogoutRedirectUris, BackChannelLogoutUri = client.BackChannelLogoutUri,
            GrantTypes = client.GrantTypes, Scopes = client.Scopes, Consent = client.Consent,
            IdentityVerification = policy.Mode, ReverifyAfterMinutes = policy.ReverifyAfterMinutes, VerificationMethods = policy.Methods, EnrollmentProof = policy.EnrollmentProof,
            Rules = [.. policy.Rules.Select(RuleView.Of)],
            RememberBrowserDays = policy.RememberBrowserDays,
            TokenEndpointAuthMethod = client.TokenEndpointAuthMethod, Jwks = Read(client.Jwks),
            RequirePkce = client.RequirePkce, RequirePar = client.RequirePar, DpopBoundAccessTokens = client.DpopBoundAccessTokens,
            Profile = client.Profile, AccessTokenFormat = client.AccessTokenFormat,
            IdTokenSigningAlg = client.IdTokenSigningAlg, AllowedOrigins = client.AllowedOrigins, LaunchUri = client.LaunchUri,
            InitiateLoginUri = client.InitiateLoginUri,
            Disabled = client.DisabledAt is not null,
            Secrets = [.. secrets.Where(s => s.ExpiresAt is null || s.ExpiresAt > now).Select(s => new Secret(s.CreatedAt, s.ExpiresAt))],
            CreatedAt = client.CreatedAt, UpdatedAt = client.UpdatedAt,
        };
    }

    // Keys that cannot be read prove nothing, and must not hide the registration from whoever would put them right.
    private static JsonElement? Read(string? jwks)
    {
        try
        {
            return jwks is not null && JsonSerializer.Deserialize<JsonElement>(jwks) is var keys && ClaimRules.IsWellFormed(keys) ? keys : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
