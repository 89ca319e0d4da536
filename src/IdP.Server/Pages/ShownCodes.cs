using System.Security.Cryptography;
using System.Text.Json;
using IdP.Verification.SignIn;
using Microsoft.AspNetCore.DataProtection;

namespace IdP.Server.Pages;

/// <summary>
/// Carries new recovery codes to the page that shows them, in a protected cookie that only this page gets and that ends
/// after ten minutes: they can be read again after a reload and are stored nowhere on the server.
/// </summary>
internal sealed class ShownCodes(IDataProtectionProvider protection, TimeProvider clock, SignInOptions options)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private readonly IDataProtector protector = protection.CreateProtector("IdP.Server.ShownCodes");

    private string Name => options.SecureCookies ? "__Secure-idp_codes" : "idp_codes";

    public void Keep(HttpContext http, Person person, IReadOnlyList<string> codes)
    {
        var shown = new Shown(person.Id, clock.GetUtcNow(), codes);
        http.Response.Cookies.Append(Name, protector.Protect(JsonSerializer.Serialize(shown)), Cookie(http));
    }

    /// <summary>The codes of this person; null: there are none to show.</summary>
    public (IReadOnlyList<string> Codes, DateTimeOffset MadeAt)? Read(HttpContext http, Person person)
    {
        if (http.Request.Cookies[Name] is not { } value) return null;
        try
        {
            var shown = JsonSerializer.Deserialize<Shown>(protector.Unprotect(value));
            return shown is not null && shown.UserId == person.Id && clock.GetUtcNow() - shown.MadeAt < Lifetime ? (shown.Codes, shown.MadeAt) : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    public void Drop(HttpContext http) => http.Response.Cookies.Delete(Name, Cookie(http));

    private CookieOptions Cookie(HttpContext http) => new()
    {
        HttpOnly = true, Secure = options.SecureCookies, SameSite = SameSiteMode.Lax, IsEssential = true,
        Path = http.Request.PathBase + "/enroll/recovery-codes", MaxAge = Lifetime,
    };

    private sealed record Shown(string UserId, DateTimeOffset MadeAt, IReadOnlyList<string> Codes);
}
