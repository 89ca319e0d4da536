using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;

namespace Samples.RelyingParty.SignIn;

/// <summary>Keeps each pending sign-in in a cookie of its own, so that two tabs do not disturb each other.</summary>
internal sealed class PendingSignIns(SampleApp app, IDataProtectionProvider protection)
{
    // Long enough to install an authenticator app on the way.
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(30);

    private readonly ITimeLimitedDataProtector protector =
        protection.CreateProtector("pending sign-in").ToTimeLimitedDataProtector();

    public void Keep(HttpContext http, PendingSignIn pending) =>
        http.Response.Cookies.Append(
            CookieName(pending.State),
            protector.Protect(JsonSerializer.Serialize(pending), Lifetime),
            Options(http));

    /// <summary>
    /// Takes the sign-in that an answer belongs to; a second answer with the same state finds nothing.
    /// </summary>
    /// <returns>Null when this browser began no such sign-in, or began it too long ago.</returns>
    public PendingSignIn? Take(HttpContext http, string? state)
    {
        if (state is not { Length: 43 } || http.Request.Cookies[CookieName(state)] is not { } cookie) return null;
        http.Response.Cookies.Delete(CookieName(state), Options(http));
        try
        {
            var pending = JsonSerializer.Deserialize<PendingSignIn>(protector.Unprotect(cookie));
            return RandomValue.Same(pending?.State, state) ? pending : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static CookieOptions Options(HttpContext http) => new()
    {
        HttpOnly = true,
        Secure = http.Request.IsHttps,
        // Lax, not Strict: the answer is a navigation that comes from the provider's site.
        SameSite = SameSiteMode.Lax,
        Path = "/callback",
        MaxAge = Lifetime,
    };

    private string CookieName(string state) => $"{app.ClientId}_signin_{state[..16]}";
}
