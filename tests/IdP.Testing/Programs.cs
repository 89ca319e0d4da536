using System.Diagnostics;

namespace IdP.Testing;

/// <summary>What a finished program said.</summary>
public sealed record ProgramResult(int ExitCode, string Output, string Error)
{
    /// <summary>The trimmed output of a program that must succeed.</summary>
    public string Succeeded() => ExitCode == 0
        ? Output.Trim()
        : throw new InvalidOperationException($"Exit code {ExitCode}: {Error.Trim()} {Output.Trim()}");
}

/// <summary>Finds and runs programs; both output streams are read to the end.</summary>
public static class Programs
{

    public static string? Find(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    public static Task<ProgramResult> RunAsync(string program, params string[] arguments) =>
        RunAsync(new ProcessStartInfo(program, arguments));

    /// <param name="start">What to run.</param>
    /// <param name="input">What it reads on standard input.</param>
    /// <exception cref="TimeoutException">The program did not end in time; it was killed.</exception>
    public static async Task<ProgramResult> RunAsync(ProcessStartInfo start, string input = "")
    {
        start.UseShellExecute = false;
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} did not start.");
        try
        {
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading.
        }

        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var deadline = new CancellationTokenSource(Eventually.Patience);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException late)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{start.FileName} did not end within {Eventually.Patience.TotalSeconds} s.", late);
        }

        return new ProgramResult(process.ExitCode, await output, await error);
    }
}
