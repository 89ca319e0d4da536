using System.Text;

namespace IdP.Server.Admin;

/// <summary>Reads comma-separated values, RFC 4180, one record after the other; semicolons are taken where the first line has them instead.</summary>
internal sealed class CsvReader(TextReader text)
{
    private readonly StringBuilder cell = new();
    private char separator;
    private int line = 1;

    /// <param name="Line">Where it begins; a quoted cell may have line breaks.</param>
    /// <param name="Problem">What cannot be read in it; null: nothing.</param>
    public sealed record Record(int Line, IReadOnlyList<string> Cells, string? Problem);

    /// <summary>The next record that is not empty; null: that was the last one.</summary>
    public Record? Read()
    {
        while (text.Peek() >= 0)
        {
            if (separator == 0) separator = Separator();
            var record = ReadRecord();
            if (record.Problem is not null || record.Cells is not [""]) return record;
        }

        return null;
    }

    // The reader cannot look further than one character, so the first line is looked at as it lies in the buffer of whoever made it.
    private char Separator()
    {
        if (text is not PeekedReader peeked) return ',';
        var first = peeked.FirstLine;
        return first.Contains(';', StringComparison.Ordinal) && !first.Contains(',', StringComparison.Ordinal) ? ';' : ',';
    }

    private Record ReadRecord()
    {
        var (begin, cells, problem) = (line, new List<string>(), (string?)null);
        while (true)
        {
            problem ??= ReadCell();
            cells.Add(cell.ToString());
            cell.Clear();
            var next = text.Read();
            if (next == separator) continue;
            if (next == '\r' && text.Peek() == '\n') text.Read();
            if (next is '\r' or '\n') line++;
            if (next is -1 or '\r' or '\n') return new Record(begin, cells, problem);
            // Only after a problem: the rest of the line is skipped, so that the next one can be read.
            while (text.Peek() is not (-1 or '\r' or '\n')) text.Read();
        }
    }

    // Stands at the separator, the end of the line or of the text afterwards.
    private string? ReadCell()
    {
        if (text.Peek() != '"')
        {
            while (text.Peek() is var c && c >= 0 && c != separator && c is not ('\r' or '\n'))
            {
                if (c == '"') return "A quotation mark stands in the middle of a cell; put the whole cell in quotation marks and double the ones inside.";
                cell.Append((char)text.Read());
            }

            return null;
        }

        text.Read();
        while (text.Read() is var c && c >= 0)
        {
            if (c == '"')
            {
                if (text.Peek() != '"') return text.Peek() is var after && (after is -1 or '\r' or '\n' || after == separator) ? null : "Something stands behind the closing quotation mark of a cell.";
                text.Read();
            }
            else if (c == '\n')
            {
                line++;
            }

            cell.Append((char)c);
        }

        return "A quotation mark is opened and never closed.";
    }
}

/// <summary>A text whose first line can be looked at before it is read; a mark of UTF-8 at its beginning is left away.</summary>
internal sealed class PeekedReader(string text) : StringReader(text.StartsWith('\uFEFF') ? text[1..] : text)
{
    public string FirstLine { get; } = text.AsSpan().IndexOfAny('\r', '\n') is >= 0 and var end ? text[..end] : text;
}
