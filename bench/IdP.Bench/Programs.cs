using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using IdP.Bench.Processes;
using IdP.Bench.Subjects;
using IdP.Storage.Database;
using IdP.Testing;

namespace IdP.Bench;

/// <summary>Starts the programs that are measured; all of them on the same core, one loaded at a time.</summary>
internal sealed class Programs(Arguments arguments) : IAsyncDisposable
{
    private const string Core = "1";

    private readonly TempFolder folder = new();
    private int serial;

    /// <summary>Our server on a new, seeded database.</summary>
    public async Task<(OidcSubject Subject, DatabaseOptions Database)> ServerAsync(int people = 0, IReadOnlyDictionary<string, string>? settings = null)
    {
        var database = await DatabaseAsync();
        var (process, address) = StartServer(database, people, settings);
        await process.AnswersAsync(new Uri(address, "readyz"));
        return (new OidcSubject("idp", process, address, () => Sessions.LayDownAsync(database, 32)), database);
    }

    /// <summary>Starts our server; it need not answer yet.</summary>
    /// <param name="database">New, or one that it has used before.</param>
    /// <param name="people">See <see cref="Seed"/>; null: no seed at all.</param>
    /// <param name="settings">Environment variables.</param>
    /// <param name="cores">Where it may run.</param>
    /// <param name="document">Another seed.</param>
    public (BenchProcess Process, Uri Address) StartServer(
        DatabaseOptions database, int? people, IReadOnlyDictionary<string, string>? settings = null, string cores = Core, string? document = null)
    {
        var address = new Uri($"http://localhost:{FreePort()}");
        var environment = Environment(database, address);
        if (people is { } count)
        {
            environment["IdP__Seed__File"] = folder.File("seed.json");
            System.IO.File.WriteAllText(environment["IdP__Seed__File"], document ?? Seed.Document(count));
        }

        foreach (var (name, value) in settings ?? new Dictionary<string, string>()) environment[name] = value;
        return (new BenchProcess(cores, ["dotnet", Dll, "serve"], folder.Path, environment), address);
    }

    /// <summary>Starts a command of <c>idp</c> on the host.</summary>
    public BenchProcess StartCommand(DatabaseOptions database, params string[] command) =>
        new(Core, ["dotnet", Dll, .. command], folder.Path, Environment(database, new Uri("http://localhost:5080")));

    /// <summary>A path in the folder in which the programs work.</summary>
    public string File(string name) => folder.File(name);

    /// <summary>CPU time of the whole database server; null: there is none.</summary>
    public async Task<TimeSpan?> DatabaseCpuAsync()
    {
        if (!arguments.Postgres) return null;
        var cluster = await PostgresCluster.SharedAsync();
        var pid = Directory.EnumerateFiles(cluster.Folder, "postmaster.pid", SearchOption.AllDirectories).Single();
        return ProcessTimes.OfFamily(int.Parse(System.IO.File.ReadLines(pid).First()));
    }

    public async Task<DatabaseOptions> DatabaseAsync() => arguments.Postgres
        ? new() { Provider = DatabaseProvider.PostgreSql, ConnectionString = await (await PostgresCluster.SharedAsync()).CreateDatabaseAsync() }
        : new() { ConnectionString = "Data Source=" + folder.File($"idp{serial++}.db") };

    public async Task<FloorSubject> FloorAsync(IReadOnlyDictionary<string, int> sizes)
    {
        var address = new Uri($"http://localhost:{FreePort()}");
        var process = new BenchProcess(Core, ["dotnet", typeof(Programs).Assembly.Location, "floor", address.OriginalString, MakeFolder()], folder.Path, new Dictionary<string, string>());
        await process.AnswersAsync(new Uri(address, "ready?1"));
        return new FloorSubject(process, address, sizes);
    }

    /// <summary>npm oidc-provider.</summary>
    /// <param name="durable">Its store is a SQLite file, not its memory.</param>
    public async Task<OidcSubject> PeerAsync(bool durable)
    {
        var program = Path.Combine(Repository.Root, "bench", "peer");
        if (!Directory.Exists(Path.Combine(program, "node_modules"))) throw new InvalidOperationException("Run npm ci in bench/peer first.");
        var port = FreePort();
        var address = new Uri($"http://localhost:{port}");
        var clients = JsonSerializer.Serialize(Client.All.Select(c => new { id = c.Id, secret = Client.Secret, redirectUri = Client.RedirectUri, algorithm = c.Algorithm }));
        string[] store = durable ? [Path.Combine(MakeFolder(), "peer.db")] : [];
        var process = new BenchProcess(Core, ["node", "peer.mjs", $"{port}", clients, .. store], program, new Dictionary<string, string> { ["NODE_ENV"] = "production" });
        await process.AnswersAsync(new Uri(address, ".well-known/openid-configuration"));
        return new OidcSubject(durable ? "peer on SQLite" : "peer in memory", process, address, () => Sessions.OfPeerAsync(address));
    }

    public async ValueTask DisposeAsync()
    {
        await PostgresCluster.StopSharedAsync();
        folder.Dispose();
    }

    private string Dll => arguments.Server ?? Repository.ServerDll;

    private Dictionary<string, string> Environment(DatabaseOptions database, Uri address)
    {
        // As a deployer has it: the documented settings file in the working folder.
        System.IO.File.Copy(Path.Combine(Repository.Root, "appsettings.json"), folder.File("appsettings.json"), overwrite: true);
        var environment = new Dictionary<string, string>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development", ["DOTNET_ENVIRONMENT"] = "Development",
            ["ASPNETCORE_URLS"] = address.OriginalString, ["IdP__Issuer"] = address.OriginalString,
            ["IdP__Database__Provider"] = database.Provider.ToString(), ["IdP__Database__ConnectionString"] = database.ConnectionString,
        };
        foreach (var (name, value) in arguments.Settings) environment[name] = value;
        return environment;
    }

    private string MakeFolder() => Directory.CreateDirectory(folder.File($"program{serial++}")).FullName;

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
