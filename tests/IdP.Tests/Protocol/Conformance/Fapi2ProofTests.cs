using System.Net;
using IdP.Testing;

namespace IdP.Tests.Protocol.Conformance;

/// <summary>The plan of the FAPI 2.0 Security Profile: assertions of clients, and proofs of keys. RFC 7523, RFC 9449.</summary>
internal sealed class Fapi2ProofTests
{
    private Fapi2Bench bench = null!;
    private string token = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        bench = await Fapi2Bench.StartAsync();
        token = (await bench.RedeemAsync(await bench.CodeAsync()))["access_token"]!;
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await bench.DisposeAsync();

    public static IEnumerable<TestCaseData> WrongAssertions()
    {
        yield return Claim("sub missing", ("sub", null));
        yield return Claim("sub of another", ("sub", "second"));
        yield return Claim("iss missing", ("iss", null));
        yield return Claim("iss of another", ("iss", "second"));
        yield return Claim("aud missing", ("aud", null));
        yield return Claim("aud of another server", ("aud", "https://other.example/"));
        yield return Claim("aud of the PAR endpoint", ("aud", Provider.Issuer + Fapi2Bench.Par));
        yield return Claim("aud of the token endpoint", ("aud", Provider.Issuer + Fapi2Bench.Token));
        yield return Claim("aud an array", ("aud", new[] { Provider.Issuer, "https://other.example/" }));
        yield return Claim("exp five minutes ago", ("exp", T(-300)));
        yield return Claim("iat and nbf over a minute ahead", ("iat", T(70)), ("nbf", T(70)), ("exp", T(130)));
        yield return new TestCaseData(new (string, object?)[] { ("alg", "none") }, null).SetArgDisplayNames("alg none");
        yield return new TestCaseData(new (string, object?)[] { ("kid", "k9") }, null).SetArgDisplayNames("kid unknown");

        static long T(int seconds) => new TestClock().Now.AddSeconds(seconds).ToUnixTimeSeconds();
        static TestCaseData Claim(string name, params (string, object?)[] changes) => new TestCaseData(null, changes).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(WrongAssertions))]
    public async Task A_wrong_assertion_is_refused_at_the_pushed_request((string, object?)[]? header, (string, object?)[]? claims)
    {
        var answer = await bench.PushAsync("strict", bench.Assertion(header: header, claims: claims));

        Assert.That((answer.Status, answer["error"]), Is.EqualTo((HttpStatusCode.Unauthorized, "invalid_client")).Or.EqualTo((HttpStatusCode.BadRequest, "invalid_request")));
    }

    [Test]
    public async Task An_assertion_of_a_clock_eight_seconds_ahead_is_taken()
    {
        var ahead = bench.Now.AddSeconds(8).ToUnixTimeSeconds();

        Assert.That((await bench.PushAsync("strict", bench.Assertion(claims: [("iat", ahead), ("nbf", ahead)]))).Status, Is.EqualTo(HttpStatusCode.Created));
    }

    [TestCase(-10)]
    [TestCase(10)]
    public async Task A_proof_of_a_clock_ten_seconds_off_is_taken(int seconds)
    {
        var answer = await bench.UserInfoAsync(token, proofs: bench.Proof(Fapi2Bench.UserInfo, token, claims: [("iat", bench.Now.AddSeconds(seconds).ToUnixTimeSeconds())]));

        Assert.That(answer["sub"], Is.EqualTo(Provider.UserId), answer.ToString());
    }

    public static IEnumerable<TestCaseData> GoodProofs()
    {
        var now = new TestClock().Now;
        yield return new TestCaseData(null, new (string, object?)[] { ("nbf", now.ToUnixTimeSeconds()), ("exp", now.AddMinutes(5).ToUnixTimeSeconds()) }).SetArgDisplayNames("with nbf and exp");
        yield return new TestCaseData(null, new (string, object?)[] { ("htu", Provider.Issuer + Fapi2Bench.UserInfo + "?x=1#y") }).SetArgDisplayNames("with a query and a fragment in htu");
        yield return new TestCaseData(new (string, object?)[] { ("extra", "x") }, new (string, object?)[] { ("extra", "x") }).SetArgDisplayNames("with members that nobody knows");
    }

    [TestCaseSource(nameof(GoodProofs))]
    public async Task A_good_proof_opens_userinfo((string, object?)[]? header, (string, object?)[]? claims)
    {
        var answer = await bench.UserInfoAsync(token, proofs: bench.Proof(Fapi2Bench.UserInfo, token, header, claims));

        Assert.That(answer["sub"], Is.EqualTo(Provider.UserId), answer.ToString());
    }

    public static IEnumerable<TestCaseData> WrongProofs()
    {
        yield return Head("typ missing", ("typ", null));
        yield return Head("typ of another kind", ("typ", "JWT"));
        yield return Head("alg missing", ("alg", ""));
        yield return Head("alg none", ("alg", "none"));
        yield return Head("jwk missing", ("jwk", null));
        yield return Head("jwk with its private part", ("jwk", new Dictionary<string, object>(new ClientKey().Jwk) { ["d"] = "AAAA" }));
        yield return Claim("jti missing", ("jti", null));
        yield return Claim("htm missing", ("htm", null));
        yield return Claim("htm PUT", ("htm", "PUT"));
        yield return Claim("htu missing", ("htu", null));
        yield return Claim("htu of another address", ("htu", "https://other.example" + Fapi2Bench.UserInfo));
        yield return Claim("iat missing", ("iat", null));
        yield return Claim("iat in an hour", ("iat", new TestClock().Now.AddHours(1).ToUnixTimeSeconds()));
        yield return Claim("iat an hour ago", ("iat", new TestClock().Now.AddHours(-1).ToUnixTimeSeconds()));
        yield return Claim("ath missing", ("ath", null));
        yield return Claim("ath of another token", ("ath", new string('A', 43)));

        static TestCaseData Claim(string name, (string, object?) change) => new TestCaseData(null, new[] { change }).SetArgDisplayNames(name);
        static TestCaseData Head(string name, (string, object?) change) => new TestCaseData(new[] { change }, null).SetArgDisplayNames(name);
    }

    [TestCaseSource(nameof(WrongProofs))]
    public async Task A_wrong_proof_does_not_open_userinfo((string, object?)[]? header, (string, object?)[]? claims)
    {
        var answer = await bench.UserInfoAsync(token, proofs: bench.Proof(Fapi2Bench.UserInfo, token, header, claims));

        Assert.That((answer.Status, answer["error"]), Is.EqualTo((HttpStatusCode.Unauthorized, "invalid_dpop_proof")));
        Assert.That(answer.Challenge, Does.StartWith("DPoP "));
    }

    [Test]
    public async Task A_proof_opens_userinfo_once()
    {
        var proof = bench.Proof(Fapi2Bench.UserInfo, token);

        Assert.That((await bench.UserInfoAsync(token, proofs: proof))["sub"], Is.EqualTo(Provider.UserId));
        Assert.That((await bench.UserInfoAsync(token, proofs: proof))["error"], Is.EqualTo("invalid_dpop_proof"));
    }

    [Test]
    public async Task Two_proofs_no_proof_and_a_proof_of_another_key_do_not_open_userinfo()
    {
        using var other = new ClientKey();

        Assert.That((await bench.UserInfoAsync(token, proofs: [bench.Proof(Fapi2Bench.UserInfo, token), bench.Proof(Fapi2Bench.UserInfo, token)]))["error"], Is.EqualTo("invalid_dpop_proof"));
        Assert.That((await bench.Provider.UserInfoAsync("DPoP", token))["error"], Is.EqualTo("invalid_dpop_proof"));
        Assert.That((await bench.UserInfoAsync(token, proofs: other.Proof(Fapi2Bench.UserInfo, bench.Now, bench.Nonce, "GET", token)))["error"], Is.EqualTo("invalid_token"));
        Assert.That((await bench.Provider.UserInfoAsync("Bearer", token))["error"], Is.EqualTo("invalid_token"));
    }

    [Test]
    public async Task A_proof_by_RS256_is_not_of_the_profile()
    {
        using var rsa = new ClientKey("RS256");

        var answer = await bench.UserInfoAsync(token, proofs: rsa.Proof(Fapi2Bench.UserInfo, bench.Now, bench.Nonce, "GET", token));

        Assert.That((answer["error"], answer["error_description"]), Is.EqualTo(("invalid_dpop_proof", "The DPoP proof was refused: its alg must be one of PS256, ES256.")));
    }

    [TestCase("DPOP")]
    [TestCase("dpop")]
    public async Task The_scheme_is_read_in_any_case(string scheme) => Assert.That((await bench.UserInfoAsync(token, scheme))["sub"], Is.EqualTo(Provider.UserId));
}
