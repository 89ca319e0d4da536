using System.Globalization;
using System.Text;

namespace IdP.Verification.Methods.Totp;

/// <summary>What people call their authenticator apps and passkeys.</summary>
public static class AuthenticatorNames
{
    public const int Longest = 64;

    /// <summary>What one is called that was given no name; pages say it in the reader's language.</summary>
    public const string Default = "Authenticator app";

    /// <summary>Brings what was typed into the form that is stored.</summary>
    /// <param name="typed">As it was typed, or null.</param>
    /// <param name="name">The name; null: none was given.</param>
    /// <returns>False when it cannot be a name: too long, or with characters that no name needs.</returns>
    public static bool Of(string? typed, out string? name)
    {
        name = string.IsNullOrWhiteSpace(typed) ? null : typed.Trim();
        return name is null || (name.Length <= Longest && name.EnumerateRunes().All(IsShown));
    }

    /// <summary>What of a text can be a name; empty where nothing can.</summary>
    public static string Shown(string text)
    {
        var kept = new StringBuilder();
        foreach (var rune in text.Trim().EnumerateRunes().Where(IsShown))
        {
            if (kept.Length + rune.Utf16SequenceLength <= Longest) kept.Append(rune);
        }

        return kept.ToString().Trim();
    }

    /// <summary>A name for one that was given none: "Authenticator app", "Authenticator app 2", …</summary>
    public static string Free(IReadOnlyCollection<string> taken)
    {
        if (!taken.Contains(Default)) return Default;
        var number = 2;
        while (taken.Contains(Numbered(number))) number++;
        return Numbered(number);
    }

    private static string Numbered(int number) => string.Create(CultureInfo.InvariantCulture, $"{Default} {number}");

    // Neither what steers a terminal nor what turns the reading direction, nor half a character.
    private static bool IsShown(Rune rune) => rune != Rune.ReplacementChar
        && Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
