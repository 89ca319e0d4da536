using System.Diagnostics;
using Npgsql;

namespace IdP.Testing;

/// <summary>
/// A PostgreSQL server of this test process: own temporary folder, own port on 127.0.0.1, run by an unprivileged account.
/// It ends with the process, however that ends, because it hangs on a pipe that the process holds open.
/// </summary>
public sealed class PostgresCluster : IAsyncDisposable
{
    private static readonly Lazy<Task<PostgresCluster>> Lazily = new(() => StartAsync());

    // Fast options lose data when the machine (not the process under test) fails; the durable switch leaves the defaults.
    private static readonly string[] Fast =
        ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"];

    private readonly Process holder;
    private readonly NpgsqlDataSource server;
    private readonly Dictionary<string, Task<string>> templates = [];
    private readonly Lock gate = new();
    private int count;

    private PostgresCluster(Process holder, int port, string folder)
    {
        (this.holder, Port, Folder) = (holder, port, folder);
        server = NpgsqlDataSource.Create($"Host=127.0.0.1;Port={port};Username=postgres;Database=postgres;Timeout=60;Pooling=false");
    }

    /// <summary>Why no cluster can run here; null when one can.</summary>
    public static string? Unavailable { get; } = PostgresPrograms.Unavailable;

    public int Port { get; }

    /// <summary>Holds the data; deleted when the server ends.</summary>
    public string Folder { get; }

    /// <summary>The one cluster of this test process, started by whoever asks first.</summary>
    public static Task<PostgresCluster> SharedAsync()
    {
        Requires.Postgres();
        return Lazily.Value;
    }

    /// <summary>For the teardown of a test assembly; does nothing when no test asked for the cluster.</summary>
    public static async Task StopSharedAsync()
    {
        if (Lazily.IsValueCreated) await (await Lazily.Value).DisposeAsync();
    }

    /// <param name="durable">True keeps fsync on, for tests about what survives.</param>
    public static async Task<PostgresCluster> StartAsync(bool durable = false)
    {
        for (var attempt = 1; ; attempt++)
        {
            var port = FreePort.Find();
            var folder = Path.Combine(Path.GetTempPath(), $"idp-postgres-{Guid.NewGuid():N}");
            var started = PostgresPrograms.Start(port, folder, durable ? [] : Fast);
            var said = started.StandardError.ReadToEndAsync();
            var cluster = new PostgresCluster(started, port, folder);
            if (await cluster.IsReadyAsync()) return cluster;

            await cluster.DisposeAsync();
            // Somebody else may have taken the port since it was found free.
            if (attempt == 3) throw new InvalidOperationException($"PostgreSQL did not start: {await said}");
        }
    }

    /// <summary>Creates a database of its own and returns the connection string.</summary>
    /// <param name="template">Name of a template (see <see cref="TemplateAsync"/>); null for an empty database.</param>
    public async Task<string> CreateDatabaseAsync(string? template = null)
    {
        var name = $"test_{Interlocked.Increment(ref count)}";
        await ExecuteAsync($"CREATE DATABASE {name} TEMPLATE {template ?? "template0"}");
        return ConnectionString(name);
    }

    /// <summary>Makes a template once per process; everybody who names it gets a copy of what was filled in.</summary>
    /// <param name="name">A lower-case SQL name.</param>
    /// <param name="fill">Gets a connection string; the connections it opened are closed afterwards.</param>
    public Task<string> TemplateAsync(string name, Func<string, Task> fill)
    {
        lock (gate)
        {
            if (!templates.TryGetValue(name, out var template)) templates[name] = template = CreateAsync();
            return template;
        }

        async Task<string> CreateAsync()
        {
            await ExecuteAsync($"CREATE DATABASE {name} TEMPLATE template0");
            // A template may have no connections while it is copied, so none stay in a pool.
            await fill(ConnectionString(name) + ";Pooling=false");
            return name;
        }
    }

    /// <summary>Drops a database, open connections or not.</summary>
    public async Task DropDatabaseAsync(string connectionString)
    {
        using (var connection = new NpgsqlConnection(connectionString)) NpgsqlConnection.ClearPool(connection);
        var name = new NpgsqlConnectionStringBuilder(connectionString).Database;
        await ExecuteAsync($"DROP DATABASE IF EXISTS {name} WITH (FORCE)");
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        holder.StandardInput.Close();
        await holder.WaitForExitAsync();
        holder.Dispose();
    }

    private string ConnectionString(string database) =>
        $"Host=127.0.0.1;Port={Port};Username=postgres;Database={database}";

    private async Task ExecuteAsync(string sql)
    {
        await using var command = server.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private async Task<bool> IsReadyAsync()
    {
        try
        {
            await Eventually.TrueAsync(TryAsync, () => "PostgreSQL answers");
            return !holder.HasExited;
        }
        catch (TimeoutException)
        {
            return false;
        }

        async Task<bool> TryAsync()
        {
            if (holder.HasExited) return true;
            try
            {
                // Another run may have got the port first, and its server would answer as well.
                await using var command = server.CreateCommand("SHOW data_directory");
                return await command.ExecuteScalarAsync() is string data && data.StartsWith(Folder, StringComparison.Ordinal);
            }
            catch (NpgsqlException)
            {
                return false;
            }
        }
    }
}
