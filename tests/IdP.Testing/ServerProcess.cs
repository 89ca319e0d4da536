using System.Collections.Concurrent;
using System.Diagnostics;

namespace IdP.Testing;

/// <summary>
/// The built program in a process of its own, as a deployer runs it: configured by environment variables, working in a
/// temporary folder. It costs seconds of compiling at each start, so most tests take <see cref="ServerInProcess"/>.
/// </summary>
public sealed class ServerProcess : TestedServer
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false });

    private readonly ConcurrentQueue<string> output = new();
    private Process? process;
    private Leash? leash;

    /// <param name="database">Owned by the caller, so that two servers can share it.</param>
    public ServerProcess(TestDatabase database)
        : base(database)
    {
        // It lives for seconds: code that is compiled once, quickly, is the cheapest. 0x5000 ms.
        Environment["DOTNET_TieredPGO"] = "0";
        Environment["DOTNET_TC_CallCountingDelayMs"] = "5000";
    }

    /// <summary>Both output streams so far, in the order they arrived.</summary>
    public override string Output => string.Join('\n', output);

    /// <summary>Starts a new server on the database with a seed document and waits until it answers.</summary>
    /// <param name="database">Stays the caller's.</param>
    /// <param name="seed">A document as <c>idp apply</c> reads it; null for none.</param>
    /// <param name="settings">More environment variables, such as <c>IdP__Mail__Folder</c>.</param>
    public static Task<ServerProcess> StartAsync(TestDatabase database, string? seed = null, IReadOnlyDictionary<string, string>? settings = null) =>
        StartAsync(new ServerProcess(database), seed, settings);

    /// <summary>Starts, or starts again after Kill9 or Stop.</summary>
    /// <returns>How long it took from the start of the process to the first answer of discovery.</returns>
    /// <exception cref="InvalidOperationException">The program ended or did not answer; the message has its output.</exception>
    public override async Task<TimeSpan> StartAsync()
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
            await Eventually.TrueAsync(AnswersAsync, () => "discovery answers");
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
        await WaitAsync();
    }

    /// <summary>SIGTERM, as a service manager stops it; waits for the end.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> StopAsync()
    {
        if (process is null) throw new InvalidOperationException("The server does not run.");
        (await Programs.RunAsync("kill", "-TERM", $"{process.Id}")).Succeeded();
        return await WaitAsync();
    }

    /// <inheritdoc/>
    public override Task<ProgramResult> CommandReadingAsync(string input, params string[] arguments) => Programs.RunAsync(Command(arguments), input);

    protected override Task EndAsync() => Kill9();

    private async Task<int> WaitAsync()
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
            WorkingDirectory = Folder,
        };
        foreach (var (name, value) in Environment) start.Environment[name] = value;
        return start;
    }

    private async Task<bool> AnswersAsync()
    {
        if (process!.HasExited) throw new InvalidOperationException($"The program ended with {process.ExitCode}.\n{Output}");
        try
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
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
