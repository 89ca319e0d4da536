using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Html;

namespace IdP.Server.Pages;

/// <summary>
/// A text with its values: <c>{name}</c> stands for one, <c>**</c> begins and ends what is strong. As HTML everything is
/// encoded, so a value may hold anything; as a string it is plain.
/// </summary>
internal sealed class Phrase : IHtmlContent
{
    private readonly List<(string Text, bool IsMark)> parts;

    /// <exception cref="KeyNotFoundException">The text names a value that was not given.</exception>
    public Phrase(string template, IReadOnlyDictionary<string, string> values) => parts = [.. Parse(template, values)];

    private Phrase(List<(string, bool)> parts) => this.parts = parts;

    /// <summary>Several sentences in a row.</summary>
    public static Phrase Join(IReadOnlyList<Phrase> phrases) =>
        new([.. phrases.SelectMany((phrase, i) => i == 0 ? phrase.parts : [(" ", false), .. phrase.parts])]);

    public void WriteTo(TextWriter writer, HtmlEncoder encoder)
    {
        var strong = false;
        foreach (var (text, isMark) in parts)
        {
            if (!isMark)
            {
                encoder.Encode(writer, text);
                continue;
            }

            writer.Write(strong ? "</strong>" : "<strong>");
            strong = !strong;
        }
    }

    public override string ToString() => string.Concat(parts.Where(part => !part.IsMark).Select(part => part.Text));

    private static IEnumerable<(string Text, bool IsMark)> Parse(string template, IReadOnlyDictionary<string, string> values)
    {
        var at = 0;
        while (at < template.Length)
        {
            var length = template.AsSpan(at).IndexOfAny('{', '*');
            if (length != 0) yield return (length < 0 ? template[at..] : template.Substring(at, length), false);
            if (length < 0) yield break;
            at += length;
            if (template[at] == '*')
            {
                yield return ("", true);
                at += 2;
                continue;
            }

            var end = template.IndexOf('}', at);
            yield return (values[template[(at + 1)..end]], false);
            at = end + 1;
        }
    }
}
