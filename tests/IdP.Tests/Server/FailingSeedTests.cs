using IdP.Server;
using IdP.Server.Hosting;
using IdP.Testing;
using Microsoft.AspNetCore.TestHost;

namespace IdP.Tests.Server;

internal sealed class FailingSeedTests
{
    [Test]
    public async Task Everything_has_ended_when_the_reason_is_told()
    {
        await using var database = await TestDatabase.MigratedAsync(TestDatabaseKind.Sqlite);

        Assert.That(await StartAsync(database, """{ "users": [ { "username": "maya", "nickname": "m" } ] }"""), Does.Contain("$.users[0].nickname"));
    }

    [TestCase("""{ "username": "olga", "roles": ["auditor"] }""", "roles")]
    [TestCase("""{ "username": "olga", "disabled": true }""", "disabled")]
    [TestCase("""{ "username": "olga", "roles": [] }, { "username": "otto", "roles": [] }""", "roles")]
    public async Task A_document_that_would_leave_no_owner_says_which_key_and_what_to_do(string users, string key)
    {
        await using var database = await TestDatabase.MigratedAsync(TestDatabaseKind.Sqlite);
        Assert.That(await StartAsync(database, """{ "users": [ { "username": "olga", "roles": ["owner"] }, { "username": "otto" } ] }"""), Is.Null);

        var said = await StartAsync(database, $$"""{ "users": [ {{users}} ] }""");

        Assert.That(said, Does.StartWith("IdP:Seed:File ").And.EndWith($"seed.json: $.users[0].{key}: No owner would be left who can sign in. Leave olga an owner, or make somebody else owner in this document."));
        Assert.That(await StartAsync(database, $$"""{ "users": [ {{users}}, { "username": "new", "roles": ["owner"] } ] }"""), Is.Null, "That is a way out.");
    }

    /// <returns>Why it does not start; null: it starts.</returns>
    private static async Task<string?> StartAsync(TestDatabase database, string document)
    {
        using var folder = new TempFolder();
        var seed = Path.Combine(folder.Path, "seed.json");
        await File.WriteAllTextAsync(seed, document);
        await using var server = await IdPServer.BuildAsync(
            ["--IdP:Issuer=https://idp.example", $"--IdP:Database:ConnectionString={database.ConnectionString}", $"--IdP:Keys:MasterKey={Convert.ToBase64String(new byte[32])}", $"--IdP:Seed:File={seed}"],
            builder => builder.WebHost.UseTestServer());
        await server.StartAsync();
        try
        {
            await IdPServer.ReadyAsync(server);
            await server.StopAsync();
            return null;
        }
        catch (ConfigurationException refused)
        {
            // Else what works in the background would find the database disposed, and log that.
            Assert.That(server.Lifetime.ApplicationStopped.IsCancellationRequested, Is.True);
            return refused.Message;
        }
    }
}
