using IdP.Server;
using Samples.Api;
using Samples.Notes;
using Samples.Payroll;
using Samples.RelyingParty;

namespace Samples.Demo;

/// <summary>Runs the identity provider both apps and the API in one process until Ctrl-C.</summary>
internal static class DemoRun
{
    private const int ProviderPort = 5080;

    public static async Task<int> RunAsync(string[] args)
    {
        // Before anything is created or changed: a second Demo would share the database of the first.
        if (Ports.FirstTaken(ProviderPort, NotesApp.Port, PayrollApp.Port, PayrollApi.Port) is { } taken)
        {
            await Console.Error.WriteLineAsync(
                $"Port {taken} is in use by another program; stop that one and start again.");
            return 1;
        }

        var root = RepositoryRoot.Find();
        var notesSecret = DemoSecrets.Ensure(NotesApp.ClientId);
        var payrollSecret = DemoSecrets.Ensure(PayrollApp.ClientId);

        await using var provider = await IdPServer.BuildAsync(
        [
            "--environment=Development",
            "--IdP:Branding:Name=Larkfield",
            $"--IdP:Seed:File={Path.Combine(root, "samples", "Demo", "seed.json")}",
            .. args,
        ]);
        await using var notes = NotesApp.Build([$"--ClientSecret={notesSecret}"]);
        await using var payroll = PayrollApp.Build([$"--ClientSecret={payrollSecret}"]);
        await using var api = PayrollApi.Build([]);
        // All at once: the apps and the API ask the identity provider nothing before someone signs in.
        await Task.WhenAll(provider.StartAsync(), notes.StartAsync(), payroll.StartAsync(), api.StartAsync());
        await IdPServer.ReadyAsync(provider);
        Banner.Print(Console.Out);

        await UntilAnyStopsAsync(provider, notes, payroll, api);
        return 0;
    }

    // Ctrl-C reaches each host; should one stop for another reason, the others must not stay behind.
    private static async Task UntilAnyStopsAsync(params IHost[] hosts)
    {
        var stopped = hosts.Select(host => host.WaitForShutdownAsync()).ToList();
        await Task.WhenAny(stopped);
        foreach (var host in hosts)
            host.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        await Task.WhenAll(stopped);
    }
}
