using IdP.Verification.Methods.Totp;

namespace IdP.Server.Pages;

/// <summary>Names that the program gave, in the language of whoever reads them.</summary>
internal static class AuthenticatorWords
{
    /// <summary>A name that somebody chose stays as it is; "Authenticator app 2", which nobody chose, is said in words.</summary>
    public static string NameOf(this Words words, string stored)
    {
        if (!stored.StartsWith(AuthenticatorNames.Default, StringComparison.Ordinal)) return stored;
        var number = stored[AuthenticatorNames.Default.Length..];
        return number.Length == 0 || (number[0] == ' ' && number.Skip(1).All(char.IsAsciiDigit)) ? words["Authenticator.Unnamed"] + number : stored;
    }
}
