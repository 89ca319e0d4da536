using IdP.Protocol.Requests;
using IdP.Storage;
using IdP.Storage.Audit;
using IdP.Storage.Changes;
using IdP.Storage.Clients;
using IdP.Storage.Database;
using IdP.Verification.Decisions;

namespace IdP.Protocol.Grants;

/// <summary>Exchanges a refresh token for its successor. RFC 6749 §6, RFC 9700 §4.14, OIDC Core §12.</summary>
internal sealed class RefreshTokenGrant(IdPDatabase database, Authorizations authorizations, TimeProvider clock) : IGrant
{
    private const string ByHash = $"""
        SELECT r.client_id, r.expires_at, r.used_at, {SubjectGrant.Columns}
        FROM refresh_tokens r JOIN authorizations a ON a.id = r.authorization_id {SubjectGrant.Joins}
        WHERE r.hash = @p0
        """;

    // A successor inherits the end of the family. Of any number of callers one gets it; within the grace, each does.
    private const string Take = "UPDATE refresh_tokens SET used_at = COALESCE(used_at, @p0) WHERE hash = @p1 AND (used_at IS NULL OR used_at > @p2)";

    public string GrantType => "refresh_token";

    public async ValueTask<Result<Issuance>> RedeemAsync(OAuthForm form, Client client, CatalogSnapshot catalog, CancellationToken ct)
    {
        if (form["refresh_token"] is not { } value) return OAuthError.InvalidRequest("The parameter refresh_token is missing.");

        var (hash, now) = (Handle.HashOf(value), clock.GetUtcNow());
        var token = await database.ReadAsync(s => s.FirstAsync(ByHash, row => (Token?)new Token(
            row.GetString(0), row.Time(1), row.NullableTime(2), SubjectGrant.Read(row, 3)), hash));
        // RFC 6749 §10.4: bound to the client it was issued to. Nothing is told to, or done for, anybody else.
        if (token is null || token.ClientId != client.ClientId || token.ExpiresAt <= now) return Unknown;

        // With no grace the limit lies in the future of every use, so a used token never passes.
        var grace = TimeSpan.FromSeconds(catalog.Verification.RefreshTokenGraceSeconds);
        var graceBegan = grace > TimeSpan.Zero ? now - grace : DateTimeOffset.MaxValue;
        if (token.UsedAt <= graceBegan) return await ReusedAsync(token, client);

        if (!token.Grant.IsLive(now, offline: true)) return Unknown;
        if (token.Grant.Decide(catalog, now) is not { } proven)
        {
            return OAuthError.InvalidGrant("What was proven at the sign-in no longer suffices. Send the person to sign in again.");
        }

        // RFC 6749 §6: fewer scopes may be asked for, never more. What the client may no longer ask for is gone.
        string[] scopes = [.. Scopes.Split(token.Grant.Scope).Where(client.Scopes.Contains)];
        if (form["scope"] is { } narrower)
        {
            if (Scopes.Read(narrower, scopes).Failed(out var error, out var asked)) return error;
            scopes = asked;
        }

        var issuance = new Issuance(client, GrantType, scopes)
        {
            Grant = token.Grant,
            Proven = proven,
            BoundTo = token.Grant.DpopJkt,
        };
        // FAPI 2.0 Security Profile §5.3.2.1: the token is bound to the client's key, so a rotation adds nothing but lost answers.
        if (client.Profile is not null) return issuance;
        return issuance with
        {
            RefreshUntil = token.ExpiresAt,
            TakeAsync = async s => await s.ExecuteAsync(Take, now, hash, graceBegan) == 1,
            LostAsync = () => ReusedAsync(token, client),
        };
    }

    private static OAuthError Unknown => OAuthError.InvalidGrant("The refresh token is unknown, has expired or was revoked.");

    // RFC 9700 §4.14.2: one of the two who presented it is not the client, and nobody can say which.
    private async ValueTask<OAuthError> ReusedAsync(Token token, Client client)
    {
        await authorizations.RevokeAsync(token.Grant.AuthorizationId, AuditEvents.RefreshTokenReused, "client:" + client.ClientId,
            "A refresh token was used a second time; the whole family was revoked.");
        return Unknown;
    }

    private sealed record Token(string ClientId, DateTimeOffset ExpiresAt, DateTimeOffset? UsedAt, SubjectGrant Grant);
}
