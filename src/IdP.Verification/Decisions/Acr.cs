namespace IdP.Verification.Decisions;

/// <summary>The levels that a sign-in can reach; values of the <c>acr</c> claim.</summary>
public static class Acr
{
    /// <summary>The password alone.</summary>
    public const string Password = "pwd";

    /// <summary>Password and identity verification.</summary>
    public const string Verified = "mfa";

    /// <summary>A phishing-resistant proof: a passkey with user verification, with the password or instead of it.</summary>
    public const string PhishingResistant = "phr";

    /// <summary>The levels this server can reach, lowest first.</summary>
    public static IReadOnlyList<string> Supported { get; } = [Password, Verified, PhishingResistant];

    /// <summary>How high a level is: 0 for one that is not known or not named.</summary>
    public static int Rank(string? acr) => acr switch
    {
        Password => 1,
        Verified => 2,
        PhishingResistant => 3,
        _ => 0,
    };

    /// <summary>Whether what was reached is at least what was asked.</summary>
    public static bool Meets(string? reached, string? demanded) => Rank(reached) >= Rank(demanded);
}
