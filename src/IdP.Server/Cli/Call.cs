using System.CommandLine;
using System.Globalization;
using IdP.Server.Admin;
using Spectre.Console;

namespace IdP.Server.Cli;

/// <summary>One run of a verb: what was typed, and what it needs.</summary>
internal sealed record Call(ParseResult Parsed, IServiceProvider Services, CommandOutput Out, TextReader Input, bool CanAsk, CancellationToken Ct)
{
    public const string DefaultReason = "by command line";

    public static Actor Actor => Actor.CommandLine;

    public T Get<T>()
        where T : notnull => Services.GetRequiredService<T>();

    public T? Value<T>(Option<T> option) => Parsed.GetValue(option);

    public T Value<T>(Argument<T> argument) => Parsed.GetRequiredValue(argument);

    /// <summary>A repeated option: null when it was not given, an empty list when it was given once and empty.</summary>
    public List<string>? Values(Option<string[]> option) =>
        Parsed.GetResult(option) is null ? null : Parsed.GetValue(option) is [""] ? [] : [.. Parsed.GetValue(option) ?? []];

    /// <summary>Reads a secret from standard input, its last line break left away.</summary>
    public async Task<string> FromStdinAsync() => (await Input.ReadToEndAsync(Ct)).TrimEnd('\r', '\n');

    /// <summary>Asks twice on the terminal.</summary>
    /// <returns>Null when nobody is there to answer, or the answers differ.</returns>
    public async Task<string?> AskPasswordAsync()
    {
        if (!CanAsk) return null;
        var first = await new TextPrompt<string>("Password:").Secret(null).ShowAsync(AnsiConsole.Console, Ct);
        var again = await new TextPrompt<string>("Again:").Secret(null).ShowAsync(AnsiConsole.Console, Ct);
        if (first == again) return first;
        Out.Warn("The two passwords differ.");
        return null;
    }

    /// <summary>A time for people.</summary>
    public static string? Time(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
}
