using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using IdP.Server.Admin.Access;
using IdP.Server.Cli;
using IdP.Storage.Audit;

namespace IdP.Server.Admin.Audit;

/// <summary><c>idp audit …</c>.</summary>
internal static class AuditCommands
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public static Command Create(Verbs verbs) => Verbs.Group("audit", "What was done and decided, and whether the record of it is whole.", List(verbs), Export(verbs), Verify(verbs), Checkpoint(verbs));

    private static Command List(Verbs verbs)
    {
        var (filter, limit, before) = (Filters(), Verbs.Number("--limit", "The most rows; 50 when not given."), new Option<long?>("--before") { Description = "Only rows older than this one, by id." });
        return verbs.Verb("list", "Lists rows, newest first.", Right.AuditRead, [.. filter.Values, limit, before], async call =>
        {
            if (call.Value(limit) is { } most and (< 1 or > 10_000)) return call.Out.Fail($"--limit {most} is not from 1 to 10000.");
            var page = await call.Get<ListAudit>().HandleAsync(new(Read(call, filter), call.Value(limit) ?? 50, call.Value(before)), call.Actor, call.Ct);
            if (call.Out.IsJson) call.Out.Json(new { rows = page.Rows, next = page.More ? page.Rows[^1].Id : (long?)null });
            else call.Out.Table(["Id", "Time", "Event", "Outcome", "Actor", "Person", "Resource", "Address", "Reference", "Reason"], page.Rows.Select(r => new[]
            {
                r.Id.ToString(CultureInfo.InvariantCulture), Call.Time(r.At), r.Event, r.Outcome, r.ActorName ?? r.Actor, r.Username ?? r.UserId, r.Resource, r.Address, r.Reference, r.Reason,
            }));
            return ExitCode.Done;
        });
    }

    private static Command Export(Verbs verbs)
    {
        var (filter, format, output) = (Filters(), Verbs.Choice<AuditFormat>("--format", "csv for spreadsheets, or jsonl: JSON lines with every value as it is stored (default)."), new OutFileOption("--output", overwrites: false) { Description = "A new file; standard output when not given." });
        return verbs.Verb("export", "Writes rows out, oldest first.", Right.AuditRead, [.. filter.Values, format, output], async call =>
        {
            var request = new ExportAudit.Request(Read(call, filter), Verbs.Parse<AuditFormat>(call.Value(format)) ?? AuditFormat.Jsonl);
            var write = await call.Get<ExportAudit>().HandleAsync(request, call.Actor, call.Ct);
            if (call.Value(output) is not { } file)
            {
                await write(call.Out.Stream, call.Ct);
                return ExitCode.Done;
            }

            var rows = 0L;
            var problem = await call.Files.WriteAsync(file, output.Overwrites, async stream => rows = await call.Out.ProgressAsync("Writing", _ => write(stream, call.Ct)), call.Ct);
            return problem is null ? call.Out.Done($"{Texts.Count(rows, "row was", "rows were")} written to {file}.", new { rows, file }) : call.Out.Fail(problem);
        });
    }

    private static Dictionary<string, Option<string?>> Filters() => new[]
    {
        ("person", "About whom: user name, address or id."), ("actor", "By whom: a name, or as the log names them, such as cli:root."),
        ("event", "A name such as sign_in.completed, or enrollment.* for all that begin so."), ("outcome", "success, failure or denied."),
        ("resource", "Such as client:payroll, or client:*."), ("reference", "The number that a person read out."),
        ("from", "A day (UTC) or a time."), ("until", "A last day (UTC), or a time before which it was."),
    }.ToDictionary(f => f.Item1, f => Verbs.Text("--" + f.Item1, f.Item2));

    private static AuditFilter Read(Call call, Dictionary<string, Option<string?>> filter) => AuditFilter.Read(name => call.Value(filter[name]));

    private static Command Verify(Verbs verbs)
    {
        var kept = new FileOption("--checkpoint", 64 * 1024) { Description = "A file with a checkpoint that was kept elsewhere; see: idp audit checkpoint" };
        return verbs.Verb("verify", "Walks the audit log and names the first row that was changed, removed, moved or inserted.", Right.AuditRead, [kept], async call =>
        {
            AuditCheckpoint? checkpoint = null;
            if (call.Value(kept) is { } file)
            {
                if (await call.TextAsync(kept) is not { } text) return ExitCode.Refused;
                if ((checkpoint = Read(text)) is null) return call.Out.Fail($"{file} holds no checkpoint; see: idp audit checkpoint");
            }

            var verdict = await call.Out.ProgressAsync("Verifying", report => call.Get<VerifyAudit>().HandleAsync(
                new(checkpoint, (done, all) => report(all == 0 ? 1 : (double)done / all)), call.Actor, call.Ct));
            if (call.Out.IsJson) call.Out.Json(AuditReport.Of(verdict));
            else foreach (var sentence in AuditReport.Sentences(verdict)) call.Out.Line(sentence);
            foreach (var fault in verdict.Faults) call.Out.Fail(fault.Text);
            return verdict.IsIntact ? ExitCode.Done : ExitCode.Refused;
        });
    }

    private static Command Checkpoint(Verbs verbs) => verbs.Verb("checkpoint", "Signs how far the audit log is, and prints it: to be kept where nobody who can write the database can.", Right.AuditRead, [], async call =>
    {
        var chain = call.Get<AuditChain>();
        await chain.LinkAsync(null);
        if (await chain.CheckpointAsync(now: true) is not { } checkpoint) return call.Out.Fail("Nothing was audited yet.");
        // One line: it is kept in a file, or beside others in a log.
        call.Out.Raw(JsonSerializer.Serialize(checkpoint, Json) + Environment.NewLine);
        return ExitCode.Done;
    });

    private static AuditCheckpoint? Read(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<AuditCheckpoint>(text, Json);
        }
        catch (Exception unreadable) when (unreadable is JsonException or NotSupportedException)
        {
            return null;
        }
    }
}
