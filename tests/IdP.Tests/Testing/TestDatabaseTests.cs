using System.Data.Common;
using IdP.Testing;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace IdP.Tests.Testing;

[TestFixtureSource(typeof(TestDatabase), nameof(TestDatabase.All))]
internal sealed class TestDatabaseTests(TestDatabaseKind kind)
{
    [Test]
    public async Task A_fresh_database_answers()
    {
        await using var database = await TestDatabase.CreateAsync(kind);

        Assert.That(await ScalarAsync(database, "SELECT 1"), Is.EqualTo(1));
    }

    [Test]
    public async Task Two_databases_know_nothing_of_each_other()
    {
        await using var one = await TestDatabase.CreateAsync(kind);
        await using var other = await TestDatabase.CreateAsync(kind);
        await ScalarAsync(one, "CREATE TABLE only_here (id int)");

        Assert.That(async () => await ScalarAsync(other, "SELECT count(*) FROM only_here"), Throws.InstanceOf<DbException>());
    }

    [Test]
    public async Task A_migrated_database_has_the_tables_of_the_product()
    {
        await using var database = await TestDatabase.MigratedAsync(kind);
        await using var opened = database.Open();
        await using var db = opened.CreateContext();

        Assert.That(await db.Database.GetPendingMigrationsAsync(), Is.Empty);
        Assert.That(await db.Users.CountAsync(), Is.Zero);
    }

    internal static async Task<object?> ScalarAsync(TestDatabase database, string sql)
    {
        await using DbConnection connection = database.Kind == TestDatabaseKind.Sqlite
            ? new SqliteConnection(database.ConnectionString)
            : new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The text stands in this file.
        command.CommandText = sql;
#pragma warning restore CA2100
        return await command.ExecuteScalarAsync();
    }
}
