using System.Globalization;

namespace IdP.Server.Admin;

/// <summary>Rules for text that is shown to people.</summary>
internal static class Texts
{
    /// <summary>Whether a text has a character that no name needs: controls, line separators, unpaired surrogates.</summary>
    public static bool HasControls(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            switch (char.GetUnicodeCategory(text, i))
            {
                case UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate:
                    return true;
            }

            if (char.IsSurrogatePair(text, i)) i++;
        }

        return false;
    }

    /// <summary>A number with what it counts, for the command line and the audit log, which are English: <c>1 day</c>, <c>3 days</c>.</summary>
    /// <param name="many">Null: <paramref name="one"/> with an s.</param>
    public static string Count(long n, string one, string? many = null) => string.Create(CultureInfo.InvariantCulture, $"{n} {(n == 1 ? one : many ?? one + "s")}");

    /// <summary>The text as a terminal may get it: what steers it or turns the reading direction becomes visible.</summary>
    public static string ForTerminal(string text) =>
        string.Concat(text.Select(c => char.GetUnicodeCategory(c) is UnicodeCategory.Control or UnicodeCategory.Format
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
            ? $"\\u{(int)c:x4}"
            : c.ToString()));
}
