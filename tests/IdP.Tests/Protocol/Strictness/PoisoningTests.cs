namespace IdP.Tests.Protocol.Strictness;

/// <summary>What a request says of its host changes nothing: issuer and links come from the configuration.</summary>
internal sealed class PoisoningTests
{
    private static readonly string[] Hosts = ["evil.example", "idp.example.evil.example", "idp.example:8443", "127.0.0.1", "[::1]", "idp.example@evil.example", "evil.example#", ""];

    private static readonly (string Name, string Value)[] Forwarded =
    [
        ("X-Forwarded-Host", "evil.example"), ("X-Forwarded-Proto", "http"), ("X-Forwarded-Port", "8443"), ("X-Forwarded-Prefix", "/evil"),
        ("X-Forwarded-Server", "evil.example"), ("X-Forwarded-PathBase", "/evil"), ("Forwarded", "host=evil.example;proto=http"), ("X-Host", "evil.example"),
        ("X-Original-Host", "evil.example"), ("X-Original-URL", "/evil"), ("X-Rewrite-URL", "/evil"), ("X-HTTP-Host-Override", "evil.example"),
        ("X-HTTP-Method-Override", "DELETE"), ("Front-End-Https", "off"), ("Referer", "https://evil.example/"), ("Origin", "https://evil.example"),
    ];

    private static readonly string[] Addresses =
    [
        "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", "/.well-known/jwks", "/", "/portal", "/signin", "/signout", "/help",
        "/connect/authorize?client_id=app&response_type=code&redirect_uri=https%3A%2F%2Fapp.example%2Fcallback&scope=openid&code_challenge=KWM1s4UpZOhM2BFOJR8BpVCWcYkfVnLSoUuCc2YbSq4&code_challenge_method=S256",
        "/connect/authorize?client_id=nobody", "/connect/logout?client_id=app", "/connect/userinfo", "/error?reason=link", "/nothing",
    ];

    private StrictProvider strict = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => strict = await StrictProvider.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await strict.DisposeAsync();

    [TestCaseSource(nameof(Addresses))]
    public async Task No_host_and_no_forwarded_header_shows_in_an_answer(string address)
    {
        var (path, query) = address.Split('?') is [var p, var q] ? (p, q) : (address, "");
        var clean = await strict.SendAsync(new RawRequest("GET", path) { Query = query });
        IEnumerable<RawRequest> poisoned =
        [
            .. Hosts.Select(host => new RawRequest("GET", path) { Query = query, Host = host }),
            .. Forwarded.Select(header => new RawRequest("GET", path) { Query = query, Headers = [new(header.Name, header.Value)] }),
            new RawRequest("GET", path) { Query = query, Headers = [.. Forwarded.Select(h => KeyValuePair.Create(h.Name, h.Value))] },
        ];
        foreach (var request in poisoned)
        {
            var answer = await strict.SendAsync(request);

            var what = $"{request.Host} {string.Join(',', request.Headers)}: {answer}";
            Assert.That(answer.Scandal, Is.Null, what);
            Assert.That(answer.Status, Is.EqualTo(clean.Status), what);
            Assert.That((answer.Location ?? "").Split("interaction=")[0].Split("logout=")[0], Is.EqualTo((clean.Location ?? "").Split("interaction=")[0].Split("logout=")[0]), what);
            Assert.That(answer.Body + string.Join('\n', answer.Headers.Values), Does.Not.Contain("evil").And.Not.Contain("8443"), what);
        }
    }

    [TestCase("evil.example")]
    [TestCase("idp.example:8443")]
    public async Task Tokens_have_the_configured_issuer(string host)
    {
        var request = await new Script(strict).BuildAsync("POST", "/connect/token", ["grant_type=client_credentials", "!basic job:s3cret", "!host " + host, "!header X-Forwarded-Host: " + host]);

        var answer = await strict.SendAsync(request);

        var token = System.Text.Json.JsonElement.Parse(answer.Body).GetProperty("access_token").GetString();
        Assert.That(new Microsoft.IdentityModel.JsonWebTokens.JsonWebToken(token).Issuer, Is.EqualTo(Provider.Issuer));
    }
}
