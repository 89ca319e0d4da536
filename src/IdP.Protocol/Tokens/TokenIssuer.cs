using System.Text;
using IdP.Protocol.Grants;
using IdP.Protocol.Requests;
using IdP.Storage;
using IdP.Storage.Changes;
using IdP.Storage.Clients;
using IdP.Storage.Database;

namespace IdP.Protocol.Tokens;

/// <summary>Makes the tokens of an issuance, and stores what must be stored in one commit.</summary>
internal sealed class TokenIssuer(IdPDatabase database, KeyRing keys, RandomSource random, TimeProvider clock, ProtocolOptions options)
{
    private const string InsertRefreshToken = """
        INSERT INTO refresh_tokens (hash, authorization_id, client_id, issued_at, expires_at) VALUES (@p0, @p1, @p2, @p3, @p4)
        """;

    private const string Bind = "UPDATE authorizations SET dpop_jkt = @p0 WHERE id = @p1 AND dpop_jkt IS NULL";

    private const string InsertReferenceToken = """
        INSERT INTO reference_tokens (hash, claims, client_id, authorization_id, expires_at) VALUES (@p0, @p1, @p2, @p3, @p4)
        """;

    public async ValueTask<Result<TokenResponse>> IssueAsync(Issuance issuance, CatalogSnapshot catalog)
    {
        var now = clock.GetUtcNow();
        var content = new AccessTokenContent(issuance, options.Issuer, AccessTokens.NewId(issuance, random), now, now + options.AccessTokenLifetime);
        var (accessToken, reference) = AccessToken(content, catalog);
        var response = new TokenResponse
        {
            AccessToken = accessToken,
            TokenType = AccessTokens.TokenType(issuance.Jkt),
            ExpiresIn = (int)options.AccessTokenLifetime.TotalSeconds,
            Scope = string.Join(' ', issuance.AccessScopes),
            RefreshToken = issuance.RefreshUntil is null ? null : Handle.New(random),
            IdToken = issuance.Grant is not null && issuance.Scopes.Contains(Scopes.OpenId) ? IdToken(content, accessToken, catalog) : null,
        };

        if (issuance.TakeAsync is null && reference is null && response.RefreshToken is null) return response;

        // Signed before the turn to write came: nobody in the line waits for a signature.
        var won = await database.WriteAsync(async s =>
        {
            if (issuance.TakeAsync is { } take && !await take(s)) return false;
            var (clientId, authorizationId) = (issuance.Client.ClientId, issuance.Grant?.AuthorizationId);
            if (response.RefreshToken is { } refreshToken)
            {
                await s.ExecuteAsync(InsertRefreshToken, Handle.HashOf(refreshToken), authorizationId, clientId, now, issuance.RefreshUntil);
                // RFC 9449 §5: whoever has no secret proves the key at each refresh; it is the first key for good.
                if (issuance is { Jkt: { } jkt, Grant.DpopJkt: null, Client.Type: ClientType.Public }) await s.ExecuteAsync(Bind, jkt, authorizationId);
            }

            if (reference is not null)
            {
                await s.ExecuteAsync(InsertReferenceToken, Handle.HashOf(accessToken), reference, clientId, authorizationId, content.ExpiresAt);
            }

            return true;
        });
        return won ? response : await issuance.LostAsync!();
    }

    private (string Token, string? Row) AccessToken(AccessTokenContent content, CatalogSnapshot catalog)
    {
        if (content.Issuance.Client.AccessTokenFormat == AccessTokenFormat.Reference)
        {
            return (Handle.New(random), Encoding.UTF8.GetString(JwtWriter.Json(content, AccessTokens.Write)));
        }

        return (JwtWriter.Write(keys.Signer(catalog, Algorithms.For(content.Issuance.Client, options.AccessTokenSigningAlg)), AccessTokens.Type, content, AccessTokens.Write), null);
    }

    private string IdToken(AccessTokenContent content, string accessToken, CatalogSnapshot catalog) => JwtWriter.Write(
        keys.Signer(catalog, Algorithms.For(content.Issuance.Client, content.Issuance.Client.IdTokenSigningAlg)),
        IdTokens.Type,
        new IdTokenContent(content.Issuance, options.Issuer, accessToken, content.IssuedAt, content.IssuedAt + options.IdTokenLifetime, catalog.Groups),
        IdTokens.Write);
}

/// <summary>RFC 6749 §5.1.</summary>
internal sealed record TokenResponse
{
    public required string AccessToken { get; init; }

    public required string TokenType { get; init; }

    /// <summary>Seconds.</summary>
    public required int ExpiresIn { get; init; }

    public required string Scope { get; init; }

    public string? RefreshToken { get; init; }

    public string? IdToken { get; init; }
}
