using System.Collections.Concurrent;
using System.Diagnostics;
using IdP.Server;
using IdP.Server.Cli;
using IdP.Storage;
using IdP.Storage.Changes;
using IdP.Storage.Database;
using IdP.Verification.SignIn;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace IdP.Testing;

/// <summary>
/// The server on a port of its own, and the command line, both in the process of the tests: what one test has made the
/// runtime compile serves the next one. Passwords are hashed cheaply. What belongs to a process (exit, signals, standard
/// streams, environment variables) is for <see cref="ServerProcess"/>.
/// </summary>
public sealed class ServerInProcess : TestedServer
{
    private readonly ConcurrentQueue<string> output = new();
    private readonly bool isSqlite;
    private WebApplication? app;

    /// <param name="database">Owned by the caller, so that two servers can share it.</param>
    public ServerInProcess(TestDatabase database)
        : base(database)
    {
        isSqlite = database.Kind == TestDatabaseKind.Sqlite;
        // The folder in which this process works is not the server's.
        Environment["IdP__Keys__Folder"] = Path.Combine(Folder, "certs");
    }

    /// <inheritdoc/>
    public override string Output => string.Join('\n', output);

    // As arguments the same names win over everything that the process of the tests has.
    private string[] SettingsOf(int timeout) =>
    [
        $"--contentRoot={Folder}", $"--environment={Environment["ASPNETCORE_ENVIRONMENT"]}", $"--urls={Environment["ASPNETCORE_URLS"]}",
        .. Environment.Where(setting => setting.Key.StartsWith("IdP__", StringComparison.Ordinal)).Select(setting => $"--{setting.Key.Replace("__", ":", StringComparison.Ordinal)}={setting.Value}"),
        // A pool of connections belongs to a text. Whoever closes the database clears the pool, and must not take the connections of
        // another who uses the same file in this process.
        .. isSqlite ? (string[])[$"--IdP:Database:ConnectionString={Environment["IdP__Database__ConnectionString"]};Default Timeout={timeout}"] : [],
    ];

    /// <summary>Starts a new server on the database with a seed document and waits until it answers.</summary>
    /// <param name="database">Stays the caller's.</param>
    /// <param name="seed">A document as <c>idp apply</c> reads it; null for none.</param>
    /// <param name="settings">More environment variables, such as <c>IdP__Mail__Folder</c>.</param>
    public static Task<ServerInProcess> StartAsync(TestDatabase database, string? seed = null, IReadOnlyDictionary<string, string>? settings = null) =>
        StartAsync(new ServerInProcess(database), seed, settings);

    /// <inheritdoc/>
    public override async Task<TimeSpan> StartAsync()
    {
        if (app is not null) throw new InvalidOperationException("The server runs already.");
        var watch = Stopwatch.StartNew();
        app = await IdPServer.BuildAsync(SettingsOf(timeout: 31), builder =>
        {
            builder.Logging.ClearProviders().AddProvider(new Said(output));
            // After everything the program adds.
            builder.Host.ConfigureContainer<IServiceCollection>(services =>
                services.AddSingleton(provider => new PasswordHasher(provider.GetRequiredService<RandomSource>(), iterations: 1)));
        });
        await app.StartAsync();
        await IdPServer.ReadyAsync(app);
        return watch.Elapsed;
    }

    /// <inheritdoc/>
    public override async Task<ProgramResult> CommandReadingAsync(string input, params string[] arguments)
    {
        await using StringWriter said = new(), complained = new();
        using var reader = new StringReader(input);
        var code = await IdPCommandLine.RunAsync(
            arguments, (_, _) => throw new NotSupportedException("The tests start the server."), new CommandOutput(said, complained, isTerminal: false), reader, canAsk: false, Environment.GetValueOrDefault, SettingsOf(timeout: 32));
        if (app is not null) await KnowsAsync(app.Services);
        return new ProgramResult(code, said.ToString(), complained.ToString());
    }

    protected override async Task EndAsync()
    {
        if (app is null) return;
        await app.StopAsync();
        await app.DisposeAsync();
        app = null;
    }

    // On PostgreSQL the server is told by a notification, which comes a moment after the commit.
    private static async Task KnowsAsync(IServiceProvider services)
    {
        var version = await services.GetRequiredService<IdPDatabase>().ReadAsync(s => s.FirstAsync("SELECT version FROM change_versions WHERE topic = 'catalog'", row => row.GetInt64(0)));
        var catalog = services.GetRequiredService<Catalog>();
        await Eventually.TrueAsync(async () => (await catalog.GetAsync()).Version >= version, () => "the server knows of the change");
    }

    private sealed class Said(ConcurrentQueue<string> output) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            output.Enqueue($"{logLevel}: {formatter(state, exception)}{(exception is null ? "" : "\n" + exception)}");

        public void Dispose()
        {
            // Nothing is held.
        }
    }
}
