using System.Net;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;

namespace IdP.Tests.Protocol.Conformance;

/// <summary>The plan of the FAPI 2.0 Security Profile, with private_key_jwt and DPoP: from the pushed request to the tokens.</summary>
internal sealed class Fapi2ProfileTests
{
    private Fapi2Bench bench = null!;
    private string cookie = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        bench = await Fapi2Bench.StartAsync();
        cookie = bench.Provider.Http.DefaultRequestHeaders.GetValues("Cookie").Single();
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await bench.DisposeAsync();

    [SetUp]
    public Task NewNonceAsync() => bench.RefreshNonceAsync();

    [Test]
    public async Task The_happy_flow_ends_with_a_bound_token_and_an_ID_token_that_the_profile_allows()
    {
        var answer = await bench.GoAsync(await bench.UriAsync(("state", "s-1"), ("nonce", "n-1")));
        Assert.That((Provider.Query(answer, "state"), Provider.Query(answer, "iss")), Is.EqualTo(("s-1", Provider.Issuer)));

        var tokens = await bench.RedeemAsync(Provider.Query(answer, "code")!);
        Assert.That(tokens["token_type"], Is.EqualTo("DPoP"), tokens.ToString());
        var (id, access) = (Fapi2Bench.IdToken(tokens), new JsonWebToken(tokens["access_token"]));
        // §5.4.1: PS256, ES256 or EdDSA, although the client is registered for RS256.
        Assert.That((id.Alg, access.Alg, id.GetPayloadValue<string>("nonce")), Is.EqualTo(("ES256", "ES256", "n-1")));
        Assert.That(access.GetPayloadValue<JsonElement>("cnf").GetProperty("jkt").GetString(), Is.EqualTo(bench.Proving.Thumbprint));
        Assert.That((await bench.UserInfoAsync(tokens["access_token"]!))["sub"], Is.EqualTo(Provider.UserId));
    }

    [Test]
    public async Task Without_a_state_and_a_nonce_none_comes_back()
    {
        var answer = await bench.GoAsync(await bench.UriAsync(("state", null), ("nonce", null)), ("state", "beside"), ("nonce", "beside"));

        var token = Fapi2Bench.IdToken(await bench.RedeemAsync(Provider.Query(answer, "code")!));
        Assert.That((Provider.Query(answer, "state"), token.TryGetPayloadValue<string>("nonce", out _)), Is.EqualTo(((string?)null, false)));
    }

    [Test]
    public async Task A_state_and_a_nonce_beside_the_pushed_request_are_not_used()
    {
        var answer = await bench.GoAsync(await bench.UriAsync(("state", "inside"), ("nonce", "inside")), ("state", "beside"), ("nonce", "beside"));

        var token = Fapi2Bench.IdToken(await bench.RedeemAsync(Provider.Query(answer, "code")!));
        Assert.That((Provider.Query(answer, "state"), token.GetPayloadValue<string>("nonce")), Is.EqualTo(("inside", "inside")));
    }

    [TestCase(64)]
    [TestCase(1000)]
    public async Task A_long_state_and_a_long_nonce_come_back_as_they_were(int length)
    {
        var value = string.Concat(Enumerable.Repeat("aB3-", length / 4));

        var answer = await bench.GoAsync(await bench.UriAsync(("state", value), ("nonce", value)));

        var token = Fapi2Bench.IdToken(await bench.RedeemAsync(Provider.Query(answer, "code")!));
        Assert.That((Provider.Query(answer, "state"), token.GetPayloadValue<string>("nonce")), Is.EqualTo((value, value)));
    }

    [Test]
    public async Task The_order_of_scopes_does_not_matter_and_claims_may_be_asked_for()
    {
        var code = await bench.CodeAsync(("scope", "profile openid"), ("claims", """{"id_token":{"name":{"essential":true},"unknown":null},"userinfo":{"preferred_username":null}}"""));

        var tokens = await bench.RedeemAsync(code);

        Assert.That(Fapi2Bench.IdToken(tokens).GetPayloadValue<string>("name"), Is.EqualTo("Maya"));
        Assert.That((await bench.UserInfoAsync(tokens["access_token"]!))["preferred_username"], Is.EqualTo(Provider.UserId));
    }

    [Test]
    public async Task A_request_may_be_opened_again_until_it_is_answered()
    {
        var uri = await bench.UriAsync();
        bench.Provider.Http.DefaultRequestHeaders.Remove("Cookie");
        var first = await bench.GoAsync(uri);
        bench.Provider.Http.DefaultRequestHeaders.Add("Cookie", cookie);

        var second = await bench.GoAsync(uri);

        Assert.That((first.AbsolutePath, Provider.Query(second, "code")?.Length), Is.EqualTo(("/signin", 43)));
        Assert.That((await bench.GoAsync(uri)).PathAndQuery, Is.EqualTo("/error?reason=link"));
        // Nor by the page that the first visit had left open.
        var resumed = await bench.Provider.AuthorizeAsync([new("interaction", Provider.Query(first, "interaction"))]);
        Assert.That(resumed.PathAndQuery, Is.EqualTo("/error?reason=link"));
    }

    [Test]
    public async Task The_code_of_one_client_is_not_redeemed_by_another()
    {
        Assert.That((await bench.RedeemAsync(await bench.CodeAsync(), "second"))["error"], Is.EqualTo("invalid_grant"));
    }

    [Test]
    public async Task The_key_of_one_client_does_not_speak_for_another()
    {
        var answer = await bench.RedeemAsync(await bench.CodeAsync(), "second", bench.Assertion("second", signedBy: "strict"), changes: ("client_id", "second"));

        Assert.That((answer.Status, answer["error"]), Is.EqualTo((HttpStatusCode.Unauthorized, "invalid_client")));
    }

    [Test]
    public async Task Without_a_proof_there_is_no_token()
    {
        var answer = await bench.RedeemAsync(await bench.CodeAsync(), proves: false);

        Assert.That((answer.Status, answer["error"]), Is.EqualTo((HttpStatusCode.BadRequest, "invalid_dpop_proof")));
    }

    [Test]
    public async Task Without_an_assertion_there_is_no_token()
    {
        var answer = await bench.RedeemAsync(await bench.CodeAsync(), changes: [("client_assertion", null), ("client_assertion_type", null), ("client_id", "strict")]);

        Assert.That((answer.Status, answer["error"]), Is.EqualTo((HttpStatusCode.Unauthorized, "invalid_client")));
    }

    [TestCase(null)]
    [TestCase("another-verifier-of-at-least-forty-three-characters")]
    public async Task Without_the_right_code_verifier_there_is_no_token(string? verifier)
    {
        Assert.That((await bench.RedeemAsync(await bench.CodeAsync(), changes: ("code_verifier", verifier)))["error"], Is.EqualTo("invalid_grant"));
    }

    [Test]
    public async Task A_code_shown_again_a_second_later_is_refused_and_what_it_gave_ends()
    {
        var code = await bench.CodeAsync();
        var token = (await bench.RedeemAsync(code))["access_token"]!;
        bench.Provider.Clock.Advance(TimeSpan.FromSeconds(1));

        Assert.That((await bench.RedeemAsync(code))["error"], Is.EqualTo("invalid_grant"));
        Assert.That((await bench.UserInfoAsync(token))["error"], Is.EqualTo("invalid_token"));
    }

    [TestCase(59, null)]
    [TestCase(60, "invalid_grant")]
    public async Task A_code_lives_for_a_minute(int seconds, string? error)
    {
        var code = await bench.CodeAsync();
        bench.Provider.Clock.Advance(TimeSpan.FromSeconds(seconds));

        Assert.That((await bench.RedeemAsync(code))["error"], Is.EqualTo(error));
    }

    [Test]
    public async Task A_refresh_token_stays_and_is_worth_nothing_to_anybody_else()
    {
        var refresh = (await bench.RedeemAsync(await bench.CodeAsync(("scope", "openid offline_access"))))["refresh_token"]!;
        Assert.That((await bench.RefreshAsync(refresh))["token_type"], Is.EqualTo("DPoP"));
        bench.Provider.Clock.Advance(TimeSpan.FromSeconds(30));

        // §5.3.2.1: a client whose answer was lost comes with the same token again.
        Assert.That((await bench.RefreshAsync(refresh))["token_type"], Is.EqualTo("DPoP"));
        Assert.That((await bench.RefreshAsync(refresh, proves: false))["error"], Is.EqualTo("invalid_dpop_proof"));
        Assert.That((await bench.RefreshAsync(refresh, "second"))["error"], Is.EqualTo("invalid_grant"));
    }
}
