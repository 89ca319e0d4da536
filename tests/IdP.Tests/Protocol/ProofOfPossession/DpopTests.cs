using System.Net;
using System.Text.Json;
using IdP.Protocol.ProofOfPossession;
using IdP.Storage.Clients;
using IdP.Storage.Keys;
using IdP.Testing;
using Microsoft.IdentityModel.JsonWebTokens;

namespace IdP.Tests.Protocol.ProofOfPossession;

/// <summary>RFC 9449 over HTTP.</summary>
[TestFixtureSource(typeof(TestDatabase), nameof(TestDatabase.All))]
internal sealed class DpopTests(TestDatabaseKind kind)
{
    private const string TokenPath = "/connect/token";
    private const string UserInfoPath = "/connect/userinfo";

    private Provider provider = null!;
    private ClientKey key = null!;
    private string nonce = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        (provider, key) = (await Provider.StartAsync(kind), new ClientKey());
        await provider.AddAsync(new Client { ClientId = "job", DisplayName = "job", GrantTypes = ["client_credentials"], Scopes = ["jobs"] });
        await provider.AddAsync(new Client { ClientId = "bound", DisplayName = "bound", GrantTypes = ["client_credentials"], Scopes = ["jobs"], DpopBoundAccessTokens = true });
        await provider.AddAsync(new Client
        {
            ClientId = "opaque", DisplayName = "opaque", GrantTypes = ["client_credentials"], Scopes = ["jobs"], AccessTokenFormat = AccessTokenFormat.Reference,
        });
        await provider.AddAsync(new Client
        {
            ClientId = "spa", DisplayName = "spa", Type = ClientType.Public, TokenEndpointAuthMethod = "none", RedirectUris = [Provider.RedirectUri],
            GrantTypes = ["authorization_code", "refresh_token"],
        });
        await provider.SignInAsync();
        nonce = (await SendAsync(key.Proof(TokenPath, Now, null))).Nonce!;
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        key.Dispose();
        await provider.DisposeAsync();
    }

    [Test]
    public async Task A_proof_without_our_nonce_is_told_to_use_it()
    {
        var answer = await SendAsync(key.Proof(TokenPath, Now, null));

        Assert.That((answer.Status, answer["error"], answer.Nonce is null), Is.EqualTo((HttpStatusCode.BadRequest, "use_dpop_nonce", false)));
    }

    [Test]
    public async Task A_good_proof_binds_the_token()
    {
        var answer = await SendAsync(key.Proof(TokenPath, Now, nonce));

        Assert.That(answer["token_type"], Is.EqualTo("DPoP"), answer.ToString());
        Assert.That(Jkt(answer), Is.EqualTo(key.Thumbprint));
    }

    [TestCase("RS256")]
    [TestCase("PS256")]
    public async Task Rsa_keys_prove_too(string alg)
    {
        using var rsa = new ClientKey(alg);

        Assert.That(Jkt(await SendAsync(rsa.Proof(TokenPath, Now, nonce))), Is.EqualTo(rsa.Thumbprint));
    }

    [Test]
    public async Task Without_a_proof_it_is_a_bearer_token() => Assert.That((await SendAsync(null))["token_type"], Is.EqualTo("Bearer"));

    [Test]
    public async Task A_client_registered_for_bound_tokens_gets_no_others()
    {
        var answer = await SendAsync(null, "bound");

        Assert.That((answer["error"], answer.Nonce is null), Is.EqualTo(("invalid_dpop_proof", false)));
    }

    [Test]
    public async Task A_reference_token_is_bound_and_introspection_says_so()
    {
        var token = (await SendAsync(key.Proof(TokenPath, Now, nonce), "opaque"))["access_token"];

        var said = await provider.PostAsync("/connect/introspect", [new("token", token)], basic: "opaque:s3cret");

        Assert.That((said["active"], said["token_type"], said.Json.GetProperty("cnf").GetProperty("jkt").GetString()), Is.EqualTo(("true", "DPoP", key.Thumbprint)));
    }

    public static IEnumerable<TestCaseData> Refused()
    {
        yield return Head("typ missing", ("typ", null));
        yield return Head("typ JWT", ("typ", "JWT"));
        yield return Head("alg none", ("alg", "none"));
        yield return Head("alg HS256", ("alg", "HS256"));
        yield return Head("alg of another kind of key", ("alg", "ES512"));
        yield return Head("jwk missing", ("jwk", null));
        yield return Head("jwk no object", ("jwk", "key"));
        yield return Head("jwk symmetric", ("jwk", new { kty = "oct", k = "AAAA" }));
        yield return Head("jwk of another", ("jwk", new ClientKey().Jwk));
        yield return Head("jwk with its private part", ("jwk", new Dictionary<string, object>(new ClientKey().Jwk) { ["d"] = "AAAA" }));
        yield return Head("jwk not on the curve", ("jwk", new { kty = "EC", crv = "P-256", x = new string('A', 43), y = new string('A', 43) }));
        yield return Head("crit", ("crit", new[] { "x" }));
        yield return Claim("jti missing", ("jti", null));
        yield return Claim("jti too long", ("jti", new string('j', 513)));
        yield return Claim("htm missing", ("htm", null));
        yield return Claim("htm of another method", ("htm", "GET"));
        yield return Claim("htm in lower case", ("htm", "post"));
        yield return Claim("htu missing", ("htu", null));
        yield return Claim("htu of another path", ("htu", Provider.Issuer + UserInfoPath));
        yield return Claim("htu of another host", ("htu", "https://evil.example" + TokenPath));
        yield return Claim("htu by http", ("htu", "http://idp.example" + TokenPath));
        yield return Claim("htu with a user", ("htu", "https://idp.example@evil.example" + TokenPath));
        yield return Claim("htu relative", ("htu", TokenPath));
        yield return Claim("iat missing", ("iat", null));
        yield return Claim("iat as text", ("iat", "now"));
        yield return Claim("iat negative", ("iat", -1));
        yield return Claim("iat enormous", ("iat", 1e300));
        yield return Claim("iat two minutes ago", ("iat", new TestClock().Now.AddMinutes(-2).ToUnixTimeSeconds()));
        yield return Claim("iat in a minute", ("iat", new TestClock().Now.AddMinutes(1).ToUnixTimeSeconds()));

        static TestCaseData Claim(string name, (string, object?) change) => new TestCaseData(null, new[] { change }).SetArgDisplayNames(name);
        static TestCaseData Head(string name, (string, object?) change) => new TestCaseData(new[] { change }, null).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(Refused))]
    public async Task A_bad_proof_is_invalid_dpop_proof((string, object?)[]? header, (string, object?)[]? claims)
    {
        var answer = await SendAsync(key.Proof(TokenPath, Now, nonce, header: header, claims: claims));

        Assert.That((answer.Status, answer["error"]), Is.EqualTo((HttpStatusCode.BadRequest, "invalid_dpop_proof")));
    }

    [TestCase("HTTPS://IDP.example:443/connect/token")]
    [TestCase("https://idp.example/connect/./token?x=1#y")]
    [TestCase("https://idp.example/%63onnect/token")]
    public async Task The_address_is_compared_after_normalization(string htu) =>
        Assert.That((await SendAsync(key.Proof(TokenPath, Now, nonce, claims: [("htu", htu)])))["token_type"], Is.EqualTo("DPoP"));

    [TestCase("made up")]
    [TestCase("")]
    public async Task A_nonce_that_is_not_ours_is_refused(string made) =>
        Assert.That((await SendAsync(key.Proof(TokenPath, Now, made)))["error"], Is.EqualTo("use_dpop_nonce"));

    [Test]
    public async Task A_proof_works_once()
    {
        var proof = key.Proof(TokenPath, Now, nonce);
        await SendAsync(proof);

        Assert.That((await SendAsync(proof))["error"], Is.EqualTo("invalid_dpop_proof"));
    }

    [Test]
    public async Task Of_a_hundred_requests_at_once_with_one_proof_one_succeeds()
    {
        var proof = key.Proof(TokenPath, Now, nonce);

        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Task.Run(() => SendAsync(proof))));

        Assert.That(answers.Count(a => a.Status == HttpStatusCode.OK), Is.EqualTo(1));
    }

    [Test]
    public void A_nonce_is_good_on_every_node_for_two_periods()
    {
        var clock = new TestClock();
        DpopNonces Node() => new(new MasterKeys([new byte[32]]), clock);
        var given = Node().Current;

        clock.Advance(DpopNonces.Period);
        Assert.That(Node().IsGood(given), Is.True);
        clock.Advance(DpopNonces.Period);
        Assert.That(Node().IsGood(given), Is.False);
    }

    [Test]
    public async Task Userinfo_takes_a_bound_token_with_a_proof_that_names_it()
    {
        var token = await TokenOfPersonAsync();

        var answer = await provider.UserInfoAsync("DPoP", token, key.Proof(UserInfoPath, Now, nonce, "GET", token));

        Assert.That(answer["sub"], Is.EqualTo(Provider.UserId), answer.ToString());
    }

    [Test]
    public async Task Userinfo_refuses_a_bound_token_as_bearer()
    {
        var answer = await provider.UserInfoAsync("Bearer", await TokenOfPersonAsync());

        Assert.That((answer.Status, answer["error"]), Is.EqualTo((HttpStatusCode.Unauthorized, "invalid_token")));
        Assert.That(answer.Challenge, Does.StartWith("DPoP algs=\"RS256 PS256 ES256\"").And.Contain("error=\"invalid_token\""));
    }

    [Test]
    public async Task Userinfo_refuses_a_bearer_token_as_bound()
    {
        var token = (await RedeemAsync(await provider.CodeAsync("spa"), null))["access_token"]!;

        Assert.That((await provider.UserInfoAsync("DPoP", token, key.Proof(UserInfoPath, Now, nonce, "GET", token)))["error"], Is.EqualTo("invalid_token"));
    }

    [Test]
    public async Task Userinfo_refuses_a_proof_of_another_key()
    {
        var token = await TokenOfPersonAsync();
        using var other = new ClientKey();

        Assert.That((await provider.UserInfoAsync("DPoP", token, other.Proof(UserInfoPath, Now, nonce, "GET", token)))["error"], Is.EqualTo("invalid_token"));
    }

    [Test]
    public async Task Userinfo_refuses_a_proof_for_another_token()
    {
        var token = await TokenOfPersonAsync();

        Assert.That((await provider.UserInfoAsync("DPoP", token, key.Proof(UserInfoPath, Now, nonce, "GET", "other")))["error"], Is.EqualTo("invalid_dpop_proof"));
    }

    [Test]
    public async Task Userinfo_asks_for_a_proof()
    {
        var answer = await provider.UserInfoAsync("DPoP", await TokenOfPersonAsync());

        Assert.That((answer.Status, answer["error"]), Is.EqualTo((HttpStatusCode.Unauthorized, "invalid_dpop_proof")));
    }

    [Test]
    public async Task Userinfo_asks_for_a_nonce()
    {
        var token = await TokenOfPersonAsync();
        var answer = await provider.UserInfoAsync("DPoP", token, key.Proof(UserInfoPath, Now, null, "GET", token));

        Assert.That((answer.Status, answer["error"], answer.Nonce is null), Is.EqualTo((HttpStatusCode.Unauthorized, "use_dpop_nonce", false)));
    }

    [Test]
    public async Task A_refused_proof_leaves_the_code_as_it_is()
    {
        var code = await provider.CodeAsync("spa");
        await RedeemAsync(code, key.Proof(TokenPath, Now, null));

        Assert.That((await RedeemAsync(code, key.Proof(TokenPath, Now, nonce)))["token_type"], Is.EqualTo("DPoP"));
    }

    [Test]
    public async Task A_code_bound_to_a_key_is_redeemed_with_it()
    {
        var code = await provider.CodeAsync("spa", ("dpop_jkt", key.Thumbprint));

        Assert.That((await RedeemAsync(code, key.Proof(TokenPath, Now, nonce)))["token_type"], Is.EqualTo("DPoP"));
    }

    [Test]
    public async Task A_code_bound_to_a_key_is_not_redeemed_with_another()
    {
        var code = await provider.CodeAsync("spa", ("dpop_jkt", key.Thumbprint));
        using var other = new ClientKey();

        Assert.That((await RedeemAsync(code, other.Proof(TokenPath, Now, nonce)))["error"], Is.EqualTo("invalid_grant"));
    }

    [Test]
    public async Task A_code_bound_to_a_key_is_not_redeemed_without_it()
    {
        var code = await provider.CodeAsync("spa", ("dpop_jkt", key.Thumbprint));

        Assert.That((await RedeemAsync(code, null))["error"], Is.EqualTo("invalid_dpop_proof"));
    }

    [Test]
    public async Task A_malformed_dpop_jkt_is_refused() =>
        Assert.That(Provider.Query(await provider.AuthorizeAsync(Provider.Request("spa", ("dpop_jkt", "short"))), "error"), Is.EqualTo("invalid_request"));

    [Test]
    public async Task A_public_clients_refresh_token_is_bound()
    {
        await provider.ChangeAsync("spa", c => c.Scopes = ["openid", "offline_access"]);
        var tokens = await RedeemAsync(await provider.CodeAsync("spa", ("scope", "openid offline_access")), key.Proof(TokenPath, Now, nonce));
        using var other = new ClientKey();

        Assert.That((await RefreshAsync(tokens, null))["error"], Is.EqualTo("invalid_dpop_proof"));
        Assert.That((await RefreshAsync(tokens, other.Proof(TokenPath, Now, nonce)))["error"], Is.EqualTo("invalid_grant"));
        Assert.That((await RefreshAsync(tokens, key.Proof(TokenPath, Now, nonce)))["token_type"], Is.EqualTo("DPoP"));
    }

    private DateTimeOffset Now => provider.Clock.Now;

    private static string? Jkt(Answer answer) =>
        new JsonWebToken(answer["access_token"]).TryGetPayloadValue<JsonElement>("cnf", out var cnf) ? cnf.GetProperty("jkt").GetString() : null;

    private async Task<string> TokenOfPersonAsync() => (await RedeemAsync(await provider.CodeAsync("spa"), key.Proof(TokenPath, Now, nonce)))["access_token"]!;

    private Task<Answer> SendAsync(string? proof, string client = "job") =>
        provider.PostAsync(TokenPath, [new("grant_type", "client_credentials")], proof, client + ":s3cret");

    private Task<Answer> RedeemAsync(string code, string? proof) => provider.PostAsync(TokenPath,
        [
            new("grant_type", "authorization_code"), new("client_id", "spa"), new("code", code), new("redirect_uri", Provider.RedirectUri),
            new("code_verifier", Provider.Verifier),
        ], proof);

    private Task<Answer> RefreshAsync(Answer tokens, string? proof) => provider.PostAsync(TokenPath,
        [new("grant_type", "refresh_token"), new("client_id", "spa"), new("refresh_token", tokens["refresh_token"])], proof);
}
