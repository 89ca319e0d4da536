using IdP.Storage.Database;
using Microsoft.Data.Sqlite;

namespace IdP.Testing;

public enum TestDatabaseKind
{
    Sqlite,
    Postgres,
}

/// <summary>A database for one test or fixture: a temporary file, or a database of the shared cluster.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private readonly TempFolder? folder;
    private readonly PostgresCluster? cluster;

    private TestDatabase(TempFolder folder)
    {
        (Kind, this.folder) = (TestDatabaseKind.Sqlite, folder);
        ConnectionString = $"Data Source={SqliteFile(folder)}";
    }

    private TestDatabase(PostgresCluster cluster, string connectionString) =>
        (Kind, this.cluster, ConnectionString) = (TestDatabaseKind.Postgres, cluster, connectionString);

    /// <summary>For [TestFixtureSource] and [TestCaseSource]; a test of a missing database is ignored with the reason.</summary>
    public static IEnumerable<TestDatabaseKind> All => Enum.GetValues<TestDatabaseKind>();

    public TestDatabaseKind Kind { get; }

    public string ConnectionString { get; }

    /// <summary>Value of <c>IdP:Database:Provider</c>.</summary>
    public string Provider => Options.Provider.ToString();

    public DatabaseOptions Options => new()
    {
        Provider = Kind == TestDatabaseKind.Sqlite ? DatabaseProvider.Sqlite : DatabaseProvider.PostgreSql,
        ConnectionString = ConnectionString,
    };

    /// <summary>A database without any table, as a deployer gives it to the program.</summary>
    public static async Task<TestDatabase> CreateAsync(TestDatabaseKind kind)
    {
        if (kind == TestDatabaseKind.Sqlite) return new TestDatabase(new TempFolder());
        var shared = await PostgresCluster.SharedAsync();
        return new TestDatabase(shared, await shared.CreateDatabaseAsync());
    }

    /// <summary>A database with the product's tables, copied from a template and so made in milliseconds.</summary>
    public static async Task<TestDatabase> MigratedAsync(TestDatabaseKind kind)
    {
        if (kind == TestDatabaseKind.Sqlite)
        {
            var made = new TempFolder();
            File.Copy(await MigratedTemplate.SqliteAsync(), SqliteFile(made));
            return new TestDatabase(made);
        }

        var shared = await PostgresCluster.SharedAsync();
        return new TestDatabase(shared, await shared.CreateDatabaseAsync(await MigratedTemplate.PostgresAsync(shared)));
    }

    /// <summary>The product's door to it. Dispose that first.</summary>
    public IdPDatabase Open() => new(Options);

    public async ValueTask DisposeAsync()
    {
        if (cluster is not null) await cluster.DropDatabaseAsync(ConnectionString);
        if (folder is null) return;
        using (var connection = new SqliteConnection(ConnectionString)) SqliteConnection.ClearPool(connection);
        folder.Dispose();
    }

    private static string SqliteFile(TempFolder folder) => folder.File("idp.db");
}
