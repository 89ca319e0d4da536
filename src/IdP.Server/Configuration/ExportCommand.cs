using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using IdP.Server.Cli;

namespace IdP.Server.Configuration;

/// <summary><c>idp export [--out FILE]</c>: everything as a document, without secrets.</summary>
internal static class ExportCommand
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.Create(System.Text.Unicode.UnicodeRanges.All) };

    public static Command Create(Verbs verbs)
    {
        var file = Verbs.Text("--out", "A file, readable by nobody else; standard output without it.");
        var without = Verbs.Flag("--without-people", "Leaves people out.");
        return verbs.Verb("export", "Writes settings, groups, people, clients and APIs as a document for apply, without passwords and secrets.", [file, without],
            call => ExportAsync(call, call.Value(file), !call.Value(without)));
    }

    private static async Task<int> ExportAsync(Call call, string? file, bool people)
    {
        var document = await call.Out.ProgressAsync("Reading people", progress => call.Get<DocumentExport>().HandleAsync(people, Call.Actor, progress, call.Ct));
        var text = document.ToJsonString(Readable) + "\n";
        if (System.Text.Encoding.UTF8.GetByteCount(text) > ApplyDocument.MostBytes)
            call.Out.Warn($"The document is larger than the {ApplyDocument.MostBytes / 1024 / 1024} MB that apply reads. Split its people over several files, or leave them out by --without-people.");
        if (file is null)
        {
            call.Out.Raw(text);
            return ExitCode.Done;
        }

        try
        {
            await WriteAsync(file, text, call.Ct);
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return call.Out.Fail($"{file} cannot be written: {unwritable.Message}");
        }

        return call.Out.Done($"Written to {file}, without passwords and secrets.", new { file, bytes = System.Text.Encoding.UTF8.GetByteCount(text) });
    }

    // Whole or not at all, and for its owner alone: it tells of people.
    private static async Task WriteAsync(string file, string text, CancellationToken ct)
    {
        var part = file + ".part";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using (var writer = new StreamWriter(part, options)) await writer.WriteAsync(text.AsMemory(), ct);
        File.Move(part, file, overwrite: true);
    }
}
