using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using IdP.Server.Cli;
using IdP.Storage.Audit;

namespace IdP.Server.Admin.Audit;

/// <summary><c>idp audit …</c>.</summary>
internal static class AuditCommands
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public static Command Create(Verbs verbs) => Verbs.Group("audit", "What was done and decided, and whether the record of it is whole.", Verify(verbs), Checkpoint(verbs));

    private static Command Verify(Verbs verbs)
    {
        var kept = Verbs.Text("--checkpoint", "A file with a checkpoint that was kept elsewhere; see: idp audit checkpoint");
        return verbs.Verb("verify", "Walks the audit log and names the first row that was changed, removed, moved or inserted.", [kept], async call =>
        {
            AuditCheckpoint? checkpoint = null;
            if (call.Value(kept) is { } file && (checkpoint = await ReadAsync(file, call.Ct)) is null) return call.Out.Fail($"{file} holds no checkpoint; see: idp audit checkpoint");
            var verdict = await call.Out.ProgressAsync("Verifying", report => call.Get<VerifyAudit>().HandleAsync(
                new(checkpoint, (done, all) => report(all == 0 ? 1 : (double)done / all)), Call.Actor, call.Ct));
            if (call.Out.IsJson) call.Out.Json(AuditReport.Of(verdict));
            else foreach (var sentence in AuditReport.Sentences(verdict)) call.Out.Line(sentence);
            foreach (var fault in verdict.Faults) call.Out.Fail(fault.Text);
            return verdict.IsIntact ? ExitCode.Done : ExitCode.Refused;
        });
    }

    private static Command Checkpoint(Verbs verbs) => verbs.Verb("checkpoint", "Signs how far the audit log is, and prints it: to be kept where nobody who can write the database can.", [], async call =>
    {
        var chain = call.Get<AuditChain>();
        await chain.LinkAsync(null);
        if (await chain.CheckpointAsync(now: true) is not { } checkpoint) return call.Out.Fail("Nothing was audited yet.");
        // One line: it is kept in a file, or beside others in a log.
        call.Out.Raw(JsonSerializer.Serialize(checkpoint, Json) + Environment.NewLine);
        return ExitCode.Done;
    });

    private static async Task<AuditCheckpoint?> ReadAsync(string file, CancellationToken ct)
    {
        try
        {
            return JsonSerializer.Deserialize<AuditCheckpoint>(await File.ReadAllTextAsync(file, ct), Json);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or JsonException or NotSupportedException)
        {
            return null;
        }
    }
}
