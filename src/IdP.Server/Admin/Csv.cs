using System.Buffers;

namespace IdP.Server.Admin;

/// <summary>Comma-separated values, RFC 4180, that a spreadsheet opens without running anything.</summary>
internal static class Csv
{
    // Semicolons and tabs, too: what separates depends on who reads.
    private static readonly SearchValues<char> Quoted = SearchValues.Create("\",\r\n;\t");

    /// <summary>One line with its end. A cell that a spreadsheet would take for a formula gets an apostrophe before it.</summary>
    public static string Line(IEnumerable<string?> cells) => string.Join(',', cells.Select(Cell)) + "\r\n";

    private static string Cell(string? text)
    {
        if (string.IsNullOrEmpty(text)) return "";
        // OWASP, "CSV Injection": what begins a formula, also behind a tab or a line break; the wide forms count, too.
        var safe = text[0] is '=' or '+' or '-' or '@' or '\t' or '\r' or '\n' or '＝' or '＋' or '－' or '＠' ? "'" + text : text;
        return safe.AsSpan().ContainsAny(Quoted) || safe[0] == ' ' || safe[^1] == ' ' ? $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : safe;
    }
}
