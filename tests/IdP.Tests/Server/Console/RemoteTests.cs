using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using IdP.Storage;
using IdP.Testing;
using IdP.Verification.SignIn;

namespace IdP.Tests.Server.Console;

/// <summary>Verbs that are run elsewhere say and do what they say and do on the host, and touch nothing of the server's own.</summary>
internal sealed partial class RemoteTests : RemoteFixture
{
    private TempFolder folder = null!;

    protected override IEnumerable<object> Others => [Person("plain"), Person("helped"), Person("target")];

    protected override IEnumerable<object> Apps => [App("notes", "notRequired")];

    [SetUp]
    public void Make_a_folder() => folder = new TempFolder();

    [TearDown]
    public void Remove_the_folder() => folder.Dispose();

    [TestCase("users list --search plain")]
    [TestCase("users show plain --json")]
    [TestCase("users show nobody")]
    [TestCase("users set plain --claim nonsense")]
    [TestCase("users extend plain --days 900")]
    [TestCase("settings show")]
    [TestCase("settings set reminderDays nonsense")]
    [TestCase("clients show notes --json")]
    [TestCase("plan FILE --fail-if-weaker")]
    [TestCase("plan FILE --json")]
    [TestCase("users import FILE")]
    public async Task A_verb_says_the_same_as_on_the_host(string typed)
    {
        var file = await WriteAsync("document.json", """{ "clients": [ { "clientId": "notes", "identityVerification": "always", "description": "Ä" } ] }""");
        var arguments = typed.Split(' ').Select(a => a == "FILE" ? file : a).ToArray();

        var (here, there) = (await Server.CommandAsync(arguments), await RemoteAsync(Owner, arguments));

        Assert.That(there, Is.EqualTo(here));
    }

    [Test]
    public async Task On_a_terminal_lists_are_tables_where_they_fit()
    {
        var (wide, narrow) = (await ApiAsync(Owner, HttpMethod.Post, "/commands", new { arguments = new[] { "clients", "list" }, width = 200 }), await ApiAsync(Owner, HttpMethod.Post, "/commands", new { arguments = new[] { "clients", "list" }, width = 20 }));

        Assert.That((wide.Body.Contains('╭', StringComparison.Ordinal), narrow.Body.Contains('╭', StringComparison.Ordinal)), Is.EqualTo((true, false)), $"{wide}\n{narrow}");
        AssertProblem(await ApiAsync(Owner, HttpMethod.Post, "/commands", new { arguments = new[] { "clients", "list" }, width = 0 }), HttpStatusCode.BadRequest, "invalid");
    }

    [Test]
    public async Task Files_are_read_and_written_where_they_were_typed()
    {
        var people = await WriteAsync("people.csv", "username,email\nimported,imported@example.com\n");
        var document = await WriteAsync("document.json", """{ "groups": [ { "name": "made-elsewhere" } ] }""");
        var words = await WriteAsync("words.txt", "Hello {name}, until {date}.");
        var (exported, audited) = (folder.File("export.json"), folder.File("audit.jsonl"));

        Assert.That((await RemoteAsync(Owner, "users", "import", people)).Succeeded(), Does.StartWith("1 person: 1 added"));
        Assert.That((await RemoteAsync(Owner, "apply", document)).Succeeded(), Does.EndWith("1 change applied."));
        Assert.That((await RemoteAsync(Owner, "mail", "set", "E1", "--subject", "Until {date}", "--text-file", words)).ExitCode, Is.Zero);
        Assert.That((await RemoteAsync(Owner, "export", "--out", exported)).Succeeded(), Is.EqualTo($"Written to {exported}, without passwords and secrets."));
        if (!OperatingSystem.IsWindows()) Assert.That(System.IO.File.GetUnixFileMode(exported), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        Assert.That((await RemoteAsync(Owner, "drift", exported)).Succeeded(), Is.EqualTo("No drift."));
        Assert.That((await RemoteAsync(Owner, "export")).Output, Is.EqualTo(await System.IO.File.ReadAllTextAsync(exported)));
        Assert.That((await RemoteAsync(Auditor, "audit", "export", "--event", "user.*", "--output", audited)).Succeeded(), Does.Contain("rows were written to"));
        Assert.That(await System.IO.File.ReadAllTextAsync(audited), Does.Contain("\"user.created\"").And.EndWith("\n"));
        // A file that is there already is kept.
        Assert.That((await RemoteAsync(Auditor, "audit", "export", "--output", audited)).ExitCode, Is.EqualTo(1));
        Assert.That(Directory.GetFiles(folder.Path), Has.None.EndsWith(".part"));
    }

    [Test]
    public async Task What_a_document_names_is_read_where_it_is_typed()
    {
        const string Given = "Kd8sW2xQ9vB4nL7mR1tY6uJ3hG5fC0zAeoiXbVpTgNs";
        Directory.CreateDirectory(folder.File("beside"));
        await WriteAsync("beside/e1.txt", "Hello {name}, {link}\n");
        await WriteAsync("password", "quiet-harbour-lantern-61\n");
        var file = await WriteAsync("document.json", """
            { "users": [ { "username": "named", "claims": { "note": { "fromFile": "no-reference" } }, "password": { "fromFile": "password" } } ],
              "clients": [ { "clientId": "named", "redirectUris": ["https://named.example/cb"], "clientSecret": { "fromFile": "beside/../secret" } } ],
              "mailTemplates": [ { "kind": "E2", "language": "en", "text": { "fromFile": "beside/e1.txt" } } ] }
            """);

        var (missingHere, missingThere) = (await Server.CommandAsync("plan", file), await RemoteAsync(Owner, "plan", file));
        Assert.That((missingThere, missingThere.Error), Is.EqualTo((missingHere, $"$.clients[0].clientSecret: The file beside/../secret does not exist (looked for {folder.File("secret")}).\n")));
        await WriteAsync("secret", Given);
        foreach (var verb in new[] { "plan", "drift" })
            Assert.That(await RemoteAsync(Owner, verb, file, "--json"), Is.EqualTo(await Server.CommandAsync(verb, file, "--json")));
        var applied = await RemoteAsync(Owner, "apply", file);
        Assert.That(applied.Succeeded() + applied.Error, Does.Contain("client named: will be added").And.Not.Contain(Given).And.Not.Contain("lantern-61"));
        Assert.That((await RemoteAsync(Owner, "plan", file)).Succeeded(), Is.EqualTo("Nothing to do."), "The password and the secret are those of the files.");
        Assert.That((await Server.CommandAsync("plan", file)).Succeeded(), Is.EqualTo("Nothing to do."));
        Assert.That((await ApiAsync(Owner, HttpMethod.Get, "/audit?limit=200")).Body + Server.Output, Does.Not.Contain(Given).And.Not.Contain("lantern-61"));
    }

    [Test]
    public async Task A_variable_that_a_document_names_is_that_of_whoever_typed_it()
    {
        var file = await WriteAsync("document.json", """{ "clients": [ { "clientId": "of-env", "redirectUris": ["https://env.example/cb"], "clientSecret": { "fromEnv": "PATH" } } ] }""");
        Task<ProgramResult> RunAsync(string server, string? secret) =>
            IdpAsync(new Dictionary<string, string> { ["IDP_SERVER"] = server, ["IDP_TOKEN"] = "idp_" + new string('A', 43) }.Concat(secret is null ? [] : [new("PATH", secret)]).ToDictionary(), "", "apply", file);

        // The server has such a variable, which it is not asked for.
        Assert.That(await RunAsync("http://127.0.0.1:1", null), Is.EqualTo(new ProgramResult(1, "", "$.clients[0].clientSecret: The environment variable PATH is not set.\n")));
        Assert.That((await RunAsync("http://127.0.0.1:1", "short")).Error, Does.Contain("cannot be reached"), "What else is wrong with it the server says.");
        var weak = await SendAsync(await TokenAsync(Owner), ["apply", "d.json"], File("d.json", await System.IO.File.ReadAllTextAsync(file)), fromEnv: new Dictionary<string, string> { ["PATH"] = "gr\u00fcn" });
        Assert.That((weak.ExitCode, weak.Error), Is.EqualTo((1, "$.clients[0].clientSecret: A client secret must have at least 16 characters.\n")));
        var sent = await SendAsync(await TokenAsync(Owner), ["apply", "d.json"], File("d.json", await System.IO.File.ReadAllTextAsync(file)), fromEnv: new Dictionary<string, string> { ["PATH"] = "Kd8sW2xQ9vB4nL7mR1tY6uJ3hG5fC0zAeoiXbVpTgNs" });
        Assert.That(sent.Output, Does.EndWith("applied.\n"), $"{sent}");
    }

    [Test]
    public async Task A_change_is_audited_with_the_token_and_its_reason()
    {
        await RemoteAsync(HelpDesk, "users", "require", "helped", "--days", "9", "--reason", "asked by phone");
        await RemoteAsync(HelpDesk, "users", "extend", "helped", "--days", "20");

        var rows = JsonDocument.Parse((await RemoteAsync(Auditor, "audit", "list", "--person", "helped", "--event", "enrollment.*", "--json")).Succeeded()).RootElement.GetProperty("rows").EnumerateArray().ToList();

        Assert.That(rows.Select(r => r.GetProperty("actor").GetString()), Has.All.StartsWith("token:"));
        Assert.That(rows.Select(r => r.GetProperty("reason").GetString()), Has.Some.EndsWith("Reason: asked by phone").And.Some.EndsWith("Reason: by command line"));
    }

    [Test]
    public async Task A_password_comes_from_standard_input_and_is_not_said_again()
    {
        const string given = "quiet-harbour-lantern-45";

        var set = await RemoteReadingAsync(Owner, given + "\n", "users", "set-password", "target", "--password-stdin");
        var asked = await RemoteAsync(Owner, "users", "set-password", "target");

        Assert.That(set.Succeeded() + set.Error, Does.Contain("was set").And.Not.Contain(given));
        Assert.That((asked.ExitCode, asked.Error), Is.EqualTo((2, "Nobody is here to be asked for the password; give it with --password-stdin.\n")));
        await using var database = Database.Open();
        var hash = await database.ReadAsync(s => s.FirstAsync("SELECT password_hash FROM users WHERE user_name = 'target'", row => row.GetString(0)));
        Assert.That(new PasswordHasher(new RandomSource()).Verify(given, hash), "the line break is no part of it");
    }

    [Test]
    public async Task A_token_gives_no_more_than_it_has()
    {
        var writer = await TokenAsync(Owner, "people:write");
        foreach (var (token, typed, missing) in new[]
        {
            (await TokenAsync(HelpDesk), "tokens add hanna more --scope people:write", "people:write"),
            (await TokenAsync(HelpDesk), "tokens add olga more --scope people:read", "tokens:write"),
            (await TokenAsync(HelpDesk), "users reset plain --compromised --password-stdin", "people:write"),
            (await TokenAsync(HelpDesk), "users disable olga", "admin role"),
            (writer, "users set plain --role owner", "roles:write"),
            (writer, "users add climber --role owner --no-password", "roles:write"),
            (writer, "users set-password olga --password-stdin", "admin role"),
            (writer, "apply own.json", "roles:write"),
        })
        {
            var said = await SendAsync(token, typed.Split(' '), File("own.json", "{}"), Password);
            Assert.That((said.Answer.Status, said.Answer.JsonString("code")), Is.EqualTo((HttpStatusCode.Forbidden, "forbidden")), $"{typed}: {said}");
            Assert.That(said.Error, Does.Contain(missing).Or.Contain("right"), typed);
        }

        var imported = await SendAsync(writer, ["users", "import", "own.csv"], File("own.csv", "username,roles\nplain,owner\n"));
        Assert.That((imported.ExitCode, imported.Error), Is.EqualTo((1, imported.Error)));
        Assert.That(imported.Error, Does.Contain("Only an owner gives roles."));
        // Names of people are for who may see people.
        await RemoteAsync(Owner, "campaigns", "start", "soon", "--until", DateTimeOffset.UtcNow.AddHours(20).ToString("O"), "--user", "plain");
        Assert.That((await SendAsync(await TokenAsync(Owner, "campaigns:read"), ["campaigns", "show", "soon", "--json"])).Output, Does.Contain("\"soon\"").And.Not.Contain("plain"));
        Assert.That((await SendAsync(await TokenAsync(Owner), ["campaigns", "show", "soon", "--json"])).Output, Does.Contain("plain"));
        Assert.That((await SendAsync(await TokenAsync(Owner, "people:read"), ["users", "list", "--campaign", "soon"])).Error, Is.EqualTo("This needs the right campaigns:read."));
    }

    [Test]
    public async Task Nothing_that_is_sent_reads_or_writes_a_file_of_the_server()
    {
        var secret = await WriteAsync("there.json", """{ "groups": [ { "name": "of-the-server" } ] }""");
        var (keys, written) = (Path.Combine(folder.Path, "keys"), folder.File("written"));
        var owner = await TokenAsync(Owner);
        foreach (var typed in new[]
        {
            "apply FILE", "plan FILE", "drift FILE", "users import FILE", "clients set notes --jwks-file FILE", "mail set E1 --text-file FILE", "audit verify --checkpoint FILE",
            "campaigns start attack --days 3 --users-file FILE", "apply ../../../../../../../../etc/passwd", "apply /dev/stdin",
        })
        {
            var said = await SendAsync(owner, typed.Split(' ').Select(a => a == "FILE" ? secret : a));
            Assert.That((said.ExitCode is 1 or 2, said.Error.Contains("was not sent with the command.", StringComparison.Ordinal), said.Output), Is.EqualTo((true, true, "")), $"{typed}: {said}");
        }

        Assert.That((await SendAsync(owner, ["users", "show", "@" + secret])).Error, Is.EqualTo($"There is nobody named @{secret}. See: idp users list\n"));
        Assert.That((await SendAsync(owner, ["@" + secret])).ExitCode, Is.EqualTo(2));
        Assert.That((await SendAsync(owner, ["export", "--without-people", "--out", written])).File, Does.StartWith("{"));
        Assert.That((await SendAsync(owner, ["audit", "export", "--output", written])).File, Does.StartWith("{"));
        Assert.That((System.IO.File.Exists(written), System.IO.File.Exists(written + ".part"), Directory.Exists(keys)), Is.EqualTo((false, false, false)));

        var document = $$"""{ "users": [ { "username": "x", "password": { "fromFile": "{{secret}}" } } ], "clients": [ { "clientId": "x", "clientSecret": { "fromEnv": "PATH" } } ] }""";
        var applied = await SendAsync(owner, ["apply", "sent.json"], File("sent.json", document));
        Assert.That((applied.ExitCode, applied.Output), Is.EqualTo((1, "")));
        Assert.That(applied.Error, Does.Contain("users[0].password").And.Contain("clients[0].clientSecret").And.Contain("opens no file and no variable").And.Not.Contain("of-the-server"));
    }

    [Test]
    public async Task Nothing_that_is_sent_is_more_than_a_verb()
    {
        var owner = await TokenAsync(Owner);
        string[][] attacks =
        [
            ["[diagram]", "users", "list"], ["[suggest:5]", "users"], ["[suggest]", "idp us"], ["[env:IDP_ATTACK=1]", "users", "list"], ["[debug]", "users", "list"], ["--help"], ["users", "--help"], ["users", "list", "-h"], ["-?"], ["/?"], ["--version"],
            [], [""], ["--json"], ["users"], ["--server", "http://127.0.0.1:1", "users", "list"], ["users", "list", "--IdP:Issuer=https://evil.example"], ["users list"], ["users", "list", ";", "id"],
        ];
        foreach (var attack in attacks)
        {
            var said = await SendAsync(owner, attack);
            Assert.That((said.ExitCode, said.Output, said.Error.Contains("   at ", StringComparison.Ordinal)), Is.EqualTo((2, "", false)), $"{string.Join(' ', attack)}: {said}");
        }

        foreach (var verb in new[] { "serve", "doctor", "completion bash", "setup-link" })
        {
            var said = await SendAsync(owner, verb.Split(' '));
            Assert.That((said.Answer.JsonString("code"), said.Error), Is.EqualTo(("hostOnly", $"idp {verb.Split(' ')[0]} runs on the host of the server alone.")));
        }

        foreach (var rule in new[] { "null", """{"identityVerification":"always","networks":[null]}""" })
            Assert.That((await SendAsync(owner, ["policies", "set", "notes", "--rule", rule])).Error, Is.EqualTo($"This is no rule: {rule}\n"));

        var steered = await SendAsync(owner, ["users", "show", "a\u001b[31m\u202e\r\n"]);
        Assert.That((steered.ExitCode, steered.Error), Is.EqualTo((1, "There is nobody named a\\u001b[31m\\u202e\\u000d\\u000a. See: idp users list\n")));
        Assert.That(Server.Output, Does.Not.Contain("Usage:").And.Not.Contain("\u001b[31m\u202e"));
    }

    [Test]
    public async Task What_cannot_be_a_command_is_refused_before_it_is_read_as_one()
    {
        var owner = await TokenAsync(Owner);
        foreach (var body in new[]
        {
            "{}", """{"arguments":null}""", """{"arguments":"users list"}""", """{"arguments":[null]}""", """{"arguments":["users",1]}""", """{"arguments":["users","list"],"files":{"a":null}}""",
            """{"arguments":["users","list"],"files":{"a":"not base64"}}""", """{"arguments":["users","show","a\u0000"]}""", """{"arguments":["users","show","\ud800"]}""", """{"arguments":["users","list"],"actor":"cli:root"}""",
            """{"arguments":["users","list"],"arguments":["setup-link"]}""", "[", JsonSerializer.Serialize(new { arguments = Enumerable.Repeat("x", 4097) }), JsonSerializer.Serialize(new { arguments = new[] { new string('x', 140_000) } }),
        })
        {
            AssertProblem(await ApiWithAsync(owner, HttpMethod.Post, "/commands", body), HttpStatusCode.BadRequest, "invalid");
        }

        // Long, and still a command.
        Assert.That((await SendAsync(owner, ["users", "set", "nobody", .. Enumerable.Range(0, 2000).SelectMany(i => new[] { "--group", "g" + i })])).ExitCode, Is.EqualTo(1));

        // What is large is for who may import people.
        var large = new { arguments = new[] { "users", "import", "a.csv", "--dry-run" }, files = File("a.csv", "username\n" + new string('a', 400_000)) };
        AssertProblem(await ApiWithAsync(await TokenAsync(HelpDesk), HttpMethod.Post, "/commands", large), HttpStatusCode.RequestEntityTooLarge, "invalid");
        var refused = await RemoteAsync(HelpDesk, "users", "import", await WriteAsync("large.csv", "username\n" + new string('a', 400_000)));
        Assert.That((refused.ExitCode, refused.Output, refused.Error), Is.EqualTo((1, "", "A token without the right people:write sends files of 190 KB at most.\n")));
        Assert.That((await ApiWithAsync(owner, HttpMethod.Post, "/commands", large)).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task What_has_several_lines_is_printed_in_several()
    {
        var made = (await RemoteAsync(Owner, "tokens", "add", Owner, "lines", "--scope", "people:read")).Output.Split('\n');
        Assert.That(made[0], Does.Match("^idp_[A-Za-z0-9_-]{43}$"), "A script takes the first line.");
        Assert.That(made[1], Does.StartWith("It works until "));

        await RemoteAsync(Owner, "groups", "add", "lines");
        var set = (await RemoteAsync(Owner, "groups", "set", "lines", "--description", "x", "--claim", "c=d")).Output;
        Assert.That(set.TrimEnd().Split('\n'), Has.Length.EqualTo(2), set);
    }

    [Test]
    public async Task A_token_runs_four_commands_at_once_and_is_told_to_wait_with_the_fifth()
    {
        var (token, body) = (await TokenAsync(Owner, "groups:read"), """{"arguments":["groups","list"]}""");
        var calls = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => BeginAsync(token, body.Length)));
        try
        {
            // All but the bodies are there: one is refused without it.
            var waiting = calls.Select(call => call.Answer).ToList();
            var refused = await Task.WhenAny(waiting);
            Assert.That(await refused, Does.StartWith("HTTP/1.1 429 "));
            Assert.That((await SendAsync(await TokenAsync(Owner, "groups:read", "clients:read"), ["groups", "list"])).ExitCode, Is.Zero, "Another token has places of its own.");

            waiting.Remove(refused);
            foreach (var call in calls.Where(call => waiting.Contains(call.Answer))) await call.Stream.WriteAsync(Encoding.ASCII.GetBytes(body));
            Assert.That(await Task.WhenAll(waiting), Is.All.StartsWith("HTTP/1.1 200 "));
            await Eventually.TrueAsync(async () => (await SendAsync(token, ["groups", "list"])).ExitCode == 0, () => "the places are free again");
        }
        finally
        {
            foreach (var call in calls) await call.Stream.DisposeAsync();
        }
    }

    // A request of which everything but the body was sent, and the first line of its answer.
    private async Task<(NetworkStream Stream, Task<string?> Answer)> BeginAsync(string token, int length)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(Server.Issuer.Host, Server.Issuer.Port);
        var stream = new NetworkStream(socket, ownsSocket: true);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"POST /api/v1/commands HTTP/1.1\r\nHost: {Server.Issuer.Authority}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"));
        return (stream, new StreamReader(stream).ReadLineAsync());
    }

    [Test]
    public async Task Whoever_hangs_up_in_the_middle_of_an_import_has_imported_everybody_or_nobody([Values(20, 120, 400)] int milliseconds)
    {
        var name = $"gone{milliseconds}-";
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Server.Issuer, "api/v1/commands"))
        {
            Content = JsonContent.Create(new { arguments = new[] { "users", "import", "a.csv" }, files = File("a.csv", "username\n" + string.Join('\n', Enumerable.Range(0, 900).Select(i => name + i))) }),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await TokenAsync(Owner));
        using (var http = new HttpClient())
        using (var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(milliseconds)))
        {
            try
            {
                using var answer = await http.SendAsync(request, patience.Token);
            }
            catch (OperationCanceledException)
            {
                // As somebody whose train enters a tunnel.
            }
        }

        // What goes on there has ended when another one gets through: it writes, too.
        await RemoteAsync(Owner, "users", "import", await WriteAsync("one.csv", $"username\nafter{milliseconds}\n"));
        await using var database = Database.Open();
        var count = await database.ReadAsync(s => s.FirstAsync("SELECT COUNT(*) FROM users WHERE user_name LIKE @p0", row => row.GetInt32(0), name + "%"));
        Assert.That(count, Is.EqualTo(0).Or.EqualTo(900));
    }

    [Test]
    public async Task The_program_needs_no_configuration_of_its_own()
    {
        var start = new ProcessStartInfo("dotnet", [Repository.ServerDll, "--server", Server.Issuer.OriginalString, "users", "show", "plain", "--json"]) { WorkingDirectory = folder.Path };
        start.Environment["IDP_TOKEN"] = await TokenAsync(Auditor);
        start.Environment["IdP__Database__ConnectionString"] = "nonsense";
        start.Environment["IdP__Issuer"] = "ftp://nonsense";

        var said = await Programs.RunAsync(start);

        Assert.That(JsonDocument.Parse(said.Succeeded()).RootElement.GetProperty("username").GetString(), Is.EqualTo("plain"));
        Assert.That((said.Error, Directory.GetFileSystemEntries(folder.Path)), Is.EqualTo(("", Array.Empty<string>())));
    }

    private async Task<string> WriteAsync(string name, string text)
    {
        await System.IO.File.WriteAllTextAsync(folder.File(name), text, new UTF8Encoding(false));
        return folder.File(name);
    }
}
