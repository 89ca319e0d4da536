using System.Net;
using IdP.Tests.Protocol;

namespace IdP.Tests.Samples;

/// <summary>What an API believes of a token. RFC 9068 §4.</summary>
internal sealed class AccessTokenRuleTests
{
    private ApiUnderTest api = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => api = await ApiUnderTest.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await api.DisposeAsync();

    [Test]
    public async Task A_good_token_opens_it() => Assert.That((await api.SendAsync("/salary", api.Token())).Status, Is.EqualTo(HttpStatusCode.OK));

    [Test]
    public async Task The_type_may_be_written_out() =>
        Assert.That((await api.SendAsync("/salary", api.Token([("typ", "application/at+jwt")]))).Status, Is.EqualTo(HttpStatusCode.OK));

    [Test]
    public async Task One_of_several_audiences_is_enough() =>
        Assert.That((await api.SendAsync("/salary", api.Token(claims: [("aud", new[] { "https://other.example", ApiUnderTest.Audience })]))).Status, Is.EqualTo(HttpStatusCode.OK));

    [TestCase("aud", "https://other.example", "it is for another API")]
    [TestCase("aud", null, "it is for another API")]
    [TestCase("iss", "https://other.example", "it comes from another issuer")]
    [TestCase("iss", null, "it comes from another issuer")]
    [TestCase("exp", null, "it has expired")]
    [TestCase("sub", null, "a claim is missing")]
    [TestCase("client_id", null, "a claim is missing")]
    [TestCase("jti", null, "a claim is missing")]
    public Task A_claim_that_is_wrong_closes_it(string name, string? value, string why) => RefusesAsync(api.Token(claims: [(name, value)]), why);

    [TestCase("typ", "JWT", "it is no access token")]
    [TestCase("typ", null, "it is no access token")]
    [TestCase("typ", "logout+jwt", "it is no access token")]
    [TestCase("alg", "none", "an algorithm that is not allowed")]
    // Signed with the public key as if it were a secret.
    [TestCase("alg", "HS256", "an algorithm that is not allowed")]
    [TestCase("alg", "ES384", "an algorithm that is not allowed")]
    [TestCase("kid", null, "no published key fits its signature")]
    [TestCase("kid", "another", "no published key fits its signature")]
    [TestCase("crit", "x", "an extension that this API does not know")]
    public Task A_header_that_is_wrong_closes_it(string name, string? value, string why) => RefusesAsync(api.Token([(name, value)]), why);

    [Test]
    public Task A_token_that_expired_two_minutes_ago_is_refused() =>
        RefusesAsync(api.Token(claims: [("exp", api.At(TimeSpan.FromMinutes(-2)))]), "it has expired");

    [Test]
    public Task A_token_that_begins_later_is_refused() => RefusesAsync(api.Token(claims: [("nbf", api.At(TimeSpan.FromMinutes(2)))]), "it has expired");

    [Test]
    public Task A_token_that_is_bound_to_a_key_is_refused() =>
        RefusesAsync(api.Token(claims: [("cnf", new { jkt = "x" })]), "it is bound to a key");

    [Test]
    public async Task Another_key_under_the_same_name_is_refused()
    {
        using var foreign = new ClientKey();

        await RefusesAsync(api.Token(key: foreign), "its signature is wrong");
    }

    [Test]
    public async Task A_changed_token_is_refused()
    {
        var (good, other) = (api.Token().Split('.'), api.Token(claims: [("sub", "somebody else")]).Split('.'));

        await RefusesAsync($"{good[0]}.{other[1]}.{good[2]}", "its signature is wrong");
    }

    [TestCase("x")]
    [TestCase("a.b.c")]
    [TestCase("eyJhbGciOiJFUzI1NiJ9..")]
    public async Task What_is_no_token_is_refused(string token)
    {
        var answer = await api.SendAsync("/salary", token);

        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(answer.Challenge, Does.Contain("error=\"invalid_token\""));
    }

    private async Task RefusesAsync(string token, string why)
    {
        var answer = await api.SendAsync("/salary", token);

        Assert.That((answer.Status, answer.Challenge), Is.EqualTo((HttpStatusCode.Unauthorized,
            $"Bearer realm=\"payroll\", error=\"invalid_token\", error_description=\"The access token is not valid: {why}.\"")));
    }
}
