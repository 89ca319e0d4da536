using System.Net;
using System.Text;
using System.Text.Json;

namespace IdP.Server.Cli.Remote;

/// <summary>Prints what a server answers to a command, and says in a sentence what it refused.</summary>
/// <param name="server">Its address, as it was given.</param>
/// <param name="file">Where the file goes that the verb writes; null: it writes none.</param>
internal sealed class RemoteAnswer(CommandOutput output, string server, (string Path, bool Overwrites)? file)
{
    private const int LongestProblem = 64 * 1024;

    /// <returns>The exit code.</returns>
    public async Task<int> ReadAsync(HttpResponseMessage answer, CancellationToken ct)
    {
        if (answer.StatusCode != HttpStatusCode.OK) return await RefusedAsync(answer, ct);
        if (answer.Content.Headers.ContentType?.MediaType != CommandAnswer.ContentType) return Stranger();
        try
        {
            await using var stream = await answer.Content.ReadAsStreamAsync(ct);
            using var lines = new StreamReader(stream, Encoding.UTF8);
            if (await PrintAsync(lines, ct) is { } exitCode) return exitCode;
        }
        catch (Exception broken) when (broken is HttpIOException or IOException or HttpRequestException or JsonException or InvalidOperationException)
        {
            // Said below.
        }

        return output.Fail($"The connection to {server} broke before the end. What was asked may have been done: look before you ask again.", ExitCode.Configuration);
    }

    /// <returns>Null: the end is missing.</returns>
    private async Task<int?> PrintAsync(StreamReader lines, CancellationToken ct)
    {
        NewFile? writing = null;
        try
        {
            while (await lines.ReadLineAsync(ct) is { } line)
            {
                using var json = JsonDocument.Parse(line);
                if (!json.RootElement.EnumerateObject().Any()) continue;
                if (json.RootElement.TryGetProperty("file", out var part))
                {
                    if (file is not var (path, overwrites)) continue;
                    if (Try(() => writing ??= NewFile.Begin(path, overwrites)) is { } unopened) return output.Fail($"{path} cannot be written: {unopened}");
                    if (await TryAsync(async () => await writing!.Stream.WriteAsync(Encoding.UTF8.GetBytes(part.GetString()!), ct)) is { } full) return output.Fail($"{path} cannot be written: {full}");
                    continue;
                }

                // What follows the file says that it is there.
                if (writing is not null)
                {
                    if (await TryAsync(() => writing.EndAsync(ct)) is { } unended) return output.Fail($"{file!.Value.Path} cannot be written: {unended}");
                    await writing.DisposeAsync();
                    writing = null;
                }

                if (json.RootElement.TryGetProperty("out", out var said)) output.Raw(said.GetString()!);
                else if (json.RootElement.TryGetProperty("err", out var warned)) output.RawError(warned.GetString()!);
                else if (json.RootElement.TryGetProperty("exitCode", out var code)) return code.GetInt32();
            }

            return null;
        }
        finally
        {
            if (writing is not null) await writing.DisposeAsync();
        }
    }

    private async Task<int> RefusedAsync(HttpResponseMessage answer, CancellationToken ct)
    {
        var status = (int)answer.StatusCode;
        var said = await SentencesAsync(answer, ct);
        switch (status)
        {
            case 401:
                return output.Fail(said is [] ? "The token in IDP_TOKEN is not taken." : said[0]);
            case 404 or 405:
                return output.Fail($"{server} runs no commands: it is another program, or one that is older than this.", ExitCode.Configuration);
            case 413 when said is []:
                return output.Fail($"{server}, or a proxy before it, does not take so much at once.");
            case 429:
                var seconds = (long?)answer.Headers.RetryAfter?.Delta?.TotalSeconds;
                return output.Fail((said is [] ? "This token asks too often." : said[0]) + (seconds is { } wait ? $" ({Admin.Texts.Count(wait, "second")})" : ""));
            case >= 300 and < 400:
                return output.Fail($"{server} leads to {answer.Headers.Location?.ToString() ?? "elsewhere"}. The token was not sent there; when that is right, give it as the address.", ExitCode.Configuration);
            case >= 400 and < 500 when said.Count > 0:
                foreach (var sentence in said) output.Fail(sentence);
                return ExitCode.Refused;
            case >= 500:
                return output.Fail(said is [] ? $"{server} does not answer now ({status})." : said[0], ExitCode.Configuration);
            default:
                return Stranger();
        }
    }

    private int Stranger() => output.Fail($"{server} answers as another program does. Is the address right?", ExitCode.Configuration);

    // RFC 9457, as the API writes it.
    private static async Task<IReadOnlyList<string>> SentencesAsync(HttpResponseMessage answer, CancellationToken ct)
    {
        if (answer.Content.Headers.ContentType?.MediaType != "application/problem+json") return [];
        try
        {
            await answer.Content.LoadIntoBufferAsync(LongestProblem, ct);
            using var problem = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(ct));
            List<string> said = [problem.RootElement.GetProperty("detail").GetString()!];
            if (problem.RootElement.TryGetProperty("errors", out var errors))
                said.AddRange(errors.EnumerateObject().SelectMany(field => field.Value.EnumerateArray().Select(text => $"{field.Name}: {text.GetString()}")));
            return said;
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException or KeyNotFoundException or HttpRequestException or IOException)
        {
            return [];
        }
    }

    private static string? Try(Action work)
    {
        try
        {
            work();
            return null;
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return unwritable.Message;
        }
    }

    private static async Task<string?> TryAsync(Func<Task> work)
    {
        try
        {
            await work();
            return null;
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return unwritable.Message;
        }
    }
}
