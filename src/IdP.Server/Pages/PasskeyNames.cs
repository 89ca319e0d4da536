using IdP.Server.Pages.Portal;
using IdP.Server.Pages.Shared;
using IdP.Verification.SignIn;

namespace IdP.Server.Pages;

/// <summary>What passkeys are called.</summary>
internal static class PasskeyNames
{
    private const int Longest = 64;

    /// <summary>The field in which a name can be given.</summary>
    public static Field PasskeyName(this Words words, string suggestion) => new("name", "passkey-name", words["PasskeySetup.Name"])
    {
        Hint = words["PasskeySetup.NameHint", ("example", suggestion)], Optional = true, AutoComplete = "off",
    };

    /// <summary>The name that was given, else the browser's.</summary>
    public static string PasskeyNameOf(this Words words, string? given, RequestOrigin origin)
    {
        var name = string.Concat((given ?? "").Where(c => !char.IsControl(c))).Trim();
        if (name.Length == 0) name = words.Browser(origin.UserAgent);
        return name.Length <= Longest ? name : name[..Longest].TrimEnd();
    }
}
