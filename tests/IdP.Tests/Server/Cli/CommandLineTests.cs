using System.Text.Json;
using IdP.Testing;

namespace IdP.Tests.Server.Cli;

/// <summary>The program itself, on a database of its own; it need not run as a server.</summary>
[TestFixtureSource(typeof(TestDatabase), nameof(TestDatabase.All))]
internal sealed class CommandLineTests(TestDatabaseKind kind)
{
    private TestDatabase database = null!;
    private ServerProcess server = null!;

    [OneTimeSetUp]
    public async Task Open()
    {
        database = await TestDatabase.MigratedAsync(kind);
        server = new ServerProcess(database);
        await server.CommandAsync("users", "add", "maya", "--no-password");
    }

    [OneTimeTearDown]
    public async Task Close()
    {
        await server.DisposeAsync();
        await database.DisposeAsync();
    }

    [TestCase(0, "users list")]
    [TestCase(0, "users --help")]
    [TestCase(1, "users show nobody")]
    [TestCase(1, "users unlock maya")]
    [TestCase(1, "clients show nothing")]
    [TestCase(1, "settings set enrollmentDays 0")]
    [TestCase(1, "apply nowhere.json")]
    [TestCase(2, "users")]
    [TestCase(2, "users list --bogus")]
    [TestCase(2, "users extend maya")]
    [TestCase(2, "nonsense")]
    public async Task The_exit_code_says_how_it_ended(int expected, string arguments)
    {
        var result = await server.CommandAsync(arguments.Split(' '));

        Assert.That(result.ExitCode, Is.EqualTo(expected), result.Error);
        Assert.That(result.Error, expected == 0 ? Is.Empty : Does.Not.Contain("   at "));
    }

    [Test]
    public async Task A_secret_is_printed_once_and_never_shown_again()
    {
        var added = await server.CommandAsync("clients", "add", "app", "--redirect-uri", "https://app.example/cb", "--json");
        var secret = JsonDocument.Parse(added.Succeeded()).RootElement.GetProperty("clientSecret").GetString()!;

        var shown = await server.CommandAsync("clients", "show", "app", "--json");

        Assert.That(secret, Has.Length.EqualTo(43));
        Assert.That(shown.Succeeded(), Does.Contain("\"clientId\": \"app\"").And.Not.Contain(secret));
    }

    [Test]
    public async Task A_broken_configuration_is_named()
    {
        await using var broken = new ServerProcess(database) { Environment = { ["IdP__Issuer"] = "ftp://id.example" } };

        var result = await broken.CommandAsync("users", "list");

        Assert.That(result.ExitCode, Is.EqualTo(3));
        Assert.That(result.Error, Does.StartWith("IdP:Issuer"));
    }
}
