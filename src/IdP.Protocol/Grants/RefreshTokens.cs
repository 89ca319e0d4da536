using IdP.Storage;
using IdP.Storage.Changes;
using IdP.Storage.Database;

namespace IdP.Protocol.Grants;

/// <summary>A refresh token that could be exchanged at this moment.</summary>
internal sealed record LiveRefreshToken(DateTimeOffset IssuedAt, DateTimeOffset ExpiresAt, SubjectGrant Grant);

/// <summary>Looks at refresh tokens without using them.</summary>
internal sealed class RefreshTokens(IdPDatabase database, TimeProvider clock)
{
    private const string ByHash = $"""
        SELECT r.issued_at, r.expires_at, {SubjectGrant.Columns}
        FROM refresh_tokens r JOIN authorizations a ON a.id = r.authorization_id {SubjectGrant.Joins}
        WHERE r.hash = @p0 AND r.expires_at > @p1 AND r.used_at IS NULL
        """;

    public async ValueTask<LiveRefreshToken?> FindAsync(CatalogSnapshot catalog, string token)
    {
        if (token.Length != 43) return null;
        var (hash, now) = (Handle.HashOf(token), clock.GetUtcNow());
        var found = await database.ReadAsync(s => s.FirstAsync(
            ByHash, row => (LiveRefreshToken?)new LiveRefreshToken(row.Time(0), row.Time(1), SubjectGrant.Read(row, 2)), hash, now));
        return found is not null && found.Grant.IsLive(now, offline: true) && found.Grant.Decide(catalog, now) is not null ? found : null;
    }

    /// <summary>The authorization whose family a client's refresh token belongs to, used or not; null: not the client's.</summary>
    public ValueTask<string?> FamilyOfAsync(string token, string clientId)
    {
        var hash = Handle.HashOf(token);
        return database.ReadAsync(s => s.FirstAsync(
            "SELECT authorization_id FROM refresh_tokens WHERE hash = @p0 AND client_id = @p1", row => (string?)row.GetString(0), hash, clientId));
    }
}
