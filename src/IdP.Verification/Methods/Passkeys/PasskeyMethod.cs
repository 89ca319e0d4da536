namespace IdP.Verification.Methods.Passkeys;

/// <summary>Verification by a public-key credential of a device or a password manager (WebAuthn Level 3).</summary>
public static class PasskeyMethod
{
    /// <summary>The method's name in policies. In <c>amr</c> it is <c>hwk</c> or <c>swk</c>, with <c>user</c>.</summary>
    public const string Name = "passkey";

    /// <summary>How many a person may have.</summary>
    public const int Most = 20;

    /// <summary>Longer answers are refused unread; a real one has a few thousand characters.</summary>
    internal const int LongestAnswer = 32_768;
}

/// <summary>What a page needs to ask the browser for a passkey.</summary>
/// <param name="Ceremony">Travels with the form; good for one answer within five minutes.</param>
/// <param name="Options">JSON for <c>parseCreationOptionsFromJSON</c> or <c>parseRequestOptionsFromJSON</c>.</param>
public sealed record PasskeyPrompt(string Ceremony, string Options);

/// <summary>How an answer of the browser ended.</summary>
public enum PasskeyCheck
{
    /// <summary>Right: the session is complete or raised, its cookie set.</summary>
    Accepted,

    /// <summary>Unknown, wrong, used before or too late: nobody learns which.</summary>
    Refused,

    /// <summary>The sign-in ended, or verification was locked meanwhile: ask the decision.</summary>
    Gone,
}
