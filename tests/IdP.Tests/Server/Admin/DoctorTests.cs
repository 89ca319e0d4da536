using IdP.Protocol.Tokens;
using IdP.Server.Admin.Clients;
using IdP.Server.Admin.Diagnosis;
using IdP.Server.Admin.Users;
using IdP.Storage.Clients;
using IdP.Storage.Database;
using IdP.Testing;
using Microsoft.Extensions.Configuration;

namespace IdP.Tests.Server.Admin;

[TestFixtureSource(typeof(TestDatabase), nameof(TestDatabase.All))]
internal sealed class DoctorTests(TestDatabaseKind kind) : AdminFixture(kind)
{
    [Test]
    public async Task A_server_that_is_well_has_no_problem()
    {
        await Get<SigningKeys>().EnsureAsync();
        foreach (var owner in new[] { "olga", "otto" })
        {
            await AddUserAsync(owner, "owner");
            await EnrollAsync(owner);
        }

        await ApplyAsync("""{ "settings": { "supportContact": "help@example.com" }, "clients": [ { "clientId": "spa", "type": "public", "redirectUris": ["https://spa.example/cb"], "identityVerification": "required" } ] }""");

        var found = await LookAsync();

        // The clock of the tests is not the one that PostgreSQL has, and that is told of.
        string[] expected = Database.Provider == DatabaseProvider.PostgreSql ? ["environment", "issuer", "clock"] : ["environment", "issuer"];
        Assert.That(found.Where(c => c.State != CheckState.Ok).Select(c => c.Name), Is.EqualTo(expected), string.Join('\n', found));
        Assert.That(found.Select(c => c.Name), Is.SupersetOf(new[] { "database", "migrations", "master key", "proxy", "mail", "clock", "RS256 key", "ES256 key", "owners", "clients", "policies", "outbox" }));
    }

    [Test]
    public async Task Whoever_cannot_administer_is_named_with_what_helps()
    {
        Assert.That(await OfAsync("owners"), Is.EqualTo(("Problem", "idp setup-link")));
        await AddUserAsync("olga", "owner");
        Assert.That((await OfAsync("owners")).State, Is.EqualTo("Problem"));
        Assert.That((await OfAsync("owner olga")).State, Is.EqualTo("Warning"));
        await EnrollAsync("olga");
        Assert.That((await OfAsync("owners")).Do, Does.StartWith("Make a second person owner"));

        await LockAttemptsAsync("olga", IdP.Storage.Enrollments.AttemptKind.Verification);

        Assert.That(await OfAsync("owner olga"), Is.EqualTo(("Problem", "idp users unlock olga; when the phone is lost, too: idp users reset olga")));
        await Get<UnlockUser>().HandleAsync(new("olga", null, false, Reason), Actor, Ct);
        Assert.That((await OfAsync("owners")).State, Is.EqualTo("Warning"));
    }

    [Test]
    public async Task Keys_that_do_not_follow_one_another_are_told_of()
    {
        Assert.That(await OfAsync("RS256 key"), Is.EqualTo(("Problem", "Start the server, which makes one, or: idp keys rotate --alg RS256")));
        await Get<SigningKeys>().EnsureAsync();
        Assert.That((await OfAsync("RS256 key")).State, Is.EqualTo("Ok"));

        Clock.Advance(TimeSpan.FromDays(93));

        Assert.That((await OfAsync("RS256 key")).State, Is.EqualTo("Warning"));
        await Get<SigningKeys>().CheckAsync();
        Assert.That((await OfAsync("RS256 key")).State, Is.EqualTo("Ok"));
    }

    [Test]
    public async Task Weak_clients_and_policies_that_guard_nothing_are_named()
    {
        await ApplyAsync("""
            { "clients": [ { "clientId": "old", "clientSecret": "a secret somebody chose", "redirectUris": ["https://old.example/cb", "http://localhost:1234/cb"], "requirePkce": false },
                           { "clientId": "machine", "clientSecret": "a secret somebody chose", "grantTypes": ["client_credentials"], "identityVerification": "required" },
                           { "clientId": "off", "type": "public", "redirectUris": ["https://off.example/cb"], "identityVerification": "always", "disabled": true } ],
              "settings": { "enrollmentProof": "none", "refreshTokenGraceSeconds": 30 } }
            """);
        await Get<RotateSecret>().HandleAsync(new("old", 0, Reason), Actor, Ct);
        await Database.SaveAsync(db =>
        {
            db.ClientSecrets.RemoveRange(db.ClientSecrets.Where(s => s.ClientId == "old"));
            return Task.CompletedTask;
        });

        var found = (await LookAsync()).Where(c => c.State != CheckState.Ok && (c.Name.StartsWith("client", StringComparison.Ordinal) || c.Name.StartsWith("policy", StringComparison.Ordinal) || c.Name == "settings"));

        Assert.That(found.Select(c => $"{c.State} {c.Name}: {c.Found}"), Is.EquivalentTo(new[]
        {
            "Warning client old: PKCE is not required: a stolen authorization code can be redeemed.",
            "Problem client old: It has no secret that works, so it gets no token.",
            "Warning client old: It takes codes at http://localhost:1234/cb, which is whatever listens on the person's machine.",
            "Warning policy client:machine: No person signs in to this client, so it asks nobody.",
            "Warning policy client:off: The client is turned off, so it guards nothing.",
            "Warning settings: enrollmentProof is none: whoever knows a password can enrol an authenticator of their own.",
            "Warning settings: A used refresh token is answered again for 30 seconds.",
            "Warning settings: There is no supportContact: whoever is locked out is told of nobody to ask.",
        }));
    }

    [Test]
    public async Task A_mail_server_without_tls_is_told_of_and_gets_nothing()
    {
        await using var sink = new SmtpSink();

        var without = await MailCheck.LookAsync(new() { Host = "127.0.0.1", Port = sink.Port, UseTls = false }, isDevelopment: false, Ct);
        var demanded = await MailCheck.LookAsync(new() { Host = "127.0.0.1", Port = sink.Port }, isDevelopment: false, Ct);
        var nobody = await MailCheck.LookAsync(new() { Host = "127.0.0.1", Port = FreePort.Find() }, isDevelopment: false, Ct);
        var none = await MailCheck.LookAsync(new(), isDevelopment: false, Ct);

        Assert.That(new[] { without, demanded, nobody, none }.Select(c => c.Single().State), Is.EqualTo(new[] { CheckState.Ok, CheckState.Problem, CheckState.Problem, CheckState.Problem }));
        Assert.That(demanded.Single().Found, Does.Contain("does not offer STARTTLS"));
        Assert.That(sink.Mails, Is.Empty);
    }

    [TestCase("http://*:80", null, CheckState.Warning)]
    [TestCase("https://*:443", null, CheckState.Ok)]
    [TestCase("http://*:80", "10.0.0.1", CheckState.Ok)]
    public void A_proxy_that_nobody_named_is_told_of(string urls, string? known, CheckState state)
    {
        var options = new IdP.Server.Hosting.IdPOptions { Proxy = new() { Known = known is null ? [] : [known] } };

        Assert.That(HostChecks.Proxy(options, Configured(("urls", urls)), isDevelopment: false).Single().State, Is.EqualTo(state));
    }

    [Test]
    public async Task A_database_that_is_not_there_is_not_made()
    {
        var file = Path.Combine(Folder, "none.db");
        await using var missing = new IdPDatabase(new DatabaseOptions { ConnectionString = $"Data Source={file}" });

        Assert.That((await DatabaseChecks.LookAsync(missing)).Single().State, Is.EqualTo(CheckState.Problem));
        Assert.That(File.Exists(file), Is.False);
    }

    private static IConfiguration Configured(params (string Key, string Value)[] values) =>
        new ConfigurationBuilder().AddInMemoryCollection(values.Select(v => KeyValuePair.Create(v.Key, (string?)v.Value))).Build();

    private Task<IReadOnlyList<Check>> LookAsync() => Get<Doctor>().HandleAsync(Configured(), isDevelopment: true, null, Ct);

    private async Task<(string State, string? Do)> OfAsync(string name) => (await LookAsync()).Single(c => c.Name == name) is var check ? (check.State.ToString(), check.Do) : default;
}
