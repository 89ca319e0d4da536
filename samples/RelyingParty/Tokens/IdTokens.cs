using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;
using Samples.RelyingParty.Provider;
using Samples.RelyingParty.SignIn;

namespace Samples.RelyingParty.Tokens;

/// <summary>Decides whether an ID token may be believed. OIDC Core §3.1.3.7 and, after a refresh, §12.2.</summary>
internal sealed class IdTokens(SignedTokens signed, ClientSettings client)
{
    /// <summary>The ID token of a new sign-in; it must carry the nonce of the request that began it.</summary>
    public async Task<ClaimSet> AcceptAsync(TokenSet tokens, string nonce, CancellationToken ct)
    {
        var claims = await VerifyAsync(tokens, ct);
        return RandomValue.Same(claims.Exact("nonce"), nonce)
            ? claims
            : throw new ProviderException("The ID token belongs to another sign-in: its nonce differs.");
    }

    /// <summary>
    /// The ID token that came with refreshed tokens: it must be about the same person and the same sign-in.
    /// </summary>
    public async Task<ClaimSet> AcceptRefreshedAsync(TokenSet tokens, ClaimSet first, CancellationToken ct)
    {
        var claims = await VerifyAsync(tokens, ct);
        if (claims.Exact("sub") != first.Exact("sub"))
            throw new ProviderException("The refreshed ID token is about another person.");
        if (claims.Get("nonce") is not null && claims.Exact("nonce") != first.Exact("nonce"))
            throw new ProviderException("The refreshed ID token has another nonce.");
        return claims;
    }

    private async Task<ClaimSet> VerifyAsync(TokenSet tokens, CancellationToken ct)
    {
        var token = await signed.VerifyAsync(
            tokens.IdToken ?? throw new ProviderException("The token answer has no ID token."), ct);
        var claims = ClaimSet.Of(token);
        // RFC 8725 §3.11: a token that says it is of another kind (at+jwt, logout+jwt) is no ID token.
        if (!string.IsNullOrEmpty(token.Typ) && !token.Typ.Equals("JWT", StringComparison.OrdinalIgnoreCase))
            throw new ProviderException("The token is of another kind than an ID token.");
        if (string.IsNullOrEmpty(claims.Exact("sub")) || claims.Time("iat") is null)
            throw new ProviderException("The ID token lacks sub or iat.");
        CheckAuthorizedParty(claims);
        CheckAccessTokenHash(claims, tokens.AccessToken);
        return claims;
    }

    // OIDC Core §3.1.3.7, 4 and 5: with several audiences the token must say that it was issued to this client.
    private void CheckAuthorizedParty(ClaimSet claims)
    {
        var several =
            claims.Get("aud") is { ValueKind: JsonValueKind.Array } audiences && audiences.GetArrayLength() > 1;
        if ((several || claims.Get("azp") is not null) && claims.Exact("azp") != client.ClientId)
            throw new ProviderException("The ID token was issued to another client.");
    }

    // OIDC Core §3.1.3.6: both accepted algorithms hash with SHA-256; the claim is the left half of the hash.
    private static void CheckAccessTokenHash(ClaimSet claims, string accessToken)
    {
        if (claims.Get("at_hash") is null) return;
        var hash = SHA256.HashData(Encoding.ASCII.GetBytes(accessToken));
        if (!RandomValue.Same(claims.Exact("at_hash"), Base64UrlEncoder.Encode(hash[..16])))
            throw new ProviderException("The ID token does not belong to the access token: at_hash differs.");
    }
}
