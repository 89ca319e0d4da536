using IdP.Protocol.Requests;
using IdP.Storage;
using IdP.Storage.Audit;
using IdP.Storage.Changes;
using IdP.Storage.Clients;
using IdP.Storage.Database;

namespace IdP.Protocol.Grants;

/// <summary>Redeems a code. RFC 6749 §4.1.3, RFC 7636 §4.6, OIDC Core §3.1.3.</summary>
internal sealed class AuthorizationCodeGrant(IdPDatabase database, Authorizations authorizations, TimeProvider clock, ProtocolOptions options) : IGrant
{
    private const string ByHash = $"""
        SELECT c.client_id, c.redirect_uri, c.code_challenge, c.nonce, c.expires_at, c.redeemed_at, c.dpop_jkt, {SubjectGrant.Columns}
        FROM authorization_codes c JOIN authorizations a ON a.id = c.authorization_id {SubjectGrant.Joins}
        WHERE c.hash = @p0
        """;

    private const string Take = "UPDATE authorization_codes SET redeemed_at = @p0 WHERE hash = @p1 AND redeemed_at IS NULL";

    public string GrantType => "authorization_code";

    public async ValueTask<Result<Issuance>> RedeemAsync(OAuthForm form, Client client, CatalogSnapshot catalog, CancellationToken ct)
    {
        if (form["code"] is not { } value) return OAuthError.InvalidRequest("The parameter code is missing.");

        var (hash, now) = (Handle.HashOf(value), clock.GetUtcNow());
        var code = await database.ReadAsync(s => s.FirstAsync(ByHash, row => (Code?)new Code(
            row.GetString(0), row.GetString(1), row.NullableString(2), row.NullableString(3), row.Time(4), !row.IsDBNull(5),
            row.NullableString(6), SubjectGrant.Read(row, 7)), hash));
        if (code is null) return Unknown;
        if (code.IsRedeemed) return await ReplayedAsync(code, client);

        var proven = code.Grant.IsLive(now, offline: false) ? code.Grant.Decide(catalog, now) : null;
        var error = Check(code, form, client, now)
            ?? (proven is null ? OAuthError.InvalidGrant("What was proven at the sign-in no longer suffices. Send the person to sign in again.") : null);
        if (error is not null)
        {
            // A code that was tried wrongly is spent: what leaked cannot be tried again.
            await database.WriteAsync(s => s.ExecuteAsync(Take, now, hash));
            return error;
        }

        return new Issuance(client, GrantType, [.. Scopes.Split(code.Grant.Scope).Where(client.Scopes.Contains)])
        {
            Grant = code.Grant,
            Proven = proven,
            Nonce = code.Nonce,
            BoundTo = code.DpopJkt,
            RefreshUntil = client.GrantTypes.Contains("refresh_token") ? now + options.RefreshTokenLifetime : null,
            TakeAsync = async s => await s.ExecuteAsync(Take, now, hash) == 1,
            LostAsync = () => ReplayedAsync(code, client),
        };
    }

    private static OAuthError Unknown => OAuthError.InvalidGrant("The code is unknown, has expired or was used before.");

    private static OAuthError? Check(Code code, OAuthForm form, Client client, DateTimeOffset now)
    {
        if (code.ClientId != client.ClientId || code.ExpiresAt <= now) return Unknown;

        // RFC 6749 §4.1.3: required and identical, because the request had it.
        if (form["redirect_uri"] is not { } redirectUri) return OAuthError.InvalidRequest("The parameter redirect_uri is missing.");
        if (redirectUri != code.RedirectUri) return OAuthError.InvalidGrant("The redirect_uri is not the one of the authorization request.");

        var verifier = form["code_verifier"];
        if (code.CodeChallenge is null)
        {
            // RFC 9700 §2.1.1: a verifier without a challenge means that someone took the challenge out of the request.
            return verifier is null ? null : OAuthError.InvalidGrant("The authorization request had no code_challenge.");
        }

        if (verifier is null) return OAuthError.InvalidGrant("The parameter code_verifier is missing.");
        return Pkce.Matches(verifier, code.CodeChallenge) ? null : OAuthError.InvalidGrant("The code_verifier does not match.");
    }

    // RFC 6749 §4.1.2: a code shown twice has leaked, so what it gave is revoked.
    private async ValueTask<OAuthError> ReplayedAsync(Code code, Client client)
    {
        await authorizations.RevokeAsync(code.Grant.AuthorizationId, AuditEvents.CodeReplayed, "client:" + client.ClientId,
            "An authorization code was presented again; everything it had given was revoked.");
        return Unknown;
    }

    private sealed record Code(
        string ClientId, string RedirectUri, string? CodeChallenge, string? Nonce, DateTimeOffset ExpiresAt, bool IsRedeemed,
        string? DpopJkt, SubjectGrant Grant);
}
