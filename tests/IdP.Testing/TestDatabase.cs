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
        ConnectionString = $"Data Source={folder.File("idp.db")}";
    }

    private TestDatabase(PostgresCluster cluster, string connectionString) =>
        (Kind, this.cluster, ConnectionString) = (TestDatabaseKind.Postgres, cluster, connectionString);

    /// <summary>For [TestFixtureSource] and [TestCaseSource]; a test of a missing database is ignored with the reason.</summary>
    public static IEnumerable<TestDatabaseKind> All => Enum.GetValues<TestDatabaseKind>();

    public TestDatabaseKind Kind { get; }

    public string ConnectionString { get; }

    /// <summary>Value of <c>IdP:Database:Provider</c>.</summary>
    public string Provider => Kind == TestDatabaseKind.Sqlite ? "Sqlite" : "PostgreSql";

    /// <param name="kind">Which database.</param>
    /// <param name="template">PostgreSQL only: copy this template, see <see cref="PostgresCluster.TemplateAsync"/>.</param>
    public static async Task<TestDatabase> CreateAsync(TestDatabaseKind kind, string? template = null)
    {
        if (kind == TestDatabaseKind.Sqlite) return new TestDatabase(new TempFolder());
        var shared = await PostgresCluster.SharedAsync();
        return new TestDatabase(shared, await shared.CreateDatabaseAsync(template));
    }

    public async ValueTask DisposeAsync()
    {
        if (cluster is not null) await cluster.DropDatabaseAsync(ConnectionString);
        if (folder is null) return;
        using (var connection = new SqliteConnection(ConnectionString)) SqliteConnection.ClearPool(connection);
        folder.Dispose();
    }
}
