using IdP.Storage.Database;

namespace IdP.Testing;

/// <summary>The product's tables, made once per test process and copied for each test.</summary>
internal static class MigratedTemplate
{
    private static readonly Lazy<Task<string>> SqliteFile = new(async () =>
    {
        // Lives as long as the process: a temporary folder that the system cleans up after a crash.
        var folder = new TempFolder();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => folder.Dispose();
        var file = folder.File("template.db");
        await MigrateAsync(DatabaseProvider.Sqlite, $"Data Source={file}");
        return file;
    });

    /// <summary>Path of an SQLite file without open connections.</summary>
    public static Task<string> SqliteAsync() => SqliteFile.Value;

    /// <summary>Name of the template in the cluster.</summary>
    public static Task<string> PostgresAsync(PostgresCluster cluster) => cluster.TemplateAsync(
        "migrated", connectionString => MigrateAsync(DatabaseProvider.PostgreSql, connectionString));

    private static async Task MigrateAsync(DatabaseProvider provider, string connectionString)
    {
        await using var database = new IdPDatabase(new() { Provider = provider, ConnectionString = connectionString });
        await DatabaseMigrator.MigrateAsync(database, () => Task.CompletedTask);
    }
}
