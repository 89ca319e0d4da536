using System.Text.Json;
using IdP.Storage;
using IdP.Testing;
using IdP.Verification.SignIn;

namespace IdP.Tests.Server.Cli;

/// <summary>The verbs, on a database of their own; no server need run.</summary>
[TestFixtureSource(typeof(TestDatabase), nameof(TestDatabase.All))]
internal sealed class CommandLineTests(TestDatabaseKind kind)
{
    private TestDatabase database = null!;
    private ServerInProcess server = null!;

    [OneTimeSetUp]
    public async Task Open()
    {
        database = await TestDatabase.MigratedAsync(kind);
        server = new ServerInProcess(database);
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
    public async Task Another_password_of_a_compromised_account_is_read_from_standard_input()
    {
        const string given = "quiet-harbour-28-lamp";
        string[] command = ["users", "reset", "robbed", "--compromised", "--password-stdin"];
        (await server.CommandAsync("users", "add", "robbed", "--no-password")).Succeeded();
        foreach (var (input, arguments) in new[] { ("", command), ("short", command), (given, command.Except(["--compromised"]).ToArray()) })
        {
            var refused = await server.CommandReadingAsync(input, arguments);
            Assert.That((refused.ExitCode, refused.Error.Contains("   at ", StringComparison.Ordinal)), Is.EqualTo((1, false)), refused.Error);
        }

        var done = await server.CommandReadingAsync(given + "\n", command);

        Assert.That(done.Succeeded() + done.Error, Does.Not.Contain(given).And.Contain("was reset"));
        await using var open = database.Open();
        var (hash, mustChange) = await open.ReadAsync(s => s.FirstAsync(
            "SELECT password_hash, must_change_password FROM users WHERE user_name = 'robbed'", row => (row.GetString(0), row.GetBoolean(1))));
        Assert.That((new PasswordHasher(new RandomSource()).Verify(given, hash), mustChange), Is.EqualTo((true, true)));
    }

    [Test]
    public async Task A_plan_an_export_and_drift_end_with_a_code_that_a_pipeline_can_ask_for()
    {
        using var folder = new TempFolder();
        string[] guarded = [folder.File("guarded.json"), """{ "clients": [ { "clientId": "vault", "displayName": "Vault", "type": "public", "redirectUris": ["https://vault.example/cb"], "identityVerification": "always" } ] }"""];
        string[] open = [folder.File("open.json"), guarded[1].Replace("always", "notRequired", StringComparison.Ordinal)];
        foreach (var file in new[] { guarded, open }) await File.WriteAllTextAsync(file[0], file[1]);

        Assert.That((await server.CommandAsync("plan", guarded[0], "--fail-if-weaker")).ExitCode, Is.EqualTo(2));
        (await server.CommandAsync("apply", guarded[0])).Succeeded();
        var weaker = await server.CommandAsync("plan", open[0], "--fail-if-weaker");
        Assert.That((weaker.ExitCode, weaker.Output), Is.EqualTo((4, weaker.Output)));
        Assert.That(weaker.Output, Does.Match(@"WEAKER: Vault no longer asks anybody for identity verification. Vault: \d+ (people|person) will no longer be asked."));
        var json = JsonDocument.Parse((await server.CommandAsync("plan", open[0], "--json")).Output).RootElement;
        Assert.That((json.GetProperty("weaker").GetInt32(), json.GetProperty("differences")[0].GetProperty("people").GetInt32()), Is.EqualTo((1, 1)).Or.EqualTo((1, 2)));

        var exported = folder.File("all.json");
        (await server.CommandAsync("export", "--out", exported)).Succeeded();
        if (!OperatingSystem.IsWindows()) Assert.That(File.GetUnixFileMode(exported), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        Assert.That((await server.CommandAsync("plan", exported)).Succeeded().Trim(), Is.EqualTo("Nothing to do."));
        Assert.That((await server.CommandAsync("drift", exported)).Succeeded().Trim(), Is.EqualTo("No drift."));
        (await server.CommandAsync("clients", "set", "vault", "--identity-verification", "whenEnrolled")).Succeeded();
        var drifted = await server.CommandAsync("drift", exported);
        Assert.That((drifted.ExitCode, drifted.Output), Is.EqualTo((2, "client vault: identityVerification: whenEnrolled -> always (stored -> document)\n1 difference between the database and all.json.\n")));
    }

    [Test]
    public async Task The_doctor_says_what_is_wrong_and_what_to_do()
    {
        var result = await server.CommandAsync("doctor", "--json");

        var checks = JsonDocument.Parse(result.Output).RootElement.GetProperty("checks").EnumerateArray().ToList();
        var owners = checks.Single(c => c.GetProperty("name").GetString() == "owners");
        Assert.That((result.ExitCode, owners.GetProperty("state").GetString(), owners.GetProperty("do").GetString()), Is.EqualTo((1, "problem", "idp setup-link")));
        await using var broken = new ServerInProcess(database) { Environment = { ["IdP__Issuer"] = "ftp://id.example" } };
        var said = await broken.CommandAsync("doctor");
        Assert.That((said.ExitCode, said.Output), Is.EqualTo((3, said.Output)));
        Assert.That(said.Output, Does.StartWith("problem  configuration: IdP:Issuer must"));
    }

    [Test]
    public async Task A_master_key_that_others_can_read_is_a_problem()
    {
        if (OperatingSystem.IsWindows()) { Assert.Ignore("There are no file modes."); return; }
        await using var production = new ServerInProcess(database);
        var key = Path.Combine(production.Folder, "master.key");
        await File.WriteAllTextAsync(key, Convert.ToBase64String(new byte[32]));
        foreach (var (name, value) in new[] { ("ASPNETCORE_ENVIRONMENT", "Production"), ("DOTNET_ENVIRONMENT", "Production"), ("IdP__Issuer", "https://id.example"), ("IdP__Keys__MasterKeyFile", key) })
            production.Environment[name] = value;
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.GroupRead);

        Assert.That((await production.CommandAsync("doctor")).Output, Does.Contain($"problem  master key: {key} can be read").And.Contain($"-> chmod 600 {key}").And.Contain("warning  proxy:").And.Contain("problem  mail:"));
        File.SetUnixFileMode(key, UnixFileMode.UserRead);
        Assert.That((await production.CommandAsync("doctor")).Output, Does.Contain("ok       master key:").And.Contain("ok       issuer:"));
    }

    [TestCase("zsh", "compdef _idp idp")]
    [TestCase("fish", "complete -c idp")]
    public async Task Other_shells_have_a_script_too(string shell, string part) =>
        Assert.That((await server.CommandAsync("completion", shell)).Succeeded(), Does.Contain(part).And.Contain("[suggest:"));

    [Test]
    public async Task A_broken_configuration_is_named()
    {
        await using var broken = new ServerInProcess(database) { Environment = { ["IdP__Issuer"] = "ftp://id.example" } };

        var result = await broken.CommandAsync("users", "list");

        Assert.That(result.ExitCode, Is.EqualTo(3));
        Assert.That(result.Error, Does.StartWith("IdP:Issuer"));
    }
}
