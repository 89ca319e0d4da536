using System.Diagnostics;

namespace IdP.Testing;

/// <summary>Kills a process when this one is gone, however it went: a small watcher waits for the end of its input.</summary>
internal sealed class Leash : IDisposable
{
    private readonly Process watcher;

    public Leash(int processId)
    {
        var start = new ProcessStartInfo("sh", ["-c", "read -r let_go || kill -9 \"$1\" 2>/dev/null", "leash", $"{processId}"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
        };
        watcher = Process.Start(start) ?? throw new InvalidOperationException("sh did not start.");
    }

    /// <summary>Lets go: the process has ended or may live on.</summary>
    public void Dispose()
    {
        watcher.StandardInput.WriteLine();
        watcher.StandardInput.Close();
        watcher.WaitForExit();
        watcher.Dispose();
    }
}
