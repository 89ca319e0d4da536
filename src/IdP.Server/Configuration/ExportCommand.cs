using System.CommandLine;
using System.Text;
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
        var file = new OutFileOption("--out", overwrites: true) { Description = "A file, readable by nobody else; standard output without it." };
        var without = Verbs.Flag("--without-people", "Leaves people out.");
        return verbs.Verb("export", "Writes settings, groups, people, clients and APIs as a document for apply, without passwords and secrets.", Verbs.EveryRead, [file, without],
            call => ExportAsync(call, file, !call.Value(without)));
    }

    private static async Task<int> ExportAsync(Call call, OutFileOption option, bool people)
    {
        var document = await call.Out.ProgressAsync("Reading people", progress => call.Get<DocumentExport>().HandleAsync(people, call.Actor, progress, call.Ct));
        var text = document.ToJsonString(Readable) + "\n";
        if (Encoding.UTF8.GetByteCount(text) > ApplyDocument.MostBytes)
            call.Out.Warn($"The document is larger than the {ApplyDocument.MostBytes / 1024 / 1024} MB that apply reads. Split its people over several files, or leave them out by --without-people.");
        if (call.Value(option) is not { } file)
        {
            call.Out.Raw(text);
            return ExitCode.Done;
        }

        var problem = await call.Files.WriteAsync(file, option.Overwrites, async stream => await stream.WriteAsync(Encoding.UTF8.GetBytes(text), call.Ct), call.Ct);
        return problem is not null ? call.Out.Fail(problem) : call.Out.Done($"Written to {file}, without passwords and secrets.", new { file, bytes = Encoding.UTF8.GetByteCount(text) });
    }
}
