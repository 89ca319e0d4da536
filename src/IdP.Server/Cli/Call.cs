using System.CommandLine;
using System.Globalization;
using IdP.Server.Admin;
using Spectre.Console;

namespace IdP.Server.Cli;

/// <summary>One run of a verb: by whom, what was typed, and what it needs.</summary>
/// <param name="CanAsk">Somebody sits at the terminal of this process.</param>
internal sealed record Call(
    Actor Actor, CallFiles Files, ParseResult Parsed, IServiceProvider Services, CommandOutput Out, TextReader Input, bool CanAsk, CancellationToken Ct)
{
    public const string DefaultReason = "by command line";

    /// <summary>The most rows of one list; the host may have everything at once.</summary>
    public int MostRows { get; init; } = 1_000_000;

    public T Get<T>()
        where T : notnull => Services.GetRequiredService<T>();

    public T? Value<T>(Option<T> option) => Parsed.GetValue(option);

    public T Value<T>(Argument<T> argument) => Parsed.GetRequiredValue(argument);

    /// <summary>A repeated option: null when it was not given, an empty list when it was given once and empty.</summary>
    public List<string>? Values(Option<string[]> option) =>
        Parsed.GetResult(option) is null ? null : Parsed.GetValue(option) is [""] ? [] : [.. Parsed.GetValue(option) ?? []];

    /// <summary>Reads the file that was named.</summary>
    /// <returns>Null when it cannot be read; that was said.</returns>
    public async Task<ReadOnlyMemory<byte>?> BytesAsync(INamesFile file)
    {
        var (bytes, problem) = await Files.ReadAsync(file.Typed(Parsed)!, file, Ct);
        if (problem is not null) Out.Fail(problem);
        return bytes;
    }

    /// <inheritdoc cref="BytesAsync"/>
    public async Task<string?> TextAsync(INamesFile file)
    {
        if (await BytesAsync(file) is not { } bytes) return null;
        using var reader = new StreamReader(new MemoryStream(bytes.ToArray()));
        return await reader.ReadToEndAsync(Ct);
    }

    /// <summary>Reads a secret from standard input, its last line break left away.</summary>
    public async Task<string> FromStdinAsync() => (await Input.ReadToEndAsync(Ct)).TrimEnd('\r', '\n');

    /// <summary>Asks twice on the terminal.</summary>
    /// <returns>Null when nobody is there to answer, or the answers differ.</returns>
    public async Task<string?> AskPasswordAsync() => CanAsk ? await AskPasswordAsync(Out, Ct) : null;

    /// <inheritdoc cref="AskPasswordAsync()"/>
    public static async Task<string?> AskPasswordAsync(CommandOutput output, CancellationToken ct)
    {
        var first = await new TextPrompt<string>("Password:").Secret(null).ShowAsync(AnsiConsole.Console, ct);
        var again = await new TextPrompt<string>("Again:").Secret(null).ShowAsync(AnsiConsole.Console, ct);
        if (first == again) return first;
        output.Warn("The two passwords differ.");
        return null;
    }

    /// <summary>A time for people.</summary>
    public static string? Time(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
