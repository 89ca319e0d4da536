using System.Collections.Concurrent;
using System.Text.Json;
using Samples.RelyingParty.Provider;

namespace Samples.RelyingParty.Tokens;

/// <summary>Decides whether a logout token may be believed. OIDC Back-Channel Logout §2.4 and §2.6.</summary>
internal sealed class LogoutTokens(SignedTokens signed, TimeProvider clock)
{
    private const string LogoutEvent = "http://schemas.openid.net/event/backchannel-logout";

    private readonly ConcurrentDictionary<string, DateTimeOffset> seen = new();

    /// <returns>Claims with a <c>sub</c>, a <c>sid</c> or both.</returns>
    public async Task<ClaimSet> AcceptAsync(string logoutToken, CancellationToken ct)
    {
        var token = await signed.VerifyAsync(logoutToken, ct);
        var claims = ClaimSet.Of(token);
        // The type keeps an ID token, which a client may hand around, from being used to sign someone out.
        if (!string.Equals(token.Typ, "logout+jwt", StringComparison.OrdinalIgnoreCase))
            throw new ProviderException("The token is of another kind than a logout token.");
        if (claims.Time("iat") is null)
            throw new ProviderException("The logout token has no iat.");
        if (claims.Get("events") is not { ValueKind: JsonValueKind.Object } events
            || !events.TryGetProperty(LogoutEvent, out var logout) || logout.ValueKind != JsonValueKind.Object)
            throw new ProviderException("The logout token does not carry the logout event.");
        if (claims.Exact("sid") is null && claims.Exact("sub") is null)
            throw new ProviderException("The logout token names neither a session nor a person.");
        if (claims.Get("nonce") is not null)
            throw new ProviderException("The logout token carries a nonce, as only ID tokens may.");
        CheckFirstUse(claims);
        return claims;
    }

    // §2.6, 8: sent again later, a token that names a person would end sessions begun after it.
    private void CheckFirstUse(ClaimSet claims)
    {
        var (now, until) = (clock.GetUtcNow(), claims.Time("exp")!.Value.AddMinutes(1));
        foreach (var (old, expiry) in seen)
            if (expiry < now) seen.TryRemove(old, out _);
        if (claims.Exact("jti") is not { Length: > 0 } id || !seen.TryAdd(id, until))
            throw new ProviderException("The logout token has no jti or was used before.");
    }
}
