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
    /// <summary>The token; null when it is unknown, expired or revoked, by itself or by what it stands on, and when its person is stopped.</summary>
    public async ValueTask<LiveAccessToken?> FindAsync(CatalogSnapshot catalog, string token)
    {
        var now = clock.GetUtcNow();
        if (!token.Contains('.'))
        {
            return token.Length == 43 && await authorizations.FindByReferenceAsync(Handle.HashOf(token), now) is ({ } json, var given)
                ? Judge(catalog, JsonElement.Parse(json), given, now)
                : null;
        }

        // What was not issued to a client of ours, or is over, is not looked up.
        if (ownTokens.Read(catalog, token, AccessTokens.Type) is not { } claims || Judge(catalog, claims, null, now) is null) return null;
        var jti = OwnTokens.Text(claims, "jti")!;
        if (AccessTokens.AuthorizationIdOf(jti) is { } authorizationId)
        {
            return await authorizations.FindForTokenAsync(authorizationId, jti) is { } grant ? Judge(catalog, claims, grant, now) : null;
        }

        var revoked = await database.ReadAsync(s => s.FirstAsync("SELECT 1 FROM revoked_access_tokens WHERE jti = @p0", _ => true, jti));
        return revoked ? null : new LiveAccessToken(claims, null, null);
    }

    private static LiveAccessToken? Judge(CatalogSnapshot catalog, JsonElement claims, GrantOfToken? given, DateTimeOffset now)
    {
        if (OwnTokens.IsExpired(claims, now) || OwnTokens.Text(claims, "jti") is null || OwnTokens.Text(claims, "client_id") is not { } clientId) return null;
        if (catalog.Clients.GetValueOrDefault(clientId) is not { DisabledAt: null }) return null;
        if (given is not null && (!given.Grant.IsLive(now, offline: true) || given.Grant.IsStopped(catalog, now))) return null;
        return new LiveAccessToken(claims, given?.Grant, given?.UpdatedAt);
    }
}
