using System.CommandLine;
using IdP.Server.Cli;
using IdP.Server.Hosting;

namespace IdP.Server.Admin.Diagnosis;

/// <summary><c>idp doctor</c>. It opens nothing that is not there and brings nothing up to date, so it is no verb like the others.</summary>
internal static class DoctorCommand
{
    public static Command Create(Option<bool> json, CommandOutput output, params string[] settings)
    {
        var command = new Command("doctor", "Looks at configuration, keys, database, mail server, owners, clients and policies, and says what to do. Exit code 0: no problem (warnings perhaps); 1: a problem; 3: the configuration cannot be used.");
        command.SetAction((parsed, ct) => LookAsync(output, parsed.GetValue(json), settings, ct));
        return command;
    }

    private static async Task<int> LookAsync(CommandOutput output, bool json, string[] settings, CancellationToken ct)
    {
        output.IsJson = json;
        var builder = IdPCommandLine.Configuration(settings);
        var isDevelopment = builder.Environment.IsDevelopment();
        ServiceProvider services;
        try
        {
            services = IdPCommandLine.Services(builder);
        }
        catch (ConfigurationException broken)
        {
            return Say(output, [.. broken.Message.Split(Environment.NewLine).Select(problem => Check.Problem("configuration", problem, "See configuration.md."))], ExitCode.Configuration);
        }

        await using (services)
        {
            var found = await output.ProgressAsync("Looking", progress => services.GetRequiredService<Doctor>().HandleAsync(builder.Configuration, isDevelopment, progress, ct));
            return Say(output, [Check.Ok("configuration", "It can be used."), .. found], found.Any(c => c.State == CheckState.Problem) ? ExitCode.Refused : ExitCode.Done);
        }
    }

    private static int Say(CommandOutput output, IReadOnlyList<Check> checks, int exitCode)
    {
        var (problems, warnings) = (checks.Count(c => c.State == CheckState.Problem), checks.Count(c => c.State == CheckState.Warning));
        if (output.IsJson)
        {
            output.Json(new { problems, warnings, checks });
            return exitCode;
        }

        foreach (var check in checks)
        {
            output.Line($"{ChangeList.Words(check.State),-8} {check.Name}: {check.Found}");
            if (check.Do is not null) output.Line($"         -> {check.Do}");
        }

        output.Line($"{Texts.Count(checks.Count, "check")}, {Texts.Count(problems, "problem")}, {Texts.Count(warnings, "warning")}.");
        return exitCode;
    }
}
