using IdP.Storage.Database;

namespace IdP.Server.Admin.Diagnosis;

/// <summary>Whether the database can be reached, has the program's form and keeps what it acknowledged.</summary>
internal static class DatabaseChecks
{
    public static async Task<IEnumerable<Check>> LookAsync(IdPDatabase database)
    {
        // Opening would make it.
        if (database.SqliteFile is { } file && !File.Exists(file))
            return [Check.Problem("database", $"{file} does not exist yet.", "Start the server once: it makes the database. Else see IdP:Database:ConnectionString.")];
        await database.ReadAsync(s => s.FirstAsync("SELECT 1", r => r.GetInt32(0)));
        List<Check> found = [Check.Ok("database", $"The {database.Provider} database answers.")];
        if (!await DatabaseMigrator.IsUpToDateAsync(database))
        {
            found.Add(Check.Problem("migrations", "The database has not the form that this program needs.", "Back it up and start the server, which brings it up to date; every other verb of this program does, too."));
            return found;
        }

        found.Add(Check.Ok("migrations", "The database has the form that this program needs."));
        if (database.Provider == DatabaseProvider.Sqlite) found.AddRange(await SqliteAsync(database));
        return found;
    }

    private static async Task<IEnumerable<Check>> SqliteAsync(IdPDatabase database)
    {
        var (mode, whole) = await database.ReadAsync(async s => (
            await s.FirstAsync("PRAGMA journal_mode", r => r.GetString(0)), await s.FirstAsync("PRAGMA quick_check(1)", r => r.GetString(0))));
        return
        [
            mode == "wal" ? Check.Ok("journal", "SQLite writes ahead (WAL).")
                : Check.Warning("journal", $"SQLite's journal mode is {mode}: readers wait for writers.", "Let the server run alone on the file once: sqlite3 FILE 'PRAGMA journal_mode=WAL'"),
            whole == "ok" ? Check.Ok("file", "The database file is sound.") : Check.Problem("file", $"The database file is damaged: {whole}", "Restore the last backup."),
        ];
    }
}
