using System.Text.Json;
using IdP.Protocol.Grants;
using IdP.Storage;
using IdP.Storage.Changes;
using IdP.Storage.Database;

namespace IdP.Protocol.Tokens;

/// <summary>An access token that is good at this moment.</summary>
/// <param name="Claims">What it says.</param>
/// <param name="Grant">The person's grant; null for a client's own token.</param>
/// <param name="UpdatedAt">When the person's data last changed; null for a client's own token.</param>
internal sealed record LiveAccessToken(JsonElement Claims, SubjectGrant? Grant, DateTimeOffset? UpdatedAt)
{
    public string ClientId => OwnTokens.Text(Claims, "client_id")!;

    /// <summary>Thumbprint of the key that it is bound to; null: a bearer token.</summary>
    public string? Jkt => Claims.TryGetProperty("cnf", out var key) ? OwnTokens.Text(key, "jkt") : null;

    public string Scope => OwnTokens.Text(Claims, "scope") ?? "";
}

/// <summary>Finds out whether an access token that somebody presents is good.</summary>
internal sealed class PresentedTokens(IdPDatabase database, OwnTokens ownTokens, Authorizations authorizations, TimeProvider clock)
{
    private const string ReferenceByHash = "SELECT claims FROM reference_tokens WHERE hash = @p0 AND expires_at > @p1 AND revoked_at IS NULL";

    /// <summary>The token; null when it is unknown, expired or revoked, by itself or by what it stands on, and when its person is stopped.</summary>
    public async ValueTask<LiveAccessToken?> FindAsync(CatalogSnapshot catalog, string token)
    {
        var now = clock.GetUtcNow();
        var claims = token.Contains('.') ? ownTokens.Read(catalog, token, AccessTokens.Type) : await ReferenceAsync(token, now);
        if (claims is not { } said || OwnTokens.IsExpired(said, now)) return null;
        if (OwnTokens.Text(said, "jti") is not { } jti || OwnTokens.Text(said, "client_id") is not { } clientId) return null;
        if (catalog.Clients.GetValueOrDefault(clientId) is not { DisabledAt: null }) return null;

        if (AccessTokens.AuthorizationIdOf(jti) is not { } authorizationId)
        {
            var revoked = await database.ReadAsync(s => s.FirstAsync("SELECT 1 FROM revoked_access_tokens WHERE jti = @p0", _ => true, jti));
            return revoked ? null : new LiveAccessToken(said, null, null);
        }

        return await authorizations.FindForTokenAsync(authorizationId, jti) is ({ } grant, { } updatedAt)
            && grant.IsLive(now, offline: true) && !grant.IsStopped(catalog, now)
            ? new LiveAccessToken(said, grant, updatedAt)
            : null;
    }

    private async ValueTask<JsonElement?> ReferenceAsync(string token, DateTimeOffset now)
    {
        if (token.Length != 43) return null;
        var hash = Handle.HashOf(token);
        var json = await database.ReadAsync(s => s.FirstAsync(ReferenceByHash, row => row.GetString(0), hash, now));
        return json is null ? null : JsonElement.Parse(json);
    }
}
