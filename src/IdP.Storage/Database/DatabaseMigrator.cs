using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace IdP.Storage.Database;

/// <summary>Brings the database up to the program's model at start, safely when several nodes start at once.</summary>
public static class DatabaseMigrator
{
    // Any number that nothing else in this database uses: "IdP" and "migr" in hexadecimal digits.
    private const long AdvisoryLock = 0x1D0_3167;

    /// <summary>Migrates under a lock and runs <paramref name="afterwards"/> (first keys, seed) under the same lock.</summary>
    public static async Task MigrateAsync(IdPDatabase database, Func<Task> afterwards, CancellationToken ct = default)
    {
        if (database.DataSource is { } source)
        {
            // A session lock: gone with the connection, whatever happens to this process.
            await using var holder = await source.OpenConnectionAsync(ct);
            await using var command = holder.CreateCommand();
            command.CommandText = $"SELECT pg_advisory_lock({AdvisoryLock})";
            // Another node may be at a long migration; the caller's token says how long this one waits.
            command.CommandTimeout = 0;
            await command.ExecuteNonQueryAsync(ct);
            try
            {
                await MigrateUnderLockAsync(database, ct);
                await afterwards();
            }
            finally
            {
                // Even after a failure: the connection goes back to the pool, and the lock would stay with it.
                command.CommandText = $"SELECT pg_advisory_unlock({AdvisoryLock})";
                await command.ExecuteNonQueryAsync(CancellationToken.None);
            }

            return;
        }

        await using var file = await LockFileAsync(database.SqliteFile + ".lock", ct);
        await MigrateUnderLockAsync(database, ct);
        await afterwards();
    }

    private static async Task MigrateUnderLockAsync(IdPDatabase database, CancellationToken ct)
    {
        // Looked up by hand first: building EF Core's model would double the time to the first answer.
        if (await IsUpToDateAsync(database)) return;
        if (database.Provider == DatabaseProvider.Sqlite && await MadeFromScriptAsync(database)) return;

        await using var db = database.CreateContext();
        if (database.Provider == DatabaseProvider.Sqlite && File.Exists(database.SqliteFile))
        {
            // EF Core's own lock is a row; one left by a killed process would make every later start wait for ever.
            // We hold the file lock, so nobody else is migrating.
            await db.Database.OpenConnectionAsync(ct);
            await using var command = db.Database.GetDbConnection().CreateCommand();
            command.CommandText = "DROP TABLE IF EXISTS \"__EFMigrationsLock\"";
            await command.ExecuteNonQueryAsync(ct);
        }

        if ((await db.Database.GetPendingMigrationsAsync(ct)).Any()) await db.Database.MigrateAsync(ct);
    }

    /// <summary>Whether every migration of the program was applied.</summary>
    public static async Task<bool> IsUpToDateAsync(IdPDatabase database)
    {
        var context = database.Provider == DatabaseProvider.Sqlite ? typeof(SqliteDbContext) : typeof(PostgresDbContext);
        var known = typeof(DatabaseMigrator).Assembly.GetTypes()
            .Where(t => t.GetCustomAttribute<DbContextAttribute>()?.ContextType == context)
            .Select(t => t.GetCustomAttribute<MigrationAttribute>()?.Id).OfType<string>();
        var exists = database.Provider == DatabaseProvider.Sqlite
            ? "SELECT COUNT(*) FROM sqlite_master WHERE name = '__EFMigrationsHistory'"
            : "SELECT COUNT(*) FROM information_schema.tables WHERE table_name = '__EFMigrationsHistory' AND table_schema = current_schema()";
        return await database.ReadAsync(async s =>
        {
            if (await s.FirstAsync(exists, r => r.GetInt64(0)) == 0) return false;
            var applied = await s.AllAsync("SELECT \"MigrationId\" FROM \"__EFMigrationsHistory\"", r => r.GetString(0));
            return !known.Except(applied).Any();
        });
    }

    /// <summary>
    /// Makes an empty SQLite file from the script that the migrations amount to: a first start waits a tenth of the
    /// time. A test holds the script against the migrations.
    /// </summary>
    private static async Task<bool> MadeFromScriptAsync(IdPDatabase database)
    {
        if (await database.ReadAsync(s => s.FirstAsync("SELECT COUNT(*) FROM sqlite_master", r => r.GetInt64(0))) > 0) return false;

        using var script = new StreamReader(typeof(DatabaseMigrator).Assembly.GetManifestResourceStream("IdP.Storage.Migrations.Sqlite.Schema.sql")!);
        var sql = await script.ReadToEndAsync();
        await using var connection = SqliteConnections.Create($"Data Source={database.SqliteFile};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA journal_mode=WAL; BEGIN IMMEDIATE;" + sql + "COMMIT;";
        await command.ExecuteNonQueryAsync();
        return true;
    }

    private static async Task<FileStream> LockFileAsync(string path, CancellationToken ct)
    {
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(path))
            {
                await Task.Delay(50, ct);
            }
        }
    }
}
