using System.CommandLine;
using IdP.Server.Admin.Access;
using IdP.Server.Cli;

namespace IdP.Server.Admin.Users.Import;

/// <summary><c>idp users import FILE</c>.</summary>
internal static class ImportCommand
{
    public static Command Create(Verbs verbs)
    {
        var file = new FileArgument("FILE", ImportFile.MostBytes, "Split it: each part can be imported by itself.") { Description = "CSV with the columns " + string.Join(", ", ImportFile.Columns) + "; only username is needed." };
        var (dryRun, reason) = (Verbs.Flag("--dry-run", "Only say what would happen, with each line's problem."), Verbs.Reason());
        return verbs.Verb("import", "Adds and changes people from CSV; all of them or nobody.", Right.PeopleWrite, [file, dryRun, reason], async call =>
        {
            if (await call.BytesAsync(file) is not { } bytes) return ExitCode.Refused;
            var report = await call.Out.ProgressAsync("Importing people", progress => call.Get<ImportUsers>().HandleAsync(
                new(bytes, call.Value(dryRun), call.Value(reason) ?? Call.DefaultReason) { Progress = progress }, call.Actor, call.Ct));
            if (call.Out.IsJson) call.Out.Json(report);
            else Say(call, report, call.Value(dryRun));
            return report.ProblemCount > 0 ? ExitCode.Refused : ExitCode.Done;
        });
    }

    private static void Say(Call call, ImportUsers.Report report, bool dryRun)
    {
        foreach (var problem in report.Problems)
            call.Out.Fail((problem.Line == 0 ? "" : $"line {problem.Line}{(problem.Column is null ? "" : ", " + problem.Column)}: ") + problem.Text);
        if (report.ProblemCount > report.Problems.Count) call.Out.Fail($"And {Texts.Count(report.ProblemCount - report.Problems.Count, "more problem")}.");
        if (report.ProblemCount > 0 && report.Applied == 0) call.Out.Fail(dryRun ? "Nothing would be imported." : "Nothing was imported.");
        else if (report.ProblemCount > 0) call.Out.Fail($"{report.Applied} of {Texts.Count(report.People, "person was", "people were")} imported before that. Import the file again when it is put right.");
        else call.Out.Line($"{Texts.Count(report.People, "person", "people")}: {report.Added} {(dryRun ? "would be " : "")}added, {report.Changed} changed, {report.Same} as they are; verification is required of {report.Required} now.");
    }
}
