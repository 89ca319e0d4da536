namespace IdP.Server.Admin;

/// <summary>NIST SP 800-63B-4 §3.1.1.2: length counts, composition does not.</summary>
internal static class PasswordRules
{
    /// <summary>The shortest password of somebody who always proves a second factor.</summary>
    public const int ShortestWithVerification = 8;

    /// <summary>The shortest password that stands alone.</summary>
    public const int ShortestAlone = 15;

    public const int Longest = 256;

    /// <summary>What is wrong with a password, in a sentence; null: nothing.</summary>
    public static string? Problem(string password, int shortest = ShortestWithVerification) => password.Length switch
    {
        0 => "The password is empty.",
        var length when length < shortest => $"The password must have at least {shortest} characters.",
        > Longest => $"The password must have at most {Longest} characters.",
        _ => null,
    };

    /// <summary>A warning for a password that is accepted and short; null: none.</summary>
    public static string? Warning(string password) => password.Length < ShortestAlone
        ? $"The password is shorter than {ShortestAlone} characters: fine for somebody who always verifies, weak otherwise."
        : null;
}
