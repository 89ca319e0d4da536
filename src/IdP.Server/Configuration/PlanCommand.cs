using System.CommandLine;
using IdP.Server.Admin;
using IdP.Server.Cli;

namespace IdP.Server.Configuration;

/// <summary><c>idp plan FILE</c>: what <c>apply</c> would do, for a person who reviews it and for CI.</summary>
internal static class PlanCommand
{
    public static Command Create(Verbs verbs)
    {
        var file = new DocumentArgument("FILE") { Description = "A JSON document, as apply takes it." };
        var weaker = Verbs.Flag("--fail-if-weaker", "Exit code 4 when something would protect less than before.");
        return verbs.Verb("plan", "Says what apply would change, what of it protects less than before, and how many people that touches. Exit code 0: nothing to do; 2: differences.", Verbs.EveryRight,
            [file, weaker], call => PlanAsync(call, file, call.Value(weaker)));
    }

    private static async Task<int> PlanAsync(Call call, DocumentArgument file, bool failIfWeaker)
    {
        var (document, errors) = await ApplyCommand.ReadAsync(call, file);
        if (document is null) return ApplyCommand.Refuse(call, errors);
        var mode = new ApplyMode(call.Actor, "plan", KeepPasswords: false);
        var (differences, problems) = await call.Out.ProgressAsync("Comparing", _ => call.Get<DocumentApply>().HandleAsync(document, mode, dryRun: true, call.Ct));
        if (problems.Count > 0) return ApplyCommand.Refuse(call, problems);

        var weaker = differences.Count(d => d.Weaker is not null);
        if (call.Out.IsJson)
        {
            call.Out.Json(new { differences, weaker });
        }
        else
        {
            ApplyCommand.Print(call, differences);
            call.Out.Line(differences.Count == 0 ? "Nothing to do."
                : $"{Texts.Count(differences.Count, "difference")}, {(weaker == 0 ? "none of them weaker" : $"{weaker} of them weaker")}. Nothing was changed.");
        }

        return differences.Count == 0 ? ExitCode.Done : weaker > 0 && failIfWeaker ? ExitCode.Weaker : ExitCode.Differences;
    }
}
