using System.CommandLine;
using IdP.Server.Admin;
using IdP.Server.Cli;

namespace IdP.Server.Configuration;

/// <summary><c>idp drift FILE</c>: what somebody changed past the document.</summary>
internal static class DriftCommand
{
    public static Command Create(Verbs verbs)
    {
        var file = new DocumentArgument("FILE") { Description = "The JSON document that should hold." };
        return verbs.Verb("drift", "Says what is stored otherwise than a document says, and what is stored and not in it, for the sections that it has. Exit code 0: none; 2: drift.", Verbs.EveryRight,
            [file], call => DriftAsync(call, file));
    }

    private static async Task<int> DriftAsync(Call call, DocumentArgument file)
    {
        var (document, errors) = await ApplyCommand.ReadAsync(call, file);
        if (document is null) return ApplyCommand.Refuse(call, errors);
        var result = await call.Out.ProgressAsync("Comparing", progress => call.Get<DocumentDrift>().HandleAsync(document, call.Actor, progress, call.Ct));
        if (result.Errors.Count > 0) return ApplyCommand.Refuse(call, result.Errors);

        if (call.Out.IsJson)
        {
            call.Out.Json(new { drift = result.Any, result.Differs, result.OnlyStored });
        }
        else
        {
            foreach (var difference in result.Differs) call.Out.Line($"{difference.Subject}: {difference.Text} (stored -> document)");
            foreach (var difference in result.OnlyStored) call.Out.Line($"{difference.Subject}: {difference.Text}");
            call.Out.Line(result.Any ? $"{Texts.Count(result.Differs.Count + result.OnlyStored.Count, "difference")} between the database and {Path.GetFileName(call.Value(file))}." : "No drift.");
        }

        return result.Any ? ExitCode.Differences : ExitCode.Done;
    }
}
