using System.Collections.Concurrent;
using System.Diagnostics;

namespace IdP.Testing;

/// <summary>
/// The built program in a process of its own, as a deployer runs it: configured by environment variables, working in a
/// temporary folder. Killing and starting again keeps database, folder and address.
/// </summary>
public sealed class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(60);
    private static readonly HttpClient Http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false });

    private readonly TempFolder folder = new();
    private readonly ConcurrentQueue<string> output = new();
    private readonly int port = FreePort.Find();
    private Process? process;
    private Leash? leash;

    /// <param name="database">Owned by the caller, so that two servers can share it.</param>
    public ServerProcess(TestDatabase database)
    {
        Issuer = new Uri($"http://localhost:{port}");
        Environment = new()
        {
            ["ASPNETCORE_URLS"] = $"http://localhost:{port}",
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["DOTNET_ENVIRONMENT"] = "Development",
            // It lives for seconds: code that is compiled once, quickly, is the cheapest. 0x5000 ms.
            ["DOTNET_TieredPGO"] = "0",
            ["DOTNET_TC_CallCountingDelayMs"] = "5000",
            ["IdP__Issuer"] = Issuer.OriginalString,
            ["IdP__Database__Provider"] = database.Provider,
            ["IdP__Database__ConnectionString"] = database.ConnectionString,
        };
    }

    /// <summary>http://localhost:PORT, without a slash at the end when read as OriginalString.</summary>
    public Uri Issuer { get; }

    /// <summary>The working folder; what the program generates (keys, certificates) is in it.</summary>
    public string Folder => folder.Path;

    /// <summary>Environment variables of the server and of the command line; change them before a start.</summary>
    public Dictionary<string, string> Environment { get; }

    /// <summary>Both output streams so far, in the order they arrived.</summary>
    public string Output => string.Join('\n', output);

    /// <summary>Starts a new server on the database with a seed document and waits until it answers.</summary>
    /// <param name="database">Stays the caller's.</param>
    /// <param name="seed">A document as <c>idp apply</c> reads it; null for none.</param>
    /// <param name="settings">More environment variables, such as <c>IdP__Mail__Folder</c>.</param>
    public static async Task<ServerProcess> StartAsync(
        TestDatabase database, string? seed = null, IReadOnlyDictionary<string, string>? settings = null)
    {
        var server = new ServerProcess(database);
        foreach (var (name, value) in settings ?? new Dictionary<string, string>()) server.Environment[name] = value;
        if (seed is not null)
        {
            server.Environment["IdP__Seed__File"] = server.folder.File("seed.json");
            await File.WriteAllTextAsync(server.Environment["IdP__Seed__File"], seed);
        }

        try
        {
            await server.StartAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts, or starts again after Kill9 or Stop.</summary>
    /// <returns>How long it took from the start of the process to the first answer of discovery.</returns>
    /// <exception cref="InvalidOperationException">The program ended or did not answer; the message has its output.</exception>
    public async Task<TimeSpan> StartAsync()
    {
        if (process is not null) throw new InvalidOperationException("The server runs already.");
        var watch = Stopwatch.StartNew();
        var start = Command("serve");
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        process = Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start.");
        leash = new Leash(process.Id);
        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            await Eventually.TrueAsync(AnswersAsync, StartDeadline, () => "discovery answers");
        }
        catch (TimeoutException late)
        {
            throw new InvalidOperationException($"{late.Message}\n{Output}", late);
        }

        var answered = watch.Elapsed;
        // Answered once the seed is applied.
        using var ready = await Http.GetAsync(new Uri(Issuer, "readyz"));
        if (!ready.IsSuccessStatusCode) throw new InvalidOperationException($"The server is not ready: {(int)ready.StatusCode}.\n{Output}");
        return answered;
    }

    /// <summary>kill -9: the process gets no chance to save anything.</summary>
    public async Task Kill9()
    {
        if (process is null) return;
        process.Kill();
        await EndAsync();
    }

    /// <summary>SIGTERM, as a service manager stops it; waits for the end.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> StopAsync()
    {
        if (process is null) throw new InvalidOperationException("The server does not run.");
        (await Programs.RunAsync("kill", "-TERM", $"{process.Id}")).Succeeded();
        return await EndAsync();
    }

    /// <summary>Runs a verb of the command line, such as <c>users unlock anna</c>, with the server's configuration.</summary>
    public Task<ProgramResult> CommandAsync(params string[] arguments) => Programs.RunAsync(Command(arguments));

    /// <summary>The same, with something to read on standard input.</summary>
    public Task<ProgramResult> CommandReadingAsync(string input, params string[] arguments) => Programs.RunAsync(Command(arguments), input);

    public async ValueTask DisposeAsync()
    {
        await Kill9();
        folder.Dispose();
    }

    private async Task<int> EndAsync()
    {
        await process!.WaitForExitAsync();
        var code = process.ExitCode;
        leash?.Dispose();
        process.Dispose();
        (process, leash) = (null, null);
        return code;
    }

    private ProcessStartInfo Command(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Repository.ServerDll, .. arguments])
        {
            UseShellExecute = false,
            WorkingDirectory = folder.Path,
        };
        foreach (var (name, value) in Environment) start.Environment[name] = value;
        return start;
    }

    private async Task<bool> AnswersAsync()
    {
        if (process!.HasExited) throw new InvalidOperationException($"The program ended with {process.ExitCode}.\n{Output}");
        try
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
            using var answer = await Http.GetAsync(new Uri(Issuer, ".well-known/openid-configuration"), limit.Token);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is not null) output.Enqueue(line.Data);
    }
}
