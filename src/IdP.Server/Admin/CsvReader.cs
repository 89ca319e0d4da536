using System.Text;

namespace IdP.Server.Admin;

/// <summary>
/// Reads comma-separated values, RFC 4180, one record after the other. Semicolons are taken where the first line has
/// them instead; a mark of UTF-8 at the beginning is left away.
/// </summary>
internal sealed class CsvReader
{
    private readonly string text;
    private readonly char separator;
    private readonly StringBuilder cell = new();
    private int at;
    private int line = 1;

    public CsvReader(string text)
    {
        this.text = text;
        at = text.StartsWith('\uFEFF') ? 1 : 0;
        var first = text.AsSpan(at);
        if (first.IndexOfAny('\r', '\n') is >= 0 and var end) first = first[..end];
        separator = first.Contains(';') && !first.Contains(',') ? ';' : ',';
    }

    /// <param name="Line">Where it begins; a quoted cell may have line breaks.</param>
    /// <param name="Problem">What cannot be read in it; null: nothing.</param>
    public sealed record Record(int Line, IReadOnlyList<string> Cells, string? Problem);

    private char? Next => at < text.Length ? text[at] : null;

    // The end of a line, or of the text.
    private bool IsAtEnd => Next is null or '\r' or '\n';

    /// <summary>The next record that is not empty; null: that was the last one.</summary>
    public Record? Read()
    {
        while (at < text.Length)
        {
            var record = ReadRecord();
            if (record.Problem is not null || record.Cells is not [""]) return record;
        }

        return null;
    }

    private Record ReadRecord()
    {
        var (begin, cells, problem) = (line, new List<string>(), (string?)null);
        while (true)
        {
            problem = ReadCell();
            cells.Add(cell.ToString());
            cell.Clear();
            if (problem is null && Next == separator)
            {
                at++;
                continue;
            }

            // After a problem the rest of the line is skipped, so that the next one can be read.
            while (!IsAtEnd) at++;
            EndLine();
            return new Record(begin, cells, problem);
        }
    }

    private void EndLine()
    {
        if (Next is null) return;
        at += text[at] == '\r' && at + 1 < text.Length && text[at + 1] == '\n' ? 2 : 1;
        line++;
    }

    // Stands behind the cell afterwards.
    private string? ReadCell()
    {
        if (Next == '"') return ReadQuoted();
        for (; !IsAtEnd && Next != separator; at++)
        {
            if (Next == '"') return Sentence.Of($"A quotation mark stands in the middle of a cell; put the whole cell in quotation marks and double the ones inside.");
            cell.Append(text[at]);
        }

        return null;
    }

    private string? ReadQuoted()
    {
        for (at++; Next is { } c; at++)
        {
            if (c == '"')
            {
                at++;
                if (Next != '"') return IsAtEnd || Next == separator ? null : Sentence.Of($"Something stands behind the closing quotation mark of a cell.");
            }
            else if (c == '\n')
            {
                line++;
            }

            cell.Append(c);
        }

        return Sentence.Of($"A quotation mark is opened and never closed.");
    }
}
