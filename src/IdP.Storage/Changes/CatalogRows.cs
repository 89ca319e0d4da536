using System.Collections.Frozen;
using System.Data.Common;
using System.Text.Json;
using IdP.Storage.Clients;
using IdP.Storage.Database;
using IdP.Storage.Keys;
using IdP.Storage.Users;

namespace IdP.Storage.Changes;

/// <summary>
/// Reads the snapshot with plain statements: a server answers its first request long before EF Core has built its
/// model. A test holds these columns against the model.
/// </summary>
internal static class CatalogRows
{
    public static async ValueTask<CatalogSnapshot> ReadAsync(Statements statements, long version)
    {
        var clients = await statements.AllAsync("""
            SELECT client_id, display_name, description, type, redirect_uris, post_logout_redirect_uris, back_channel_logout_uri,
                grant_types, scopes, consent, token_endpoint_auth_method, jwks, require_pkce, require_par, access_token_format,
                id_token_signing_alg, allowed_origins, launch_uri, disabled_at, created_at, updated_at, dpop_bound_access_tokens, profile,
                initiate_login_uri
            FROM clients
            """, Client);
        var secrets = await statements.AllAsync("SELECT id, client_id, hash, created_at, expires_at FROM client_secrets", row => new ClientSecret
        {
            Id = row.GetString(0), ClientId = row.GetString(1), Hash = row.GetString(2), CreatedAt = row.Time(3), ExpiresAt = row.NullableTime(4),
        });
        var policies = await statements.AllAsync(
            "SELECT kind, resource_id, mode, reverify_after_minutes, methods, rules, enrollment_proof, remember_browser_days, draft, changed_at FROM resource_policies", row => new ResourcePolicyRow
            {
                Kind = row.GetString(0), ResourceId = row.GetString(1), Mode = Enum.Parse<VerificationMode>(row.GetString(2)),
                ReverifyAfterMinutes = row.GetInt32(3), Methods = List<string>(row.GetString(4)), Rules = List<PolicyRule>(row.GetString(5)),
                EnrollmentProof = row.NullableString(6), RememberBrowserDays = row.GetInt32(7),
                Draft = row.NullableString(8) is { } draft ? JsonSerializer.Deserialize<PolicyDraft>(draft, JsonSerializerOptions.Web) : null,
                ChangedAt = row.NullableTime(9),
            });
        var settings = await statements.AllAsync("SELECT name, value FROM settings", row => KeyValuePair.Create(row.GetString(0), row.GetString(1)));
        var keys = await statements.AllAsync(
            "SELECT kid, algorithm, protected_private_key, created_at, active_from, retired_at, removed_at FROM signing_keys ORDER BY created_at",
            row => new SigningKey
            {
                Kid = row.GetString(0), Algorithm = row.GetString(1), ProtectedPrivateKey = row.GetString(2), CreatedAt = row.Time(3),
                ActiveFrom = row.Time(4), RetiredAt = row.NullableTime(5), RemovedAt = row.NullableTime(6),
            });
        var apis = await statements.AllAsync("SELECT audience, display_name, scopes, required_acr FROM api_resources", row => new ApiResource
        {
            Audience = row.GetString(0), DisplayName = row.GetString(1), Scopes = List<string>(row.GetString(2)), RequiredAcr = row.NullableString(3),
        });
        var groups = await statements.AllAsync("SELECT name, description, claims, created_at, updated_at FROM groups", row => new Group
        {
            Name = row.GetString(0), Description = row.NullableString(1),
            Claims = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(row.GetString(2), JsonSerializerOptions.Web)!,
            CreatedAt = row.Time(3), UpdatedAt = row.Time(4),
        });
        return new CatalogSnapshot(
            version,
            clients.ToFrozenDictionary(c => c.ClientId, StringComparer.Ordinal),
            secrets.ToLookup(s => s.ClientId, StringComparer.Ordinal),
            policies.ToFrozenDictionary(p => (p.Kind, p.ResourceId)),
            settings.ToFrozenDictionary(StringComparer.Ordinal),
            keys,
            apis.ToFrozenDictionary(a => a.Audience, StringComparer.Ordinal),
            groups.ToFrozenDictionary(g => g.Name, StringComparer.Ordinal));
    }

    private static Client Client(DbDataReader row) => new()
    {
        ClientId = row.GetString(0),
        DisplayName = row.GetString(1),
        Description = row.NullableString(2),
        Type = Enum.Parse<ClientType>(row.GetString(3)),
        RedirectUris = List<string>(row.GetString(4)),
        PostLogoutRedirectUris = List<string>(row.GetString(5)),
        BackChannelLogoutUri = row.NullableString(6),
        GrantTypes = List<string>(row.GetString(7)),
        Scopes = List<string>(row.GetString(8)),
        Consent = Enum.Parse<ConsentType>(row.GetString(9)),
        TokenEndpointAuthMethod = row.GetString(10),
        Jwks = row.NullableString(11),
        RequirePkce = row.GetBoolean(12),
        RequirePar = row.GetBoolean(13),
        AccessTokenFormat = Enum.Parse<AccessTokenFormat>(row.GetString(14)),
        IdTokenSigningAlg = row.GetString(15),
        AllowedOrigins = List<string>(row.GetString(16)),
        LaunchUri = row.NullableString(17),
        DisabledAt = row.NullableTime(18),
        CreatedAt = row.Time(19),
        UpdatedAt = row.Time(20),
        DpopBoundAccessTokens = row.GetBoolean(21),
        Profile = row.NullableString(22),
        InitiateLoginUri = row.NullableString(23),
    };

    private static List<T> List<T>(string json) => json == "[]" ? [] : JsonSerializer.Deserialize<List<T>>(json, JsonSerializerOptions.Web)!;
}
