using IdP.Testing;

namespace IdP.Tests.Testing;

internal sealed class PostgresClusterTests
{
    [Test]
    public async Task A_copy_of_a_template_holds_what_was_filled_in()
    {
        var cluster = await PostgresCluster.SharedAsync();
        var template = await cluster.TemplateAsync("filled", async connectionString =>
        {
            await using var source = Npgsql.NpgsqlDataSource.Create(connectionString);
            await using var command = source.CreateCommand("CREATE TABLE filled AS SELECT 42 AS answer");
            await command.ExecuteNonQueryAsync();
        });

        await using var database = await TestDatabase.CreateAsync(TestDatabaseKind.Postgres, template);

        Assert.That(await TestDatabaseTests.ScalarAsync(database, "SELECT answer FROM filled"), Is.EqualTo(42));
    }

    [Test]
    public async Task Nothing_is_left_of_a_cluster_that_was_stopped()
    {
        Requires.Postgres();
        var cluster = await PostgresCluster.StartAsync();
        var folder = cluster.Folder;
        Assert.That(Directory.Exists(folder), Is.True);

        await cluster.DisposeAsync();

        Assert.That(Directory.Exists(folder), Is.False);
    }
}
