using IdP.Testing;

namespace IdP.Tests.Testing;

internal sealed class ServerProcessTests
{
    [Test]
    public async Task A_program_that_cannot_start_is_reported_with_what_it_said()
    {
        await using var database = await TestDatabase.CreateAsync(TestDatabaseKind.Sqlite);
        await using var server = new ServerProcess(database);
        server.Environment["ASPNETCORE_URLS"] = "nonsense";

        Assert.That(server.StartAsync, Throws.InvalidOperationException.With.Message.Contains("nonsense"));
    }

    [Test]
    public async Task A_killed_server_starts_again_at_the_same_address()
    {
        await using var database = await TestDatabase.CreateAsync(TestDatabaseKind.Sqlite);
        await using var server = await ServerProcess.StartAsync(database);
        await server.Kill9();

        await server.StartAsync();

        using var client = new RelyingParty(server.Issuer, "anybody");
        Assert.That((await client.DiscoverAsync()).JsonString("issuer"), Is.EqualTo(server.Issuer.OriginalString));
        Assert.That(await server.StopAsync(), Is.Zero);
    }
}
