using IdP.Storage.Database;
using IdP.Testing;

namespace IdP.Tests.Storage;

/// <summary>A test with a migrated database of its own.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal abstract class StorageTest(TestDatabaseKind kind)
{
    protected TestDatabaseKind Kind => kind;

    protected TestDatabase File { get; private set; } = null!;

    protected IdPDatabase Database { get; private set; } = null!;

    /// <summary>Without the rest of a pool: many fixtures share the cluster.</summary>
    protected DatabaseOptions Options => kind == TestDatabaseKind.Postgres
        ? File.Options with { ConnectionString = File.ConnectionString + ";Maximum Pool Size=20" }
        : File.Options;

    [SetUp]
    public async Task Open()
    {
        File = await TestDatabase.MigratedAsync(kind);
        Database = new IdPDatabase(Options);
    }

    [TearDown]
    public async Task Close()
    {
        // A missing database ignored the test before there was one.
        if (Database is not null) await Database.DisposeAsync();
        if (File is not null) await File.DisposeAsync();
    }
}
