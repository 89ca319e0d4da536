using System.CommandLine;
using System.CommandLine.Help;
using System.Data.Common;
using System.Globalization;
using FluentValidation;
using IdP.Server.Admin;
using IdP.Server.Admin.PolicyRules;
using IdP.Server.Admin.Access;
using IdP.Server.Admin.Audit;
using IdP.Server.Admin.Campaigns;
using IdP.Server.Admin.Clients;
using IdP.Server.Admin.Diagnosis;
using IdP.Server.Admin.Groups;
using IdP.Server.Admin.Keys;
using IdP.Server.Admin.Mails;
using IdP.Server.Admin.Owners;
using IdP.Server.Admin.Settings;
using IdP.Server.Admin.Tokens;
using IdP.Server.Admin.Users;
using IdP.Server.Configuration;
using IdP.Server.Hosting;
using IdP.Storage.Audit;
using IdP.Storage.Database;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration.Json;

namespace IdP.Server.Cli;

/// <summary>The program <c>idp</c>: serves, or does one thing to the database and ends.</summary>
public static class IdPCommandLine
{
    private static readonly string[] HelpWords = ["--help", "-h", "-?", "/?", "--version"];

    /// <summary>Runs the program.</summary>
    /// <param name="args">Nothing, or configuration such as <c>--IdP:Issuer=…</c>: it serves.</param>
    /// <param name="serve">Serves until it is told to stop; gets the arguments without the verb.</param>
    /// <returns>The exit code: 0 done, 1 refused, 2 wrong usage or differences, 3 broken configuration.</returns>
    public static Task<int> RunAsync(string[] args, Func<string[], CancellationToken, Task<int>> serve)
    {
        var plain = Console.IsOutputRedirected || Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 };
        var output = new CommandOutput(Console.Out, Console.Error, isTerminal: !plain);
        return RunAsync(args, serve, output, Console.In, canAsk: !Console.IsInputRedirected && !Console.IsOutputRedirected);
    }

    internal static async Task<int> RunAsync(
        string[] args, Func<string[], CancellationToken, Task<int>> serve, CommandOutput output, TextReader input, bool canAsk)
    {
        // The command line is English, whatever the host speaks; a page has the language of its reader.
        CultureInfo.CurrentUICulture = CultureInfo.InvariantCulture;
        try
        {
            var asksHelp = args.Any(HelpWords.Contains);
            if (!asksHelp && (args.Length == 0 || args[0].StartsWith('-'))) return await serve(args, CancellationToken.None);
            if (!asksHelp && args[0] == "serve") return await serve(args[1..], CancellationToken.None);

            var json = new Option<bool>("--json") { Description = "Print an object for programs.", Recursive = true };
            var parsed = Root(json, output, input, canAsk).Parse(args);
            // What is completed is no complete command.
            var completes = args[0].StartsWith("[suggest", StringComparison.Ordinal);
            if (parsed.Errors.Count > 0 && parsed.Action is not HelpAction && !completes) return WrongUsage(parsed, output);
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (ConfigurationException broken)
        {
            return output.Fail(broken.Message, ExitCode.Configuration);
        }
        catch (ForbiddenException forbidden)
        {
            return output.Fail(forbidden.Message);
        }
        catch (ValidationException invalid)
        {
            foreach (var failure in invalid.Errors) output.Fail(failure.ErrorMessage);
            return ExitCode.Refused;
        }
        catch (DbUpdateException)
        {
            return output.Fail("Somebody changed the same thing at this moment. Nothing was done; try again.");
        }
        catch (DbException unreachable)
        {
            return output.Fail($"The database cannot be used: {unreachable.Message} See IdP:Database.", ExitCode.Configuration);
        }
        catch (OperationCanceledException)
        {
            return output.Fail("Stopped.");
        }
#pragma warning disable CA1031 // Nobody is shown a stack trace.
        catch (Exception broken)
#pragma warning restore CA1031
        {
            return output.Fail($"It failed unexpectedly ({broken.GetType().Name}): {broken.Message}");
        }
    }

    internal static RootCommand Root(Option<bool> json, CommandOutput output, TextReader input, bool canAsk)
    {
        var verbs = new Verbs((parsed, work, ct) => WithServicesAsync(async services =>
        {
            output.IsJson = parsed.GetValue(json);
            return await work(new Call(parsed, services, output, input, canAsk, ct));
        }, ct));
        var root = new RootCommand("An OpenID Connect identity provider with identity verification.")
        {
            new Command("serve", "Serves; what follows is configuration such as --IdP:Issuer=https://id.example.com. Without a verb it serves, too."),
            DoctorCommand.Create(json, output),
            PlanCommand.Create(verbs),
            ApplyCommand.Create(verbs),
            DriftCommand.Create(verbs),
            ExportCommand.Create(verbs),
            UserCommands.Create(verbs),
            CampaignCommands.Create(verbs),
            GroupCommands.Create(verbs),
            ClientCommands.Create(verbs),
            PolicyCommands.Create(verbs),
            SettingCommands.Create(verbs),
            KeyCommands.Create(verbs),
            MailCommands.Create(verbs),
            TokenCommands.Create(verbs),
            AuditCommands.Create(verbs),
            OwnerCommands.Create(verbs),
            CompletionCommand.Create(output),
        };
        root.Options.Add(json);
        return root;
    }

    private static int WrongUsage(ParseResult parsed, CommandOutput output)
    {
        foreach (var error in parsed.Errors) output.Fail(string.Join(' ', error.Message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));
        var path = string.Join(' ', Path(parsed.CommandResult.Command).Reverse());
        return output.Fail($"See: idp {path}{(path.Length > 0 ? " " : "")}--help", ExitCode.Usage);
    }

    private static IEnumerable<string> Path(Command command)
    {
        for (var at = command; at is not null and not RootCommand; at = at.Parents.OfType<Command>().FirstOrDefault()) yield return at.Name;
    }

    /// <summary>The same sources in the same order as the server's.</summary>
    internal static WebApplicationBuilder Configuration()
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ApplicationName = typeof(IdPServer).Assembly.GetName().Name });
        var beside = new JsonConfigurationSource { Path = System.IO.Path.Combine(AppContext.BaseDirectory, "appsettings.json"), Optional = true };
        beside.ResolveFileProvider();
        builder.Configuration.Sources.Insert(0, beside);
        return builder;
    }

    /// <exception cref="ConfigurationException">It cannot be used.</exception>
    internal static ServiceProvider Services(WebApplicationBuilder builder)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddIdP(builder.Configuration, builder.Environment.IsDevelopment());
        services.AddAdmin();
        return services.BuildServiceProvider();
    }

    // The same database, brought up to date if it is new.
    private static async Task<int> WithServicesAsync(Func<IServiceProvider, Task<int>> work, CancellationToken ct)
    {
        await using var provider = Services(Configuration());
        try
        {
            await DatabaseMigrator.MigrateAsync(provider.GetRequiredService<IdPDatabase>(), provider.GetRequiredService<AuditChain>().BeginAsync, ct);
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new ConfigurationException($"The database cannot be opened: {unusable.Message} See IdP:Database:ConnectionString.");
        }

        var exitCode = await work(provider);
        // A server would do it within a second; where none runs, what was just done is linked all the same.
        await provider.GetRequiredService<AuditChain>().LinkAsync(TimeProvider.System.GetUtcNow().AddMinutes(-1));
        return exitCode;
    }
}
