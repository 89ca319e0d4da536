using System.Diagnostics;

namespace IdP.Testing;

/// <summary>Finds initdb and postgres, and runs them as somebody who is not root (they refuse root).</summary>
internal static class PostgresPrograms
{
    // Runs until its input ends, which happens when the test process closes the pipe or is gone; then cleans up.
    private const string Script = """
        bin=$1; port=$2; folder=$3; shift 3
        mkdir -m 700 "$folder" || exit 1
        trap 'rm -rf "$folder"' EXIT
        trap '' INT TERM HUP
        cd "$folder"
        "$bin/initdb" -D data -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync >log 2>&1 || { cat log >&2; exit 1; }
        "$bin/postgres" -D data -p "$port" -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
            -c max_connections=300 "$@" >log 2>&1 </dev/null &
        server=$!
        { cat >/dev/null; kill -QUIT $server; } 2>/dev/null <&3 &
        wait $server
        tail -c 4000 log >&2
        """;

    private static readonly string? Binaries = FindBinaries();

    private static bool IsRoot => Environment.IsPrivilegedProcess;

    public static string? Unavailable =>
        !OperatingSystem.IsLinux() ? "The PostgreSQL fixture knows Linux only."
        : Binaries is null ? "PostgreSQL is not installed."
        : IsRoot && Programs.Find("setpriv") is null ? "Root may not run PostgreSQL, and setpriv is not installed."
        : IsRoot && !HasAccount() ? "Root may not run PostgreSQL, and there is no account named postgres."
        : null;

    public static Process Start(int port, string folder, IReadOnlyList<string> options)
    {
        string[] script = ["sh", "-c", "exec 3<&0; " + Script, "idp-postgres", Binaries!, $"{port}", folder, .. options];
        string[] command = IsRoot
            ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", .. script]
            : script;
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        return Process.Start(start) ?? throw new InvalidOperationException("sh did not start.");
    }

    private static bool HasAccount() =>
        File.ReadLines("/etc/passwd").Any(line => line.StartsWith("postgres:", StringComparison.Ordinal));

    private static string? FindBinaries()
    {
        const string debian = "/usr/lib/postgresql";
        var versions = Directory.Exists(debian) ? Directory.GetDirectories(debian) : [];
        return versions.Select(version => Path.Combine(version, "bin"))
            .OrderByDescending(bin => bin, StringComparer.Create(System.Globalization.CultureInfo.InvariantCulture, System.Globalization.CompareOptions.NumericOrdering))
            .FirstOrDefault(bin => File.Exists(Path.Combine(bin, "initdb")))
            ?? Path.GetDirectoryName(Programs.Find("initdb"));
    }
}
