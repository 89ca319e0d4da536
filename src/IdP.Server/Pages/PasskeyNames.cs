using IdP.Server.Pages.Portal;
using IdP.Server.Pages.Shared;
using IdP.Verification.Methods.Totp;
using IdP.Verification.SignIn;

namespace IdP.Server.Pages;

/// <summary>What passkeys are called.</summary>
internal static class PasskeyNames
{
    /// <summary>The field in which a name can be given.</summary>
    public static Field PasskeyName(this Words words, string suggestion) => new("name", "passkey-name", words["PasskeySetup.Name"])
    {
        Hint = words["PasskeySetup.NameHint", ("example", suggestion)], Optional = true, AutoComplete = "off",
    };

    /// <summary>The name that was given, else the browser's.</summary>
    public static string PasskeyNameOf(this Words words, string? given, RequestOrigin origin)
    {
        // The passkey is made already, so what cannot be a name is left out and not refused.
        var name = AuthenticatorNames.Shown(given ?? "");
        return name.Length > 0 ? name : AuthenticatorNames.Shown(words.Browser(origin.UserAgent));
    }
}
