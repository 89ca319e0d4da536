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
        using var folder = new TempFolder();
        var seed = Path.Combine(folder.Path, "seed.json");
        await File.WriteAllTextAsync(seed, """{ "users": [ { "username": "maya", "nickname": "m" } ] }""");
        await using var server = await IdPServer.BuildAsync(
            ["--IdP:Issuer=https://idp.example", $"--IdP:Database:ConnectionString={database.ConnectionString}", $"--IdP:Keys:MasterKey={Convert.ToBase64String(new byte[32])}", $"--IdP:Seed:File={seed}"],
            builder => builder.WebHost.UseTestServer());
        await server.StartAsync();

        Assert.That(async () => await IdPServer.ReadyAsync(server), Throws.TypeOf<ConfigurationException>().With.Message.Contains("$.users[0].nickname"));

        // Else what works in the background would find the database disposed, and log that.
        Assert.That(server.Lifetime.ApplicationStopped.IsCancellationRequested, Is.True);
    }
}
