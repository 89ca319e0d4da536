using IdP.Testing;

namespace IdP.Tests.Testing;

internal sealed class PostgresClusterTests
{
    [Test]
    public async Task A_copy_of_a_template_holds_what_was_filled_in()
    {
        var cluster = await PostgresCluster.SharedAsync();
        var template = await cluster.TemplateAsync("filled", FillAsync);

        await using var source = Npgsql.NpgsqlDataSource.Create(await cluster.CreateDatabaseAsync(template));
        await using var select = source.CreateCommand("SELECT answer FROM filled");
        Assert.That(await select.ExecuteScalarAsync(), Is.EqualTo(42));
    }

    private static async Task FillAsync(string connectionString)
    {
        await using var source = Npgsql.NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand("CREATE TABLE filled AS SELECT 42 AS answer");
        await command.ExecuteNonQueryAsync();
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
