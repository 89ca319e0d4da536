using System.Collections.Concurrent;
using IdP.Storage.Audit;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Npgsql;

namespace IdP.Storage.Database;

/// <summary>The door to the database: short prepared statements for the hot path, EF Core for everything else.</summary>
public sealed class IdPDatabase : IAsyncDisposable
{
    private readonly ConcurrentBag<Statements> readers = [];
    private readonly PooledDbContextFactory<SqliteDbContext>? sqlite;
    private readonly PooledDbContextFactory<PostgresDbContext>? postgres;
    private readonly NpgsqlDataSource? dataSource;
    private readonly WriteQueue? queue;
    private readonly string connectionString;
    private readonly AuditSeals? seals;

    /// <param name="options">Where it is.</param>
    /// <param name="seals">Seals what is audited; without them a row is written that <c>idp audit verify</c> takes for a forged one.</param>
    public IdPDatabase(DatabaseOptions options, AuditSeals? seals = null)
    {
        this.seals = seals;
        Provider = options.Provider;
        if (options.Provider == DatabaseProvider.Sqlite)
        {
            connectionString = SqliteConnections.Prepare(options.ConnectionString);
            sqlite = new(new DbContextOptionsBuilder<SqliteDbContext>()
                .UseSqlite(connectionString)
                .AddInterceptors(SqliteConnections.Pragmas)
                .Options);
            // Not pooled: a connection that broke inside a transaction is closed, not handed on.
            queue = new WriteQueue(() => SqliteConnections.Create(connectionString + ";Pooling=False"), seals);
        }
        else
        {
            // Statements are told apart by their text: after a few uses the server keeps them prepared.
            var builder = new NpgsqlConnectionStringBuilder(options.ConnectionString) { MaxAutoPrepare = 64, AutoPrepareMinUsages = 2 };
            // A connection that died in silence is noticed: the catalog's listener waits on one for hours.
            if (builder.KeepAlive == 0) builder.KeepAlive = 30;
            if (builder.ApplicationName is null) builder.ApplicationName = "idp";
            // Nothing here runs long enough to be worth compiling, and the planner would compile what it overestimates: half a
            // second for a list of fifty people.
            if (builder.Options is null) builder.Options = "-c jit=off";
            connectionString = builder.ConnectionString;
            dataSource = NpgsqlDataSource.Create(builder);
            postgres = new(new DbContextOptionsBuilder<PostgresDbContext>().UseNpgsql(dataSource).Options);
        }
    }

    public DatabaseProvider Provider { get; }

    internal NpgsqlDataSource? DataSource => dataSource;

    /// <summary>The SQLite file's path; null on PostgreSQL or in memory.</summary>
    public string? SqliteFile => Provider == DatabaseProvider.Sqlite ? SqliteConnections.FileOf(connectionString) : null;

    /// <summary>A context for queries. Changes are saved inside <see cref="SaveAsync{T}"/> only.</summary>
    public IdPDbContext CreateContext()
    {
        IdPDbContext db = Provider == DatabaseProvider.Sqlite ? sqlite!.CreateDbContext() : postgres!.CreateDbContext();
        db.Seals = seals;
        return db;
    }

    /// <summary>Runs read-only statements without a transaction.</summary>
    public async ValueTask<T> ReadAsync<T>(Func<Statements, ValueTask<T>> work)
    {
        if (dataSource is not null)
        {
            await using var pooled = new Statements(await dataSource.OpenConnectionAsync(), keepsCommands: false, seals);
            return await work(pooled);
        }

        if (!readers.TryTake(out var reader))
        {
            var connection = Connect();
            await connection.OpenAsync();
            reader = new Statements(connection, keepsCommands: true, seals);
        }

        try
        {
            return await work(reader);
        }
        finally
        {
            readers.Add(reader);
        }
    }

    /// <summary>
    /// Runs statements in one durable transaction. Keep it short and free of other waiting: on SQLite everybody who
    /// writes stands in one line.
    /// </summary>
    public async Task<T> WriteAsync<T>(Func<Statements, ValueTask<T>> work)
    {
        if (queue is not null) return await queue.RunAsync(work);

        await using var connection = await dataSource!.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var statements = new Statements(connection, keepsCommands: false, seals) { Transaction = transaction };
        var result = await work(statements);
        await transaction.CommitAsync();
        return result;
    }

    /// <summary>
    /// Runs changes through EF Core in one transaction, saved and committed at the end. An exception rolls all of it
    /// back.
    /// </summary>
    public async Task<T> SaveAsync<T>(Func<IdPDbContext, Task<T>> work, CancellationToken ct = default)
    {
        using var turn = queue is null ? null : await queue.TakeTurnAsync();
        if (turn is not null) WriteQueue.Enter();
        await using var db = CreateContext();
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var result = await work(db);
        await db.SaveChangesAsync(ct);
        // Once everything is saved, a caller who went away changes nothing any more.
        await transaction.CommitAsync(CancellationToken.None);
        return result;
    }

    /// <summary>As <see cref="SaveAsync{T}"/>, without a result.</summary>
    public Task SaveAsync(Func<IdPDbContext, Task> work, CancellationToken ct = default) =>
        SaveAsync(async db =>
        {
            await work(db);
            return true;
        }, ct);

    public async ValueTask DisposeAsync()
    {
        if (queue is not null) await queue.DisposeAsync();
        while (readers.TryTake(out var reader)) await reader.DisposeAsync();
        if (dataSource is not null) await dataSource.DisposeAsync();
        if (SqliteFile is not null)
        {
            using var connection = new SqliteConnection(connectionString);
            SqliteConnection.ClearPool(connection);
        }
    }

    private SqliteConnection Connect() => SqliteConnections.Create(connectionString);
}
