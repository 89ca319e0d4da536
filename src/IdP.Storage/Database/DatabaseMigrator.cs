using Microsoft.EntityFrameworkCore;

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
            await command.ExecuteNonQueryAsync(ct);
            await MigrateUnderLockAsync(database, ct);
            await afterwards();
            command.CommandText = $"SELECT pg_advisory_unlock({AdvisoryLock})";
            await command.ExecuteNonQueryAsync(CancellationToken.None);
            return;
        }

        await using var file = await LockFileAsync(database.SqliteFile + ".lock", ct);
        await MigrateUnderLockAsync(database, ct);
        await afterwards();
    }

    private static async Task MigrateUnderLockAsync(IdPDatabase database, CancellationToken ct)
    {
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
