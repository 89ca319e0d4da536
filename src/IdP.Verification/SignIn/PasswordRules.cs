using System.Collections.Frozen;
using System.Text;

namespace IdP.Verification.SignIn;

/// <summary>What is wrong with a password that somebody chose.</summary>
public enum PasswordProblem
{
    Empty,

    TooShort,

    TooLong,

    /// <summary>One of those that everybody tries first, or a row of keys, or a few characters again and again.</summary>
    Common,

    /// <summary>Built on the user name, the address or the organisation's name.</summary>
    Context,
}

/// <summary>
/// What a password must be, for pages, command line and document alike. NIST SP 800-63B-4 §3.1.1.2: length, no rules of
/// composition, and none that is common or expected of this very person.
/// </summary>
public static class PasswordRules
{
    /// <summary>Shortest when a second proof always follows.</summary>
    public const int ShortestWithVerification = 8;

    /// <summary>Shortest when it can be the only proof.</summary>
    public const int ShortestAlone = 15;

    /// <summary>Longest, so that nobody makes the slow hash slower.</summary>
    public const int Longest = 256;

    // A shorter word is in many a good password by accident.
    private const int ShortestWord = 4;

    private static readonly string[] Rows =
        ["abcdefghijklmnopqrstuvwxyz", "0123456789", "1234567890", "qwertyuiop", "qwertzuiop", "asdfghjkl", "zxcvbnm", "qwertyuiopasdfghjklzxcvbnm"];

    private static readonly FrozenSet<string> Common = Load();

    /// <summary>Judges a password.</summary>
    /// <param name="password">As it was typed; it is stored as it was typed, and only compared here in one form.</param>
    /// <param name="shortest">The fewest characters.</param>
    /// <param name="context">The user name, the address, the organisation's name; null: unknown.</param>
    /// <returns>The first problem; null: none.</returns>
    public static PasswordProblem? Problem(string password, int shortest, params IEnumerable<string?> context)
    {
        if (password.Length == 0) return PasswordProblem.Empty;
        if (password.EnumerateRunes().Count() < shortest) return PasswordProblem.TooShort;
        if (password.Length > Longest) return PasswordProblem.TooLong;
        var folded = Fold(password);
        if (IsBuiltOn(folded, context)) return PasswordProblem.Context;
        return IsCommon(folded) || IsCommon(Spelled(folded)) ? PasswordProblem.Common : null;
    }

    // Digits and signs around a word are the first thing that a guesser tries.
    private static bool IsCommon(string folded) =>
        Common.Contains(folded) || Common.Contains(Core(folded)) || Common.Contains(Joined(folded)) || IsRepetition(folded) || IsRow(folded);

    private static bool IsRepetition(string folded)
    {
        for (var unit = 1; unit <= folded.Length / 2; unit++)
        {
            var repeats = true;
            for (var i = unit; i < folded.Length && repeats; i++) repeats = folded[i] == folded[i - unit];
            if (repeats) return unit <= 4 || Common.Contains(folded[..unit]) || Common.Contains(Core(folded[..unit]));
        }

        return false;
    }

    private static bool IsRow(string folded)
    {
        var reversed = string.Concat(folded.Reverse());
        return Rows.Any(row =>
        {
            var again = string.Concat(Enumerable.Repeat(row, (folded.Length / row.Length) + 2));
            return again.Contains(folded, StringComparison.Ordinal) || again.Contains(reversed, StringComparison.Ordinal);
        });
    }

    private static bool IsBuiltOn(string folded, IEnumerable<string?> context)
    {
        var rest = folded;
        foreach (var word in context.SelectMany(Words).Distinct(StringComparer.Ordinal).OrderByDescending(w => w.Length)) rest = rest.Replace(word, "", StringComparison.Ordinal);
        // What is left must be a password by itself.
        return rest.Length < folded.Length && rest.Length < ShortestWithVerification;
    }

    private static IEnumerable<string> Words(string? text)
    {
        if (text is null) yield break;
        var folded = Fold(text);
        var parts = string.Concat(folded.Select(c => char.IsLetterOrDigit(c) ? c : ' ')).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        foreach (var word in parts.Append(string.Concat(parts)).Append(folded))
        {
            if (word.Length >= ShortestWord) yield return word;
        }
    }

    private static string Fold(string text)
    {
        try
        {
            return text.Normalize(NormalizationForm.FormKC).ToLowerInvariant();
        }
        catch (ArgumentException)
        {
            // Half a surrogate pair cannot be normalized; no list has such a thing.
            return text.ToLowerInvariant();
        }
    }

    private static string Core(string text)
    {
        var (from, to) = (0, text.Length);
        while (from < to && !char.IsLetter(text[from])) from++;
        while (to > from && !char.IsLetter(text[to - 1])) to--;
        return text[from..to];
    }

    private static string Joined(string text) => Core(string.Concat(text.Where(char.IsLetterOrDigit)));

    private static string Spelled(string text) => string.Concat(text.Select(c => c switch
    {
        '@' or '4' => 'a', '3' => 'e', '1' or '!' => 'i', '0' => 'o', '$' or '5' => 's', '7' => 't', _ => c,
    }));

    private static FrozenSet<string> Load()
    {
        using var list = new StreamReader(typeof(PasswordRules).Assembly.GetManifestResourceStream("IdP.Verification.SignIn.CommonPasswords.txt")!);
        return list.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).ToFrozenSet(StringComparer.Ordinal);
    }
}
