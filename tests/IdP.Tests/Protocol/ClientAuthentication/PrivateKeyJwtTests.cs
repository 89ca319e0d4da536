using System.Net;
using IdP.Storage.Clients;
using IdP.Testing;

namespace IdP.Tests.Protocol.ClientAuthentication;

/// <summary>RFC 7523 over HTTP: one good assertion, and each way in which it can be bad.</summary>
[TestFixtureSource(typeof(TestDatabase), nameof(TestDatabase.All))]
internal sealed class PrivateKeyJwtTests(TestDatabaseKind kind)
{
    private const string Type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    private Provider provider = null!;
    private ClientKey key = null!;
    private ClientKey rsa = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        (provider, key, rsa) = (await Provider.StartAsync(kind), new ClientKey(), new ClientKey("RS256", "r1"));
        await provider.AddAsync(A("job", key));
        await provider.AddAsync(A("rsa", rsa));
        var strict = A("strict", rsa);
        strict.Profile = "fapi2";
        await provider.AddAsync(strict);
        await provider.AddAsync(A("other", rsa));
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        key.Dispose();
        rsa.Dispose();
        await provider.DisposeAsync();
    }

    [Test]
    public async Task A_good_assertion_gets_a_token() => Assert.That((await SendAsync(key.Assertion("job", Now)))["token_type"], Is.EqualTo("Bearer"));

    [TestCase("RS256")]
    [TestCase("PS256")]
    public async Task An_rsa_key_serves_both_paddings(string alg) =>
        Assert.That((await SendAsync(rsa.Assertion("rsa", Now, header: [("alg", alg)])))["access_token"], Is.Not.Null);

    [TestCase(Provider.Issuer + "/connect/token")]
    [TestCase(Provider.Issuer + "/connect/par")]
    public async Task The_endpoints_are_audiences_too(string audience) =>
        Assert.That((await SendAsync(key.Assertion("job", Now, claims: [("aud", audience)])))["access_token"], Is.Not.Null);

    [Test]
    public async Task An_assertion_works_once()
    {
        var assertion = key.Assertion("job", Now);
        await SendAsync(assertion);

        var again = await SendAsync(assertion);

        Assert.That(again["error"], Is.EqualTo("invalid_client"));
    }

    [Test]
    public async Task Of_a_hundred_requests_at_once_with_one_assertion_one_succeeds()
    {
        var assertion = key.Assertion("job", Now);

        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Task.Run(() => SendAsync(assertion))));

        Assert.That(answers.Count(a => a.Status == HttpStatusCode.OK), Is.EqualTo(1));
    }

    public static IEnumerable<TestCaseData> Refused()
    {
        yield return Claim("iss of somebody else", ("iss", "rsa"));
        yield return Claim("iss missing", ("iss", null));
        yield return Claim("sub of somebody else", ("sub", "rsa"));
        yield return Claim("sub missing", ("sub", null));
        yield return Claim("aud missing", ("aud", null));
        yield return Claim("aud of another server", ("aud", "https://evil.example"));
        yield return Claim("aud with a slash", ("aud", Provider.Issuer + "/"));
        yield return Claim("aud of two", ("aud", new[] { Provider.Issuer, "https://evil.example" }));
        yield return Claim("exp missing", ("exp", null));
        yield return Claim("exp as text", ("exp", "soon"));
        yield return Claim("expired", ("exp", T(-1)));
        yield return Claim("exp too far ahead", ("exp", T(400)));
        yield return Claim("iat in the future", ("iat", T(60)));
        yield return Claim("iat long ago", ("iat", T(-600)));
        yield return Claim("iat as text", ("iat", "now"));
        yield return Claim("nbf in the future", ("nbf", T(60)));
        yield return Claim("jti missing", ("jti", null));
        yield return Claim("jti a number", ("jti", 7));
        yield return Head("alg none", ("alg", "none"));
        yield return Head("alg HS256 with the public key", ("alg", "HS256"));
        yield return Head("alg ES384", ("alg", "ES384"));
        yield return Head("alg missing", ("alg", ""));
        yield return Head("kid unknown", ("kid", "k2"));
        yield return Head("kid a number", ("kid", 1));
        yield return Head("jwk", ("jwk", new { kty = "EC" }));
        yield return Head("jku", ("jku", "https://evil.example/jwks"));
        yield return Head("x5u", ("x5u", "https://evil.example/x5u"));
        yield return Head("x5c", ("x5c", new[] { "MII" }));
        yield return Head("crit", ("crit", new[] { "exp" }));
        yield return Head("typ of an access token", ("typ", "at+jwt"));
        yield return Head("typ of a proof", ("typ", "dpop+jwt"));

        static long T(int seconds) => new TestClock().Now.AddSeconds(seconds).ToUnixTimeSeconds();
        static TestCaseData Claim(string name, (string, object?) change) => new TestCaseData(null, new[] { change }).SetArgDisplayNames(name);
        static TestCaseData Head(string name, (string, object?) change) => new TestCaseData(new[] { change }, null).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Refused))]
    public async Task Anything_wrong_is_invalid_client((string, object?)[]? header, (string, object?)[]? claims)
    {
        var answer = await SendAsync(key.Assertion("job", Now, header, claims));

        Assert.That((answer.Status, answer["error"]), Is.EqualTo((HttpStatusCode.Unauthorized, "invalid_client")));
    }

    [Test]
    public async Task Another_key_is_refused()
    {
        using var stranger = new ClientKey();

        Assert.That((await SendAsync(stranger.Assertion("job", Now)))["error"], Is.EqualTo("invalid_client"));
    }

    [Test]
    public async Task Another_clients_key_is_refused() =>
        Assert.That((await SendAsync(rsa.Assertion("other", Now, header: [("kid", "k1")])))["error"], Is.EqualTo("invalid_client"));

    [Test]
    public async Task A_changed_signature_is_refused()
    {
        var assertion = key.Assertion("job", Now);

        Assert.That((await SendAsync(assertion[..^4] + (assertion[^4] == 'A' ? "B" : "A") + assertion[^3..]))["error"], Is.EqualTo("invalid_client"));
    }

    [Test]
    public async Task A_refused_assertion_uses_up_no_identifier()
    {
        using var stranger = new ClientKey();
        await SendAsync(stranger.Assertion("job", Now, claims: [("jti", "taken?")]));

        Assert.That((await SendAsync(key.Assertion("job", Now, claims: [("jti", "taken?")])))["access_token"], Is.Not.Null);
    }

    [Test]
    public async Task The_profile_takes_no_rs256() =>
        Assert.That((await SendAsync(rsa.Assertion("strict", Now)))["error"], Is.EqualTo("invalid_client"));

    [TestCase(Provider.Issuer + "/connect/token")]
    public async Task The_profile_takes_the_issuer_alone(string audience) =>
        Assert.That((await SendAsync(rsa.Assertion("strict", Now, [("alg", "PS256")], [("aud", audience)])))["error"], Is.EqualTo("invalid_client"));

    [Test]
    public async Task The_profile_takes_no_list() =>
        Assert.That((await SendAsync(rsa.Assertion("strict", Now, [("alg", "PS256")], [("aud", new[] { Provider.Issuer })])))["error"], Is.EqualTo("invalid_client"));

    [Test]
    public async Task A_client_of_the_profile_gets_past_authentication_with_ps256() =>
        Assert.That((await SendAsync(rsa.Assertion("strict", Now, [("alg", "PS256")])))["error"], Is.EqualTo("invalid_dpop_proof"));

    [Test]
    public async Task The_type_must_be_exact() =>
        Assert.That((await SendAsync(key.Assertion("job", Now), ("client_assertion_type", Type + "s")))["error"], Is.EqualTo("invalid_client"));

    [Test]
    public async Task The_type_must_be_there() =>
        Assert.That((await SendAsync(key.Assertion("job", Now), ("client_assertion_type", null)))["error"], Is.EqualTo("invalid_request"));

    [Test]
    public async Task The_client_id_must_agree() =>
        Assert.That((await SendAsync(key.Assertion("job", Now), ("client_id", "rsa")))["error"], Is.EqualTo("invalid_request"));

    [Test]
    public async Task The_same_client_id_is_fine() =>
        Assert.That((await SendAsync(key.Assertion("job", Now), ("client_id", "job")))["access_token"], Is.Not.Null);

    [Test]
    public async Task A_secret_beside_it_is_refused() =>
        Assert.That((await SendAsync(key.Assertion("job", Now), ("client_id", "job"), ("client_secret", "x")))["error"], Is.EqualTo("invalid_request"));

    [Test]
    public async Task Without_an_assertion_the_client_is_refused() =>
        Assert.That((await provider.PostAsync("/connect/token", [new("grant_type", "client_credentials"), new("client_id", "job")]))["error"], Is.EqualTo("invalid_client"));

    [Test]
    public async Task Discovery_lists_it()
    {
        var document = await provider.Http.GetStringAsync(new Uri("/.well-known/openid-configuration", UriKind.Relative));

        Assert.That(document, Does.Contain("private_key_jwt").And.Contain("\"token_endpoint_auth_signing_alg_values_supported\":[\"RS256\",\"PS256\",\"ES256\"]"));
    }

    private DateTimeOffset Now => provider.Clock.Now;

    private static Client A(string id, ClientKey key) => new()
    {
        ClientId = id, DisplayName = id, TokenEndpointAuthMethod = "private_key_jwt", Jwks = key.Jwks, GrantTypes = ["client_credentials"], Scopes = ["jobs"],
    };

    private Task<Answer> SendAsync(string assertion, params (string Name, string? Value)[] changes)
    {
        var form = new Dictionary<string, string?> { ["grant_type"] = "client_credentials", ["client_assertion_type"] = Type, ["client_assertion"] = assertion };
        foreach (var (name, value) in changes) form[name] = value;
        return provider.PostAsync("/connect/token", form);
    }
}
