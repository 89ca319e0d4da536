namespace IdP.Testing;

/// <summary>
/// A server with an address, a database and a temporary working folder, and the command line with the same configuration.
/// Stopping and starting again keeps all of them.
/// </summary>
public abstract class TestedServer : IAsyncDisposable
{
    private readonly TempFolder folder = new();

    /// <param name="database">Owned by the caller, so that two servers can share it.</param>
    protected TestedServer(TestDatabase database)
    {
        Issuer = new Uri($"http://localhost:{FreePort.Find()}");
        Environment = new()
        {
            ["ASPNETCORE_URLS"] = Issuer.OriginalString,
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["DOTNET_ENVIRONMENT"] = "Development",
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

    /// <summary>What it has said so far, in the order it arrived.</summary>
    public abstract string Output { get; }

    /// <summary>Starts, or starts again after it was stopped.</summary>
    /// <returns>How long it took until it answered.</returns>
    public abstract Task<TimeSpan> StartAsync();

    /// <summary>Runs a verb of the command line, such as <c>users unlock anna</c>, with the server's configuration.</summary>
    public Task<ProgramResult> CommandAsync(params string[] arguments) => CommandReadingAsync("", arguments);

    /// <summary>The same, with something to read on standard input.</summary>
    public abstract Task<ProgramResult> CommandReadingAsync(string input, params string[] arguments);

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        folder.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Ends what runs; nothing may run.</summary>
    protected abstract Task EndAsync();

    /// <summary>Starts a new server with a seed document and waits until it answers.</summary>
    protected static async Task<T> StartAsync<T>(T server, string? seed, IReadOnlyDictionary<string, string>? settings)
        where T : TestedServer
    {
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
}
