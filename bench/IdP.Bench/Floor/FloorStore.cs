using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Data.Sqlite;

namespace IdP.Bench.Floor;

/// <summary>SQLite by prepared statements, with one writer that shares its commits.</summary>
internal sealed class FloorStore : IAsyncDisposable
{
    private const string Schema = """
        CREATE TABLE people (id TEXT PRIMARY KEY, name TEXT NOT NULL, email TEXT, generation INTEGER NOT NULL);
        CREATE TABLE sessions (id TEXT PRIMARY KEY, hash TEXT NOT NULL UNIQUE, person TEXT NOT NULL REFERENCES people (id), expires INTEGER NOT NULL);
        CREATE TABLE authorizations (id TEXT PRIMARY KEY, person TEXT NOT NULL, client TEXT NOT NULL, session TEXT, scope TEXT NOT NULL, at INTEGER NOT NULL);
        CREATE TABLE codes (hash TEXT PRIMARY KEY, authorization TEXT NOT NULL, uri TEXT NOT NULL, challenge TEXT, nonce TEXT, expires INTEGER NOT NULL, used INTEGER);
        CREATE TABLE refresh_tokens (hash TEXT PRIMARY KEY, authorization TEXT NOT NULL, expires INTEGER NOT NULL, used INTEGER);
        INSERT INTO people VALUES ('p', 'Name of a person', 'person@example.com', 0);
        INSERT INTO sessions VALUES ('s', 'h', 'p', 9999999999999);
        INSERT INTO authorizations VALUES ('a', 'p', 'client', 's', 'openid profile email offline_access', 0);
        INSERT INTO refresh_tokens VALUES ('r', 'a', 9999999999999, NULL);
        """;

    private const string Joined = "JOIN authorizations a ON a.id = t.authorization JOIN people p ON p.id = a.person LEFT JOIN sessions s ON s.id = a.session";

    private readonly string connectionString;
    private readonly ConcurrentBag<FloorConnection> readers = [];
    private readonly Channel<(Action<FloorConnection> Work, TaskCompletionSource Done)> line =
        Channel.CreateUnbounded<(Action<FloorConnection>, TaskCompletionSource)>(new() { SingleReader = true });
    private readonly Task writing;
    private int prepared;

    public FloorStore(string path)
    {
        connectionString = $"Data Source={path};Pooling=False";
        using (var connection = new FloorConnection(connectionString)) connection.Script("PRAGMA journal_mode=WAL;" + Schema);
        writing = Task.Run(WriteAsync);
    }

    /// <summary>What stands behind an access token that says by itself who it is from.</summary>
    public void ReadGrant() => Read(
        "SELECT a.scope, a.at, s.expires, p.id, p.name, p.email, p.generation FROM authorizations a JOIN people p ON p.id = a.person LEFT JOIN sessions s ON s.id = a.session WHERE a.id = $0", "a");

    /// <summary>The row of a reference token and what stands behind it.</summary>
    public void ReadReference() => Read($"SELECT t.expires, t.used, a.scope, s.expires, p.id, p.name, p.email, p.generation FROM refresh_tokens t {Joined} WHERE t.hash = $0", "r");

    public void ReadSession() =>
        Read("SELECT s.id, s.expires, p.id, p.name, p.email, p.generation FROM sessions s JOIN people p ON p.id = s.person WHERE s.hash = $0", "h");

    public void ReadCode(int number) =>
        Read($"SELECT t.uri, t.challenge, t.nonce, t.expires, a.scope, s.expires, p.name, p.email, p.generation FROM codes t {Joined} WHERE t.hash = $0", Hash(number));

    public void ReadRefreshToken(int number) =>
        Read($"SELECT t.expires, a.scope, s.expires, p.name, p.email, p.generation FROM refresh_tokens t {Joined} WHERE t.hash = $0", Hash(number));

    public Task AuthorizeAsync() => RunAsync(c =>
    {
        var id = Guid.NewGuid().ToString("N");
        c.Execute("INSERT INTO authorizations VALUES ($0, 'p', 'client', 's', 'openid profile email offline_access', $1)", id, 1L);
        InsertCode(c, "new-code-padded-to-43-" + id, id);
    });

    public Task RedeemAsync(int number) => RunAsync(c =>
    {
        c.Execute("UPDATE codes SET used = $0 WHERE hash = $1 AND used IS NULL", 1L, Hash(number));
        InsertRefreshToken(c, "new-token-padded-to-43" + Guid.NewGuid().ToString("N"));
    });

    public Task RefreshAsync(int number) => RunAsync(c =>
    {
        c.Execute("UPDATE refresh_tokens SET used = $0 WHERE hash = $1 AND used IS NULL", 1L, Hash(number));
        InsertRefreshToken(c, "new-token-padded-to-43" + Guid.NewGuid().ToString("N"));
    });

    /// <summary>Lays down codes and refresh tokens to be taken.</summary>
    /// <returns>The number of the first one.</returns>
    public async Task<int> PrepareAsync(int count)
    {
        var first = Interlocked.Add(ref prepared, count) - count;
        await RunAsync(c =>
        {
            for (var number = first; number < first + count; number++)
            {
                InsertCode(c, Hash(number), "a");
                InsertRefreshToken(c, Hash(number));
            }
        });
        return first;
    }

    public async ValueTask DisposeAsync()
    {
        line.Writer.Complete();
        await writing;
        while (readers.TryTake(out var reader)) reader.Dispose();
    }

    private static string Hash(int number) => $"prepared-and-as-long-as-a-sha-256-{number:d9}";

    private static void InsertCode(FloorConnection c, string hash, string authorization) => c.Execute(
        "INSERT INTO codes VALUES ($0, $1, 'https://app.example.com/callback', 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', 'nonce', 9999999999999, NULL)", hash, authorization);

    private static void InsertRefreshToken(FloorConnection c, string hash) => c.Execute("INSERT INTO refresh_tokens VALUES ($0, 'a', 9999999999999, NULL)", hash);

    private void Read(string sql, string key)
    {
        if (!readers.TryTake(out var reader)) reader = new FloorConnection(connectionString);
        reader.Read(sql, key);
        readers.Add(reader);
    }

    private Task RunAsync(Action<FloorConnection> work)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        line.Writer.TryWrite((work, done));
        return done.Task;
    }

    private async Task WriteAsync()
    {
        using var connection = new FloorConnection(connectionString);
        var waiting = new List<TaskCompletionSource>();
        while (await line.Reader.WaitToReadAsync())
        {
            connection.Execute("BEGIN IMMEDIATE");
            while (waiting.Count < 64 && line.Reader.TryRead(out var piece))
            {
                piece.Work(connection);
                waiting.Add(piece.Done);
            }

            connection.Execute("COMMIT");
            foreach (var done in waiting) done.SetResult();
            waiting.Clear();
        }
    }
}
