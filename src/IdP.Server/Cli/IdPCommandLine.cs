using System.CommandLine;
using System.CommandLine.Help;
using System.Data.Common;
using System.Globalization;
using IdP.Server.Admin;
using IdP.Server.Cli.Remote;
using IdP.Server.Hosting;
using IdP.Storage.Audit;
using IdP.Storage.Database;
using Microsoft.Extensions.Configuration.Json;

namespace IdP.Server.Cli;

/// <summary>The program <c>idp</c>: serves, or does one thing, to the database or on a server elsewhere, and ends.</summary>
public static class IdPCommandLine
{
    private static readonly string[] HelpWords = ["--help", "-h", "-?", "/?", "--version"];

    /// <summary>Runs the program.</summary>
    /// <param name="args">Nothing, or configuration such as <c>--IdP:Issuer=…</c>: it serves.</param>
    /// <param name="serve">Serves until it is told to stop; gets the arguments without the verb.</param>
    /// <returns>The exit code: 0 done, 1 refused, 2 wrong usage or differences, 3 broken configuration, or what cannot be reached.</returns>
    public static Task<int> RunAsync(string[] args, Func<string[], CancellationToken, Task<int>> serve)
    {
        var plain = Console.IsOutputRedirected || Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 };
        var output = new CommandOutput(Console.Out, Console.Error, isTerminal: !plain);
        return RunAsync(args, serve, output, Console.In, canAsk: !Console.IsInputRedirected && !Console.IsOutputRedirected, Environment.GetEnvironmentVariable);
    }

    /// <param name="variable">Reads an environment variable of the command line's own; configuration is read from the process.</param>
    /// <param name="settings">More configuration of the verbs, such as <c>--IdP:Issuer=…</c>, for whoever runs them without a process of their own.</param>
    internal static async Task<int> RunAsync(
        string[] args, Func<string[], CancellationToken, Task<int>> serve, CommandOutput output, TextReader input, bool canAsk, Func<string, string?> variable,
        params string[] settings)
    {
        // The command line is English, whatever the host speaks; a page has the language of its reader.
        CultureInfo.CurrentUICulture = CultureInfo.InvariantCulture;
        try
        {
            var given = RemoteAddress.Take(args, out args);
            var asksHelp = args.Any(HelpWords.Contains);
            if (!asksHelp && given is null && (args.Length == 0 || args[0].StartsWith('-'))) return await serve(args, CancellationToken.None);
            if (!asksHelp && given is null && args[0] == "serve") return await serve(args[1..], CancellationToken.None);

            var json = CommandTree.Json();
            var parsed = CommandTree.Parse(Root(json, output, input, canAsk, settings), args);
            // What is completed is no complete command.
            var completes = args is [var first, ..] && first.StartsWith("[suggest", StringComparison.Ordinal);
            if (parsed.Errors.Count > 0 && parsed.Action is not HelpAction && !completes) return CommandTree.WrongUsage(parsed, output);
            // Help, completion and the version are this program's own.
            var runs = ReferenceEquals(parsed.Action, parsed.CommandResult.Command.Action) && parsed.CommandResult.Command.Name != CompletionCommand.Name;
            if (runs && (given ?? variable(RemoteAddress.Variable)) is { Length: > 0 } server) return await new RemoteClient(output, input, canAsk, variable).RunAsync(server, parsed, args, CancellationToken.None);
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = output.Writer });
        }
        catch (ConfigurationException broken)
        {
            return output.Fail(broken.Message, ExitCode.Configuration);
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
            return Refusals.Say(broken, output) ?? output.Fail($"It failed unexpectedly ({broken.GetType().Name}): {broken.Message}");
        }
    }

    internal static RootCommand Root(Option<bool> json, CommandOutput output, TextReader input, bool canAsk, params string[] settings) => CommandTree.Root(json, output, new Verbs((parsed, verb, ct) => WithServicesAsync(settings, async services =>
    {
        output.IsJson = parsed.GetValue(json);
        return await verb.RunAsync(new Call(Actor.CommandLine, HostFiles.One, parsed, services, output, input, canAsk, ct));
    }, ct)), settings);

    /// <summary>The same sources in the same order as the server's.</summary>
    internal static WebApplicationBuilder Configuration(params string[] settings)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            Args = ["--hostBuilder:reloadConfigOnChange=false", .. settings], ApplicationName = typeof(IdPServer).Assembly.GetName().Name,
        });
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
    private static async Task<int> WithServicesAsync(string[] settings, Func<IServiceProvider, Task<int>> work, CancellationToken ct)
    {
        await using var provider = Services(Configuration(settings));
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
