using IdP.Storage;
using IdP.Storage.Changes;
using IdP.Storage.Database;

namespace IdP.Protocol.Tokens;

/// <summary>Revokes single access tokens, of the client that asks only.</summary>
internal sealed class AccessTokenRevocation(IdPDatabase database, OwnTokens ownTokens, TimeProvider clock)
{
    public async ValueTask RevokeAsync(CatalogSnapshot catalog, string token, string clientId)
    {
        var now = clock.GetUtcNow();
        if (!token.Contains('.'))
        {
            var hash = Handle.HashOf(token);
            await database.WriteAsync(s => s.ExecuteAsync(
                "UPDATE reference_tokens SET revoked_at = @p0 WHERE hash = @p1 AND client_id = @p2 AND revoked_at IS NULL", now, hash, clientId));
            return;
        }

        if (ownTokens.Read(catalog, token, AccessTokens.Type) is not { } claims || OwnTokens.IsExpired(claims, now)) return;
        if (OwnTokens.Text(claims, "client_id") != clientId || OwnTokens.Text(claims, "jti") is not { } jti) return;
        var expiresAt = DateTimeOffset.FromUnixTimeSeconds(claims.GetProperty("exp").GetInt64());
        await database.WriteAsync(s => s.ExecuteAsync(
            "INSERT INTO revoked_access_tokens (jti, expires_at) VALUES (@p0, @p1) ON CONFLICT (jti) DO NOTHING", jti, expiresAt));
    }
}
