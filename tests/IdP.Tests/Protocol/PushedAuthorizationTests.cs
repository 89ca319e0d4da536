using System.Net;
using IdP.Protocol.Interactions;
using IdP.Storage.Clients;
using IdP.Storage.Database;
using IdP.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace IdP.Tests.Protocol;

/// <summary>RFC 9126 and the profile <c>fapi2</c> over HTTP.</summary>
[TestFixtureSource(typeof(TestDatabase), nameof(TestDatabase.All))]
internal sealed class PushedAuthorizationTests(TestDatabaseKind kind)
{
    private const string Path = "/connect/par";
    private const string AssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    private Provider provider = null!;
    private ClientKey key = null!;
    private string cookie = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        (provider, key) = (await Provider.StartAsync(kind), new ClientKey());
        await provider.AddAsync(A("app"));
        await provider.AddAsync(A("other"));
        var pushing = A("pushing");
        pushing.RequirePar = true;
        await provider.AddAsync(pushing);
        var strict = A("strict");
        (strict.Profile, strict.TokenEndpointAuthMethod, strict.Jwks, strict.RequirePkce) = ("fapi2", "private_key_jwt", key.Jwks, false);
        strict.GrantTypes = ["authorization_code", "refresh_token"];
        strict.Scopes = ["openid", "offline_access"];
        await provider.AddAsync(strict);
        await provider.SignInAsync();
        cookie = provider.Http.DefaultRequestHeaders.GetValues("Cookie").Single();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        key.Dispose();
        await provider.DisposeAsync();
    }

    [SetUp]
    public void SignedIn()
    {
        provider.Http.DefaultRequestHeaders.Remove("Cookie");
        provider.Http.DefaultRequestHeaders.Add("Cookie", cookie);
    }

    [Test]
    public async Task A_pushed_request_is_kept_for_a_minute()
    {
        var answer = await PushAsync("app");

        Assert.That((answer.Status, answer["expires_in"]), Is.EqualTo((HttpStatusCode.Created, "60")));
        Assert.That(answer["request_uri"], Does.Match("^urn:ietf:params:oauth:request_uri:[A-Za-z0-9_-]{43}$"));
    }

    [Test]
    public async Task It_leads_to_a_code_with_its_state_and_issuer()
    {
        var location = await GoAsync("app", await UriAsync("app"));

        Assert.That((Provider.Query(location, "code")?.Length, Provider.Query(location, "state"), Provider.Query(location, "iss")), Is.EqualTo((43, "s", Provider.Issuer)));
    }

    [Test]
    public async Task What_stands_beside_it_in_the_address_does_not_count()
    {
        var location = await provider.AuthorizeAsync(
            [new("client_id", "app"), new("request_uri", await UriAsync("app")), new("state", "forged"), new("redirect_uri", "https://evil.example"), new("scope", "admin")]);

        Assert.That(location.AbsoluteUri, Does.StartWith(Provider.RedirectUri));
        Assert.That(Provider.Query(location, "state"), Is.EqualTo("s"));
    }

    [Test]
    public async Task It_works_once()
    {
        var uri = await UriAsync("app");
        await GoAsync("app", uri);

        Assert.That((await GoAsync("app", uri)).PathAndQuery, Is.EqualTo("/error?reason=link"));
    }

    [Test]
    public async Task Of_a_hundred_at_once_one_gets_a_code()
    {
        var uri = await UriAsync("app");

        var locations = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Task.Run(() => GoAsync("app", uri))));

        Assert.That(locations.Count(l => Provider.Query(l, "code") is not null), Is.EqualTo(1));
    }

    [Test]
    public async Task Another_client_cannot_use_it()
    {
        var uri = await UriAsync("app");

        Assert.That((await GoAsync("other", uri)).PathAndQuery, Is.EqualTo("/error?reason=link"));
        Assert.That(Provider.Query(await GoAsync("app", uri), "code"), Is.Not.Null);
    }

    [Test]
    public async Task Without_the_client_id_it_is_refused() =>
        Assert.That((await provider.AuthorizeAsync([new("request_uri", await UriAsync("app"))])).PathAndQuery, Is.EqualTo("/error?reason=link"));

    [Test]
    public async Task After_a_minute_it_is_gone()
    {
        var uri = await UriAsync("app");
        provider.Clock.Advance(TimeSpan.FromSeconds(60));

        Assert.That((await GoAsync("app", uri)).PathAndQuery, Is.EqualTo("/error?reason=link"));
    }

    [Test]
    public async Task A_page_takes_as_long_as_it_takes_and_can_be_loaded_again()
    {
        provider.Http.DefaultRequestHeaders.Remove("Cookie");
        var page = await GoAsync("pushing", await UriAsync("pushing"));
        provider.Clock.Advance(TimeSpan.FromMinutes(5));
        SignedIn();

        var location = await provider.AuthorizeAsync([new("interaction", Provider.Query(page, "interaction"))]);

        Assert.That(page.AbsolutePath, Is.EqualTo("/signin"));
        Assert.That(Provider.Query(location, "code"), Is.Not.Null, location.ToString());
    }

    [Test]
    public async Task A_waiting_request_that_was_answered_meanwhile_spends_no_pushed_one()
    {
        var uri = await UriAsync("app");
        provider.Http.DefaultRequestHeaders.Remove("Cookie");
        var handle = Provider.Query(await GoAsync("app", uri), "interaction");
        SignedIn();
        var parked = provider.Services.GetRequiredService<ParkedRequests>();
        var stored = (await parked.LoadAsync(handle))!;
        await provider.Services.GetRequiredService<IdPDatabase>().WriteAsync(s => s.ExecuteAsync(
            "UPDATE interactions SET completed_at = @p0 WHERE hash = @p1", Now, stored.Hash));

        Assert.That(await parked.CompleteAsync(stored.ToRequest(), stored), Is.False);

        Assert.That(Provider.Query(await GoAsync("app", uri), "code"), Is.Not.Null, "for another page that began with it");
    }

    [Test]
    public async Task Who_must_push_cannot_do_without() =>
        Assert.That(Provider.Query(await provider.AuthorizeAsync(Provider.Request("pushing")), "error"), Is.EqualTo("invalid_request"));

    [Test]
    public async Task A_parameter_named_like_our_mark_is_not_our_mark()
    {
        provider.Http.DefaultRequestHeaders.Remove("Cookie");
        var location = await provider.AuthorizeAsync(Provider.Request("pushing", ("was pushed", "yes")));

        Assert.That(Provider.Query(location, "error"), Is.EqualTo("invalid_request"));
    }

    [TestCase("request_uri", "urn:ietf:params:oauth:request_uri:x", "invalid_request")]
    [TestCase("request", "e30.e30.", "request_not_supported")]
    [TestCase("redirect_uri", "https://evil.example/", "invalid_request")]
    [TestCase("redirect_uri", null, "invalid_request")]
    [TestCase("response_type", "token", "unsupported_response_type")]
    [TestCase("response_type", null, "invalid_request")]
    [TestCase("scope", "admin", "invalid_scope")]
    [TestCase("code_challenge", null, "invalid_request")]
    [TestCase("code_challenge_method", "plain", "invalid_request")]
    [TestCase("prompt", "none login", "invalid_request")]
    [TestCase("max_age", "-1", "invalid_request")]
    [TestCase("claims", "[]", "invalid_request")]
    [TestCase("dpop_jkt", "short", "invalid_request")]
    [TestCase("client_id", "other", "invalid_request")]
    public async Task A_bad_request_is_told_so_at_once(string name, string? value, string error)
    {
        var answer = await PushAsync("app", (name, value));

        Assert.That((answer.Status, answer["error"]), Is.EqualTo((HttpStatusCode.BadRequest, error)));
    }

    [Test]
    public async Task Without_proof_of_the_client_it_is_refused()
    {
        var answer = await provider.PostAsync(Path, Provider.Request("app"), basic: "app:wrong");

        Assert.That((answer.Status, answer["error"]), Is.EqualTo((HttpStatusCode.Unauthorized, "invalid_client")));
    }

    [TestCase("GET")]
    [TestCase("PUT")]
    public async Task Only_post_is_taken(string method)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), Path);
        using var response = await provider.Http.SendAsync(request);

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.MethodNotAllowed));
    }

    [Test]
    public async Task A_proof_here_binds_the_code()
    {
        var nonce = await NonceAsync();
        using var other = new ClientKey();
        var pushed = await provider.PostAsync(Path, Provider.Request("app"), key.Proof(Path, Now, nonce), "app:s3cret");
        var code = Provider.Query(await GoAsync("app", pushed["request_uri"]!), "code")!;

        Assert.That((await RedeemAsync(code, other.Proof("/connect/token", Now, nonce)))["error"], Is.EqualTo("invalid_grant"));
        Assert.That((await RedeemAsync(code, key.Proof("/connect/token", Now, nonce)))["token_type"], Is.EqualTo("DPoP"));
    }

    [Test]
    public async Task A_proof_of_another_key_than_dpop_jkt_is_refused()
    {
        using var other = new ClientKey();

        var answer = await provider.PostAsync(Path, Provider.Request("app", ("dpop_jkt", other.Thumbprint)), key.Proof(Path, Now, await NonceAsync()), "app:s3cret");

        Assert.That(answer["error"], Is.EqualTo("invalid_request"));
    }

    [Test]
    public async Task Discovery_tells_of_it()
    {
        var document = await provider.Http.GetStringAsync(new Uri("/.well-known/openid-configuration", UriKind.Relative));

        Assert.That(document, Does.Contain("\"pushed_authorization_request_endpoint\":\"https://idp.example/connect/par\"")
            .And.Contain("\"require_pushed_authorization_requests\":false").And.Contain("\"dpop_signing_alg_values_supported\""));
    }

    [Test]
    public async Task The_profile_works_from_end_to_end_and_keeps_its_refresh_token()
    {
        var nonce = await NonceAsync();
        var pushed = await provider.PostAsync(Path, Asserted(Provider.Request("strict", ("scope", "openid offline_access"))), key.Proof(Path, Now, nonce));
        var code = Provider.Query(await GoAsync("strict", pushed["request_uri"]!), "code");
        var tokens = await provider.PostAsync("/connect/token", Asserted(new()
        {
            ["grant_type"] = "authorization_code", ["code"] = code, ["redirect_uri"] = Provider.RedirectUri, ["code_verifier"] = Provider.Verifier,
        }), key.Proof("/connect/token", Now, nonce));
        Assert.That(tokens["token_type"], Is.EqualTo("DPoP"), tokens.ToString());

        for (var i = 0; i < 2; i++)
        {
            var again = await provider.PostAsync("/connect/token", Asserted(new() { ["grant_type"] = "refresh_token", ["refresh_token"] = tokens["refresh_token"] }),
                key.Proof("/connect/token", Now, nonce));
            Assert.That((again["token_type"], again["refresh_token"]), Is.EqualTo(("DPoP", (string?)null)), again.ToString());
        }
    }

    [Test]
    public async Task The_profile_demands_a_pushed_request() =>
        Assert.That(Provider.Query(await provider.AuthorizeAsync(Provider.Request("strict")), "error"), Is.EqualTo("invalid_request"));

    [Test]
    public async Task The_profile_demands_pkce()
    {
        var request = Asserted(Provider.Request("strict", ("code_challenge", null), ("code_challenge_method", null)));

        Assert.That((await provider.PostAsync(Path, request, key.Proof(Path, Now, await NonceAsync())))["error"], Is.EqualTo("invalid_request"));
    }

    [Test]
    public async Task The_profile_demands_a_key() =>
        Assert.That((await provider.PostAsync(Path, Asserted(Provider.Request("strict"))))["error"], Is.EqualTo("invalid_dpop_proof"));

    [Test]
    public async Task The_profile_demands_a_nonce() =>
        Assert.That((await provider.PostAsync(Path, Asserted(Provider.Request("strict")), key.Proof(Path, Now, null)))["error"], Is.EqualTo("use_dpop_nonce"));

    private DateTimeOffset Now => provider.Clock.Now;

    private static Client A(string id) => new() { ClientId = id, DisplayName = id, RedirectUris = [Provider.RedirectUri] };

    private Dictionary<string, string?> Asserted(Dictionary<string, string?> form)
    {
        (form["client_assertion_type"], form["client_assertion"]) = (AssertionType, key.Assertion("strict", Now));
        return form;
    }

    private async Task<string> NonceAsync() => (await provider.PostAsync(Path, Provider.Request("app"), key.Proof(Path, Now, null), "app:s3cret")).Nonce!;

    private Task<Answer> PushAsync(string client, params (string Name, string? Value)[] changes) =>
        provider.PostAsync(Path, Provider.Request(client, changes), basic: client + ":s3cret");

    private async Task<string> UriAsync(string client) => (await PushAsync(client))["request_uri"]!;

    private Task<Uri> GoAsync(string client, string uri) => provider.AuthorizeAsync([new("client_id", client), new("request_uri", uri)]);

    private Task<Answer> RedeemAsync(string code, string proof) => provider.PostAsync("/connect/token",
        [
            new("grant_type", "authorization_code"), new("code", code), new("redirect_uri", Provider.RedirectUri), new("code_verifier", Provider.Verifier),
        ], proof, "app:s3cret");
}
