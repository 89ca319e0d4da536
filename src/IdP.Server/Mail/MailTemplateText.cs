using System.Globalization;
using System.Text.RegularExpressions;
using IdP.Server.Admin;

namespace IdP.Server.Mail;

/// <summary>The words of a mail before its facts are filled in.</summary>
/// <param name="Subject">One line.</param>
/// <param name="Text">
/// Blocks with blank lines between them. <c>{name}</c> is a placeholder; a line whose placeholder has no value is left
/// out. <c>[Set up now]({link})</c> is a link, alone in its block a button. Lines that begin with <c>- </c> or
/// <c>1. </c> are lists.
/// </param>
internal sealed partial record MailTemplateText(string Subject, string Text)
{
    public const int LongestSubject = 200;
    public const int LongestText = 20_000;

    /// <summary>Reads the form in which templates are kept in files.</summary>
    /// <returns>Null when the first line is not the subject.</returns>
    public static MailTemplateText? Read(string file)
    {
        var lines = file.ReplaceLineEndings("\n").Split('\n', 2);
        return lines is [var first, var rest] && first.StartsWith("Subject:", StringComparison.Ordinal)
            ? new MailTemplateText(first["Subject:".Length..].Trim(), rest.Trim())
            : null;
    }

    /// <summary>What is wrong with it as a template of this kind, in sentences.</summary>
    public IEnumerable<string> Problems(MailKind kind)
    {
        if (Subject.Trim().Length is 0 or > LongestSubject) yield return Sentence.Of($"The subject must have 1 to {LongestSubject} characters.");
        if (Text.Trim().Length is 0 or > LongestText) yield return Sentence.Of($"The text must have 1 to {LongestText} characters.");
        if (MailNeutral.HasUnwanted(Subject) || Text.Split('\n').Any(MailNeutral.HasUnwanted))
        {
            yield return Sentence.Of($"The subject and the text must have no control characters and none that turn the reading direction.");
        }

        var known = kind.Placeholders.ToList();
        var unknown = Placeholder().Matches(Subject + "\n" + Text).Select(m => m.Groups["name"].Value).Distinct().Except(known).ToList();
        if (unknown.Count > 0)
        {
            yield return Sentence.Of($"{kind.Name} has no {string.Join(", ", unknown.Select(Braced))}. Known are {string.Join(", ", known.Select(Braced))}.");
        }

        if (Placeholder().Replace(Subject + Text, "").AsSpan().ContainsAny('{', '}')) yield return Sentence.Of($"A brace stands alone: placeholders are written as {{name}}.");
        if (Subject.Contains("{link}", StringComparison.Ordinal) || Subject.Contains("{tell_us}", StringComparison.Ordinal)) yield return Sentence.Of($"The subject must have no link.");
        // Whatever an admin writes, a link leads to the configured issuer.
        if ((Subject + Text).Contains("://", StringComparison.Ordinal)) yield return Sentence.Of($"Addresses are not written out: a link is [words]({{link}}) or [words]({{tell_us}}).");
        if (Link().Matches(Text).Any(m => m.Groups["target"].Value is not ("{link}" or "{tell_us}"))) yield return Sentence.Of($"A link is [words]({{link}}) or [words]({{tell_us}}).");
    }

    /// <summary>Text, placeholders and links of a line, in order.</summary>
    internal static IEnumerable<Piece> Pieces(string line)
    {
        var at = 0;
        foreach (Match match in LinkOrPlaceholder().Matches(line))
        {
            if (match.Index > at) yield return new Piece(line[at..match.Index], null, null);
            yield return match.Groups["label"].Success
                ? new Piece(match.Groups["label"].Value, null, match.Groups["target"].Value)
                : new Piece("", match.Groups["name"].Value, null);
            at = match.Index + match.Length;
        }

        if (at < line.Length) yield return new Piece(line[at..], null, null);
    }

    private static string Braced(string name) => $"{{{name}}}";

    [GeneratedRegex(@"\{(?<name>[a-z_]+)\}", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"\[[^\[\]\n]*\]\((?<target>[^()\n]*)\)", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Link();

    [GeneratedRegex(@"\[(?<label>[^\[\]{}\n]+)\]\(\{(?<target>link|tell_us)\}\)|\{(?<name>[a-z_]+)\}", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex LinkOrPlaceholder();
}

/// <summary>A piece of a line: text, a placeholder to be filled, or a link with its words.</summary>
internal sealed record Piece(string Text, string? Placeholder, string? Target);

/// <summary>What comes from outside is written into mails without what steers a mail program.</summary>
internal static class MailNeutral
{
    /// <summary>A name in one line: no controls (they would end a header), nothing that turns the reading direction, no address that a mail program makes a link of.</summary>
    public static string Name(string value) => Clip(Line(value).Replace("://", " ", StringComparison.Ordinal), 160);

    /// <summary>A text in one line.</summary>
    public static string Line(string value) => string.Concat(value.Select(c => IsUnwanted(c) ? char.IsWhiteSpace(c) ? " " : "" : c.ToString())).Trim();

    public static bool HasUnwanted(string line) => line.Any(c => c is not '\t' and not '\r' && IsUnwanted(c));

    public static string Clip(string text, int length) =>
        text.Length <= length ? text : text[..(char.IsHighSurrogate(text[length - 2]) ? length - 2 : length - 1)] + "…";

    // Marks, embeddings, overrides and isolates; other format characters join letters and emoji.
    private static bool IsUnwanted(char c) =>
        c is '\u061C' or '\u200E' or '\u200F' or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069')
        || char.GetUnicodeCategory(c) is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
