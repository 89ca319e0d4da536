using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using IdP.Server.Admin;
using Spectre.Console;

namespace IdP.Server.Cli;

/// <summary>What a verb prints: objects for programs, tables and sentences for people.</summary>
/// <param name="output">Standard output.</param>
/// <param name="error">Standard error.</param>
/// <param name="isTerminal">Somebody looks at it: borders and bold type help. Otherwise plain columns.</param>
/// <param name="terminalWidth">How wide the terminal is, when it is somebody else's, elsewhere; null: this process's own.</param>
internal sealed class CommandOutput(TextWriter output, TextWriter error, bool isTerminal, int? terminalWidth = null)
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>Set by <c>--json</c>.</summary>
    public bool IsJson { get; set; }

    /// <summary>How many characters a line of the terminal has; null: nobody looks at one.</summary>
    public int? Width => isTerminal ? terminalWidth ?? AnsiConsole.Profile.Width : null;

    /// <summary>Standard output, for help and for what a shell completes.</summary>
    public TextWriter Writer => output;

    /// <summary>The result of a verb: a sentence for people, an object for programs.</summary>
    public int Done(string sentence, object json)
    {
        if (IsJson) Json(json);
        else Line(sentence);
        return ExitCode.Done;
    }

    /// <summary>The result of a verb in several lines: what steers a terminal is shown in each, so that none is made by what stands in one.</summary>
    public int Done(IEnumerable<string> sentences, object json)
    {
        if (IsJson) Json(json);
        else foreach (var sentence in sentences) Line(sentence);
        return ExitCode.Done;
    }

    /// <summary>It cannot be done, and what to do instead.</summary>
    public int Fail(string sentence, int exitCode = ExitCode.Refused)
    {
        error.WriteLine(Texts.ForTerminal(sentence));
        return exitCode;
    }

    public void Warn(string sentence) => error.WriteLine("Warning: " + Texts.ForTerminal(sentence));

    public void Line(string text) => output.WriteLine(Texts.ForTerminal(text));

    /// <summary>A document as it is.</summary>
    public void Raw(string text) => output.Write(text);

    /// <summary>A part of a long document as it is; whoever reads slowly is waited for.</summary>
    public Task RawAsync(string text, CancellationToken ct) => output.WriteAsync(text.AsMemory(), ct);

    /// <summary>What a verb said on standard error elsewhere, as it is.</summary>
    public void RawError(string text) => error.Write(text);

    /// <summary>Writes bytes of UTF-8 to standard output as they come.</summary>
    public Stream Stream => new TextStream(output);

    public void Json(object value) => output.WriteLine(JsonSerializer.Serialize(value, Options));

    /// <summary>Long work, with a bar that tells how far it is; the bar is there only for who looks at a terminal.</summary>
    /// <param name="what">What is done, as <c>Reading people</c>.</param>
    /// <param name="work">Is given what takes the part that is done, from 0 to 1.</param>
    public async Task<T> ProgressAsync<T>(string what, Func<Action<double>, Task<T>> work)
    {
        if (!isTerminal || terminalWidth is not null || IsJson) return await work(static _ => { });
        // On standard error: what is printed may be read by a program.
        return await AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(error) }).Progress().AutoClear(true).StartAsync(async bars =>
        {
            var bar = bars.AddTask(what, maxValue: 1);
            return await work(part => bar.Value = part);
        });
    }

    /// <summary>Rows under headings.</summary>
    public void Table(string[] headings, IEnumerable<string?[]> rows)
    {
        var cells = rows.Select(row => Array.ConvertAll(row, cell => Texts.ForTerminal(cell ?? ""))).ToList();
        List<string[]> lines = [headings, .. cells];
        // A column in which nobody has anything only takes room.
        int[] filled = [.. Enumerable.Range(0, headings.Length).Where(i => !isTerminal || cells.Count == 0 || cells.Exists(row => row[i].Length > 0))];
        var widths = headings.Select((_, i) => lines.Max(line => line[i].Length)).ToArray();
        var console = isTerminal ? Terminal() : null;
        // Borders that break words are worse than none.
        if (console is not null && filled.Sum(i => widths[i] + 3) + 1 <= console.Profile.Width)
        {
            var table = new Table().Border(TableBorder.Rounded);
            foreach (var i in filled) table.AddColumn(new TableColumn(new Text(headings[i], new Style(decoration: Decoration.Bold))));
            foreach (var row in cells) table.AddRow(filled.Select(i => new Text(row[i])));
            console.Write(table);
            return;
        }

        foreach (var line in lines) output.WriteLine(string.Join("  ", filled.Select(i => line[i].PadRight(widths[i]))).TrimEnd());
    }

    /// <summary>Names and values; what has no value is left out.</summary>
    public void Properties(IEnumerable<(string Name, string? Value)> properties)
    {
        var shown = properties.Where(p => !string.IsNullOrEmpty(p.Value)).ToList();
        var width = shown.Count == 0 ? 0 : shown.Max(p => p.Name.Length);
        foreach (var (name, value) in shown) output.WriteLine($"{name.PadRight(width)}  {Texts.ForTerminal(value!)}");
    }

    private IAnsiConsole Terminal()
    {
        if (terminalWidth is not { } there) return AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.Yes, ColorSystem = ColorSystemSupport.NoColors, Interactive = InteractionSupport.No, Out = new AnsiConsoleOutput(output) });
        console.Profile.Width = there;
        return console;
    }
}

/// <summary>What the program says to the shell.</summary>
internal static class ExitCode
{
    /// <summary>Done, or nothing to do.</summary>
    public const int Done = 0;

    /// <summary>The thing asked for cannot be done; a sentence on standard error says why.</summary>
    public const int Refused = 1;

    /// <summary>Wrong usage; from <c>plan</c>, <c>drift</c> and <c>apply --dry-run</c>: there are differences.</summary>
    public const int Usage = 2;

    /// <summary>From <c>plan</c>, <c>drift</c> and <c>apply --dry-run</c>: there are differences.</summary>
    public const int Differences = Usage;

    /// <summary>The configuration is broken, or the database or the server cannot be reached.</summary>
    public const int Configuration = 3;

    /// <summary>From <c>plan --fail-if-weaker</c>: something would protect less than before.</summary>
    public const int Weaker = 4;
}
