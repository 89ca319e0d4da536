using System.Collections.Concurrent;
using System.Diagnostics;

namespace IdP.Bench.Processes;

/// <summary>A program under measurement: bound to one core, and its CPU time and memory read from the system.</summary>
internal sealed class BenchProcess : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> output = new();
    private readonly Process process;

    /// <param name="cores">As <c>taskset -c</c> takes it.</param>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="folder">Where it works.</param>
    /// <param name="environment">Added to ours.</param>
    public BenchProcess(string cores, string[] command, string folder, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo("taskset", ["-c", cores, .. command])
        {
            UseShellExecute = false, WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        StartedAt = Stopwatch.GetTimestamp();
        process = Process.Start(start) ?? throw new InvalidOperationException($"{command[0]} did not start.");
        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        // Also when the benchmark is stopped in the middle.
        AppDomain.CurrentDomain.ProcessExit += Kill;
    }

    public long StartedAt { get; }

    public int Id => process.Id;

    public string Output => string.Join('\n', output);

    /// <summary>User and system time so far; the system counts it in hundredths of a second.</summary>
    public TimeSpan Cpu => ProcessTimes.Of(Id)?.Own ?? throw new InvalidOperationException($"The program ended.\n{Output}");

    /// <summary>Resident memory in megabytes (of a million bytes).</summary>
    public double Memory => Megabytes("VmRSS:");

    /// <summary>The most that was resident; 0 once it has ended.</summary>
    private double PeakMemory => Megabytes("VmHWM:");

    /// <summary>Asks until the address answers with success.</summary>
    /// <returns>How long that took from the start of the process.</returns>
    public async Task<TimeSpan> AnswersAsync(Uri address)
    {
        using var http = new HttpClient();
        while (true)
        {
            if (process.HasExited) throw new InvalidOperationException($"The program ended with {process.ExitCode}.\n{Output}");
            if (Stopwatch.GetElapsedTime(StartedAt) > TimeSpan.FromMinutes(2)) throw new TimeoutException($"{address} does not answer.\n{Output}");
            try
            {
                using var answer = await http.GetAsync(address);
                if (answer.IsSuccessStatusCode) return Stopwatch.GetElapsedTime(StartedAt);
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(5);
        }
    }

    /// <summary>Waits for the end of a program that ends by itself, looking at it every few milliseconds.</summary>
    public async Task<(int Code, TimeSpan Cpu, TimeSpan Wall, double Megabytes)> EndsAsync()
    {
        var (cpu, most) = (TimeSpan.Zero, 0.0);
        while (!process.HasExited)
        {
            if (ProcessTimes.Of(Id) is { } times) cpu = times.Own;
            most = Math.Max(most, PeakMemory);
            await Task.Delay(5);
        }

        var wall = Stopwatch.GetElapsedTime(StartedAt);
        await process.WaitForExitAsync();
        return (process.ExitCode, cpu, wall, most);
    }

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= Kill;
        Kill(null, EventArgs.Empty);
        await process.WaitForExitAsync();
        process.Dispose();
    }

    private double Megabytes(string name)
    {
        try
        {
            var line = File.ReadLines($"/proc/{Id}/status").FirstOrDefault(l => l.StartsWith(name, StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) * 1024 / 1e6;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private void Kill(object? sender, EventArgs e)
    {
        if (!process.HasExited) process.Kill();
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is null) return;
        output.Enqueue(line.Data);
        while (output.Count > 200) output.TryDequeue(out _);
    }
}
