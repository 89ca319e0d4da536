using System.Globalization;
using System.Net;
using System.Text;

namespace IdP.Server.Mail;

/// <summary>A mail's text with its facts, as plain text and as HTML that says the same.</summary>
internal sealed class MailBody
{
    private readonly List<List<List<Piece>>> blocks;

    /// <param name="text">Of a template.</param>
    /// <param name="values">By placeholder; links, too.</param>
    public MailBody(string text, IReadOnlyDictionary<string, string> values)
    {
        blocks =
        [
            .. text.ReplaceLineEndings("\n").Split("\n\n", StringSplitOptions.RemoveEmptyEntries)
                .Select(block => block.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                    .Select(line => Fill(line, values)).OfType<List<Piece>>().ToList())
                .Where(block => block.Count > 0),
        ];
    }

    public string Text => string.Join("\n\n", blocks.Select(block =>
        Button(block) is { } button ? $"{button.Text}:\n{button.Target}" : string.Join(IsList(block) ? "\n" : " ", block.Select(line => string.Concat(line.Select(Plain))))));

    /// <summary>One column, styles in place, no pictures, nothing that reports back.</summary>
    public string Html()
    {
        var html = new StringBuilder();
        var buttons = 0;
        foreach (var block in blocks)
        {
            if (Button(block) is { } button && buttons++ == 0)
            {
                html.Append(CultureInfo.InvariantCulture, $"<p style=\"margin:0 0 24px\"><a href=\"{Encode(button.Target!)}\" style=\"display:inline-block;background:#0c5f55;color:#ffffff;text-decoration:none;font-weight:bold;padding:12px 20px;border-radius:8px\">{Encode(button.Text)}</a></p>\n");
            }
            else if (IsList(block))
            {
                var tag = block[0][0].Text.StartsWith("- ", StringComparison.Ordinal) ? "ul" : "ol";
                html.Append(CultureInfo.InvariantCulture, $"<{tag} style=\"margin:0 0 24px;padding-left:20px\">");
                foreach (var line in block) html.Append("<li>").Append(Html([line[0] with { Text = line[0].Text[(line[0].Text.IndexOf(' ', StringComparison.Ordinal) + 1)..] }, .. line.Skip(1)])).Append("</li>");
                html.Append(CultureInfo.InvariantCulture, $"</{tag}>\n");
            }
            else
            {
                html.Append("<p style=\"margin:0 0 16px\">").AppendJoin(' ', block.Select(Html)).Append("</p>\n");
            }
        }

        return html.ToString();
    }

    public static string Encode(string text) => WebUtility.HtmlEncode(text);

    /// <summary>A line with its values, which are text whatever they look like; null when a value is missing.</summary>
    internal static List<Piece>? Fill(string line, IReadOnlyDictionary<string, string> values)
    {
        List<Piece> filled = [];
        foreach (var piece in MailTemplateText.Pieces(line))
        {
            if ((piece.Placeholder ?? piece.Target) is not { } name) filled.Add(piece);
            else if (values.GetValueOrDefault(name) is not { Length: > 0 } value) return null;
            else filled.Add(piece.Placeholder is null ? piece with { Target = value } : new Piece(value, null, null));
        }

        return filled;
    }

    internal static string Plain(Piece piece) => piece.Target is null ? piece.Text : $"{piece.Text} ({piece.Target})";

    private static string Html(List<Piece> line) => string.Concat(line.Select(piece =>
        piece.Target is null ? Encode(piece.Text) : $"<a href=\"{Encode(piece.Target)}\" style=\"color:#0c5f55\">{Encode(piece.Text)}</a>"));

    private static Piece? Button(List<List<Piece>> block) => block is [[{ Target: not null } alone]] ? alone : null;

    private static bool IsList(List<List<Piece>> block) => block.TrueForAll(line =>
        line[0].Target is null && (line[0].Text.StartsWith("- ", StringComparison.Ordinal) || (line[0].Text.Length > 2 && char.IsAsciiDigit(line[0].Text[0]) && line[0].Text[1..].StartsWith(". ", StringComparison.Ordinal))));
}
