using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using IdP.Server.Admin;
using IdP.Server.Cli;
using IdP.Server.Cli.Remote;
using IdP.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace IdP.Tests.Server.Cli;

/// <summary>What the command line says of a server that is not there, not itself, or not willing.</summary>
internal sealed class RemoteClientTests
{
    private const string Token = "idp_0123456789012345678901234567890123456789012";

    private LoopbackApp other = null!;
    private string? seen;

    [OneTimeSetUp]
    public async Task Start_another_program() => other = await LoopbackApp.StartAsync(app =>
    {
        app.MapPost("/{kind}/api/v1/commands", async (string kind, HttpContext http) =>
        {
            seen = http.Request.Headers.Authorization;
            if (kind == "broken")
            {
                http.Response.ContentType = "application/x-ndjson";
                await http.Response.WriteAsync("{\"out\":\"begun\\n\"}\n{\"err\":\"half");
                return;
            }

            http.Response.StatusCode = int.Parse(kind, System.Globalization.CultureInfo.InvariantCulture);
            if (kind == "429") http.Response.Headers.RetryAfter = "7";
            if (kind == "302") http.Response.Headers.Location = "https://elsewhere.example/";
            if (kind == "403") await http.Response.WriteAsJsonAsync(new { detail = "This needs the right people:read." }, options: null, contentType: "application/problem+json");
            else await http.Response.WriteAsync("<html>");
        });
        app.MapGet("/elsewhere", () => "");
    });

    [OneTimeTearDown]
    public async Task Stop_it() => await other.DisposeAsync();

    [TestCase("200", 3, "answers as another program does")]
    [TestCase("302", 3, "leads to https://elsewhere.example/. The token was not sent there")]
    [TestCase("401", 1, "The token in IDP_TOKEN is not taken.")]
    [TestCase("403", 1, "This needs the right people:read.")]
    [TestCase("404", 3, "runs no commands: it is another program, or one that is older than this.")]
    [TestCase("413", 1, "or a proxy before it, does not take so much at once.")]
    [TestCase("429", 1, "asks too often. (7 seconds)")]
    [TestCase("502", 3, "does not answer now (502).")]
    [TestCase("broken", 3, "broke before the end. What was asked may have been done: look before you ask again.")]
    public async Task What_a_server_answers_is_said_in_one_sentence(string kind, int exitCode, string sentence)
    {
        var said = await IdpAsync(new Uri(other.Address, kind).ToString(), Token, "users", "list");

        Assert.That((said.ExitCode, said.Error.TrimEnd().Split('\n')), Is.EqualTo((exitCode, said.Error.TrimEnd().Split('\n'))));
        Assert.That(said.Error, Does.Contain(sentence).And.Not.Contain("   at "));
        Assert.That((said.Output, seen), Is.EqualTo((kind == "broken" ? "begun\n" : "", "Bearer " + Token)));
    }

    [TestCase("http://id.example.com", Token, 2, "is not encrypted, so no token is sent to it. Use https.")]
    [TestCase("id.example.com", Token, 2, "is no address of a server.")]
    [TestCase("https://olga@id.example.com", Token, 2, "is no address of a server.")]
    [TestCase("https://id.example.com/?a=b", Token, 2, "is no address of a server.")]
    [TestCase("file:///etc/passwd", Token, 2, "is no address of a server.")]
    [TestCase("http://localhost:1", "", 3, "There is no API token for http://localhost:1.")]
    [TestCase("http://localhost:1", "secret", 3, "IDP_TOKEN holds no API token")]
    [TestCase("http://localhost:1", "idp_a\nX-Evil: 1", 3, "IDP_TOKEN holds no API token")]
    [TestCase("http://127.0.0.1:1", Token, 3, "http://127.0.0.1:1 cannot be reached:")]
    [TestCase("https://nothing.invalid", Token, 3, "https://nothing.invalid cannot be reached:")]
    public async Task An_address_and_a_token_that_cannot_be_used_are_named(string server, string token, int exitCode, string sentence)
    {
        var said = await IdpAsync(server, token, "users", "list");

        Assert.That((said.ExitCode, said.Output), Is.EqualTo((exitCode, "")), said.Error);
        Assert.That(said.Error, Does.Contain(sentence).And.Not.Contain(Token));
    }

    // Nothing listens there: what is said without a server is said all the same.
    [TestCase(2, "users list --bogus", "'--bogus'")]
    [TestCase(2, "users list --server", "--server")]
    [TestCase(2, "users", "Required command")]
    [TestCase(1, "apply nowhere.json", "The file nowhere.json does not exist.")]
    [TestCase(1, "doctor", "idp doctor runs on the host of the server alone. --server \"\" is this host.")]
    [TestCase(1, "setup-link", "idp setup-link runs on the host of the server alone.")]
    [TestCase(1, "--server http://127.0.0.1:1 serve", "idp serve runs on the host of the server alone.")]
    public async Task Wrong_usage_is_said_without_a_server(int exitCode, string typed, string sentence)
    {
        var said = await IdpAsync("http://127.0.0.1:1", Token, typed.Split(' '));

        Assert.That((said.ExitCode, said.Output), Is.EqualTo((exitCode, "")), said.Error);
        Assert.That(said.Error, Does.Contain(sentence));
    }

    [Test]
    public void The_address_is_taken_out_wherever_it_stands()
    {
        foreach (var (typed, server, rest) in new[]
        {
            ("users list", null, "users list"), ("--server https://a users list", "https://a", "users list"), ("users list --server=https://a", "https://a", "users list"), ("users --server:https://a list", "https://a", "users list"),
            ("users show -- --server https://a", null, "users show -- --server https://a"), ("--server=", "", ""), ("users list --server", null, "users list --server"),
        })
        {
            Assert.That((RemoteAddress.Take(typed.Split(' '), out var left), string.Join(' ', left)), Is.EqualTo((server, rest)), typed);
        }
    }

    [Test]
    public async Task A_server_proves_who_it_is()
    {
        using var folder = new TempFolder();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await File.WriteAllTextAsync(folder.File("ca.pem"), made.ExportCertificatePem());
        await File.WriteAllTextAsync(folder.File("none.pem"), "nothing");
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        using var certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
        var serving = ServeAsync(listener, certificate);

        var stranger = await IdpAsync($"https://localhost:{port}", Token, "users", "list");
        var known = await IdpAsync(Variables($"https://localhost:{port}", Token, folder.File("ca.pem")), "users", "list");
        var elsewhere = await IdpAsync(Variables($"https://127.0.0.1:{port}", Token, folder.File("ca.pem")), "users", "list");
        var none = await IdpAsync(Variables($"https://localhost:{port}", Token, folder.File("gone.pem")), "users", "list");

        listener.Stop();
        await serving;
        Assert.That((stranger.ExitCode, stranger.Output), Is.EqualTo((3, "")));
        Assert.That(stranger.Error, Does.StartWith($"https://localhost:{port} could not prove who it is, so nothing was sent:"));
        Assert.That((known.ExitCode, known.Output, known.Error), Is.EqualTo((0, "said\n", "")));
        Assert.That((elsewhere.ExitCode, elsewhere.Error), Is.EqualTo((3, elsewhere.Error)));
        Assert.That(elsewhere.Error, Does.Contain("could not prove who it is"));
        Assert.That((none.ExitCode, none.Error), Is.EqualTo((3, none.Error)));
        Assert.That(none.Error, Does.StartWith("IDP_CACERT names no file with certificates:"));
    }

    [Test]
    public void A_token_runs_few_commands_at_once()
    {
        using var gate = new CommandGate();
        var (one, another) = (new Actor("token:one"), new Actor("token:another"));
        var taken = Enumerable.Range(0, CommandGate.AtOnce).Select(_ => gate.Enter(one)).ToList();

        Assert.That((taken.TrueForAll(lease => lease.IsAcquired), gate.Enter(one).IsAcquired, gate.Enter(another).IsAcquired), Is.EqualTo((true, false, true)));
        taken[0].Dispose();
        Assert.That(gate.Enter(one).IsAcquired);
    }

    [Test]
    public async Task What_takes_long_shows_that_it_lives()
    {
        var (clock, http, body) = (new TestClock(), new DefaultHttpContext(), new MemoryStream());
        http.Response.Body = body;
        using var answer = new CommandAnswer(http.Response, clock, CancellationToken.None);
        var verb = new TaskCompletionSource<int>();

        var waiting = answer.WaitAsync(verb.Task);
        clock.Advance(TimeSpan.FromSeconds(20));
        await Eventually.TrueAsync(() => Task.FromResult(body.Length > 0), () => "a line is sent");
        await answer.Writer("out").WriteAsync("done");
        verb.SetResult(0);
        await answer.EndAsync(await waiting);

        Assert.That(Encoding.UTF8.GetString(body.ToArray()), Is.EqualTo("{}\n{\"out\":\"done\"}\n{\"exitCode\":0}\n"));
    }

    private static async Task ServeAsync(TcpListener listener, X509Certificate2 certificate)
    {
        while (true)
        {
            try
            {
                using var client = await listener.AcceptTcpClientAsync();
                await using var stream = new SslStream(client.GetStream());
                await stream.AuthenticateAsServerAsync(certificate);
                var read = new byte[8192];
                var text = "";
                for (var count = 1; count > 0 && !text.EndsWith('}'); text += Encoding.ASCII.GetString(read, 0, count)) count = await stream.ReadAsync(read);
                await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nConnection: close\r\n\r\n{}\n{\"file\":\"that nobody asked for\"}\n{\"out\":\"said\\n\"}\n{\"exitCode\":0}\n"u8.ToArray());
            }
            catch (Exception refused) when (refused is IOException or System.Security.Authentication.AuthenticationException)
            {
                // The client did not like the certificate.
            }
            catch (Exception stopped) when (stopped is SocketException or InvalidOperationException)
            {
                return;
            }
        }
    }

    private static Dictionary<string, string> Variables(string server, string token, string? authority = null)
    {
        Dictionary<string, string> variables = new() { ["IDP_SERVER"] = server, ["IDP_TOKEN"] = token };
        if (authority is not null) variables["IDP_CACERT"] = authority;
        return variables;
    }

    private static Task<ProgramResult> IdpAsync(string server, string token, params string[] typed) => IdpAsync(Variables(server, token), typed);

    private static async Task<ProgramResult> IdpAsync(Dictionary<string, string> variables, params string[] typed)
    {
        await using StringWriter output = new(), error = new();
        var exitCode = await IdPCommandLine.RunAsync(
            typed, (_, _) => throw new InvalidOperationException("It serves."), new CommandOutput(output, error, isTerminal: false), TextReader.Null, canAsk: false, variables.GetValueOrDefault);
        return new ProgramResult(exitCode, output.ToString(), error.ToString());
    }
}
