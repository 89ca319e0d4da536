using System.Collections.Concurrent;
using System.Collections.Frozen;
using IdP.Storage.Clients;
using IdP.Storage.Database;
using IdP.Storage.Keys;
using IdP.Storage.Users;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace IdP.Storage.Changes;

/// <summary>What changes seldom and is read at every request: clients, policies, settings, keys, groups.</summary>
/// <param name="Version">The number of the change it was read at.</param>
/// <param name="Clients">By client id, disabled ones too.</param>
/// <param name="Secrets">Of each client, expired ones too.</param>
/// <param name="Policies">By kind and resource id.</param>
/// <param name="Settings">Name to JSON value, only what differs from the default.</param>
/// <param name="SigningKeys">All that are not removed yet.</param>
/// <param name="Apis">Registered APIs by audience.</param>
/// <param name="Groups">Registered groups by name; a person may be in others, too.</param>
public sealed record CatalogSnapshot(
    long Version,
    FrozenDictionary<string, Client> Clients,
    ILookup<string, ClientSecret> Secrets,
    FrozenDictionary<(string Kind, string ResourceId), ResourcePolicyRow> Policies,
    FrozenDictionary<string, string> Settings,
    IReadOnlyList<SigningKey> SigningKeys,
    FrozenDictionary<string, ApiResource> Apis,
    FrozenDictionary<string, Group> Groups)
{
    private readonly ConcurrentDictionary<Type, object> derived = new();

    /// <summary>What somebody computes from the snapshot once (imported keys, bound settings); it ages with it.</summary>
    public T Derived<T>(Func<CatalogSnapshot, T> compute)
        where T : notnull =>
        (T)derived.GetOrAdd(typeof(T), static (_, state) => state.compute(state.snapshot), (compute, snapshot: this));
}

/// <summary>Keeps the snapshot, and knows on every node when somebody changed something.</summary>
/// <remarks>
/// SQLite: the version number is read at each use, a few microseconds, so that a change by the command line counts at
/// once. PostgreSQL: the number is read when a notification came, or at each use while the listener is not connected.
/// </remarks>
public sealed class Catalog(IdPDatabase database) : IAsyncDisposable
{
    private const string Channel = "idp_changes";
    private const string Rise = "UPDATE change_versions SET version = version + 1 WHERE topic = 'catalog'";

    // Delivered when the transaction commits.
    private const string Tell = "NOTIFY " + Channel;

    private readonly SemaphoreSlim loading = new(1, 1);
    private readonly CancellationTokenSource stopping = new();
    private volatile CatalogSnapshot? snapshot;
    private volatile bool listening;
    private long signals = 1;
    private long seen;
    private Task? listener;

    /// <summary>The present snapshot.</summary>
    public ValueTask<CatalogSnapshot> GetAsync()
    {
        if (snapshot is { } known && listening && Volatile.Read(ref seen) == Volatile.Read(ref signals)) return ValueTask.FromResult(known);
        return RefreshAsync();
    }

    /// <summary>As the other, with plain statements.</summary>
    public async Task<T> ChangeAsync<T>(Func<Statements, ValueTask<T>> work)
    {
        var result = await database.WriteAsync(async s =>
        {
            var done = await work(s);
            await s.ExecuteAsync(Rise);
            if (database.Provider == DatabaseProvider.PostgreSql) await s.ExecuteAsync(Tell);
            return done;
        });
        Interlocked.Increment(ref signals);
        return result;
    }

    /// <summary>Changes what is in the catalog: saved with the risen version number, and told to every node.</summary>
    public async Task<T> ChangeAsync<T>(Func<IdPDbContext, Task<T>> work, CancellationToken ct = default)
    {
        var result = await database.SaveAsync(async db =>
        {
            // First, so that its row is the lock: two changes of the same thing follow one another on PostgreSQL too, and
            // the second sees what the first did.
            await db.Database.ExecuteSqlRawAsync(Rise, ct);
            var done = await work(db);
            if (database.Provider == DatabaseProvider.PostgreSql) await db.Database.ExecuteSqlRawAsync(Tell, ct);
            return done;
        }, ct);
        Interlocked.Increment(ref signals);
        return result;
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        if (listener is not null) await listener;
        stopping.Dispose();
        loading.Dispose();
    }

    private async ValueTask<CatalogSnapshot> RefreshAsync()
    {
        // Remembered before reading: a signal that arrives meanwhile is not taken for seen.
        var signal = Volatile.Read(ref signals);
        var version = await VersionAsync();
        if (snapshot is not { } known || known.Version < version) known = await ReloadAsync(version);
        Volatile.Write(ref seen, signal);
        return known;
    }

    private async Task<CatalogSnapshot> ReloadAsync(long version)
    {
        await loading.WaitAsync();
        try
        {
            if (snapshot is { } loaded && loaded.Version >= version) return loaded;
            if (database.DataSource is { } source && listener is null) listener = Task.Run(() => ListenAsync(source));
            return snapshot = await LoadAsync(version);
        }
        finally
        {
            loading.Release();
        }
    }

    private ValueTask<long> VersionAsync() =>
        database.ReadAsync(s => s.FirstAsync("SELECT version FROM change_versions WHERE topic = 'catalog'", r => r.GetInt64(0)));

    // The version was read before the rows: rows that are newer than it are only read once more.
    private ValueTask<CatalogSnapshot> LoadAsync(long version) => database.ReadAsync(async s =>
    {
        // All tables as of one moment: a client must not be seen with the policy of before or after.
        await s.ExecuteAsync(database.Provider == DatabaseProvider.Sqlite ? "BEGIN" : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
        try
        {
            return await CatalogRows.ReadAsync(s, version);
        }
        finally
        {
            await s.ExecuteAsync("ROLLBACK");
        }
    });

    private async Task ListenAsync(NpgsqlDataSource source)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await using var connection = await source.OpenConnectionAsync(stopping.Token);
                connection.Notification += (_, _) => Interlocked.Increment(ref signals);
                await using (var command = connection.CreateCommand())
                {
                    command.CommandText = "LISTEN " + Channel;
                    await command.ExecuteNonQueryAsync(stopping.Token);
                }

                // What changed before the listener stood is not notified any more: look once.
                Interlocked.Increment(ref signals);
                listening = true;
                while (true) await connection.WaitAsync(stopping.Token);
            }
            catch (OperationCanceledException)
            {
                // Stopping: the loop's condition ends it.
            }
            catch (Exception broken) when (broken is NpgsqlException or IOException or InvalidOperationException)
            {
                listening = false;
                await Task.Delay(TimeSpan.FromSeconds(1), stopping.Token).ContinueWith(_ => { }, TaskScheduler.Default);
            }
        }

        listening = false;
    }
}
