using System.Net;
using IdP.Storage.Clients;
using IdP.Storage.Database;
using IdP.Testing;
using IdP.Verification.SignIn;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;

namespace IdP.Tests.Protocol.Conformance;

/// <summary>What RFC 9700 asks of an authorization server and no other test shows.</summary>
internal sealed class BestPracticeTests
{
    private const string Origin = "https://spa.example";
    private const string Password = "quiet-harbour-lantern-27";

    private Provider provider = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        provider = await Provider.StartAsync();
        await provider.AddAsync(A("app"));
        await provider.AddAsync(A("other"));
        await provider.AddAsync(A("spa", c => (c.Type, c.TokenEndpointAuthMethod, c.RedirectUris) = (ClientType.Public, "none", [Origin + "/cb"])));
        await provider.AddAsync(A("native", c => (c.Type, c.TokenEndpointAuthMethod, c.RedirectUris) = (ClientType.Public, "none", ["http://127.0.0.1/cb", "http://[::1]/cb"])));
        await provider.AddAsync(A("job", c => (c.GrantTypes, c.Scopes) = (["client_credentials"], ["api.read"])));
        await provider.SignInAsync();
        var hash = provider.Services.GetRequiredService<PasswordHasher>().Hash(Password);
        await provider.Services.GetRequiredService<IdPDatabase>().SaveAsync(async db => (await db.Users.FindAsync(Provider.UserId))!.PasswordHash = hash);
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await provider.DisposeAsync();

    // §2.1, §4.1.3; RFC 8252 §7.3.
    [TestCase("http://127.0.0.1:49152/cb", true)]
    [TestCase("http://[::1]:61000/cb", true)]
    [TestCase("http://127.0.0.1:49152/cb/", false)]
    [TestCase("http://127.0.0.1:49152/cb?x=1", false)]
    [TestCase("http://localhost:49152/cb", false)]
    [TestCase("https://127.0.0.1:49152/cb", false)]
    public async Task The_port_of_a_loopback_address_is_free_and_nothing_else(string uri, bool taken)
    {
        var location = await provider.AuthorizeAsync(Provider.Request("native", ("redirect_uri", uri)));

        Assert.That(location.AbsoluteUri, Does.StartWith(taken ? uri + "?code=" : Provider.Issuer + "/error?reason=redirect_uri"));
    }

    // §4.12: the browser must drop the form that had the password in it.
    [Test]
    public async Task A_posted_password_is_answered_with_303()
    {
        using var browser = new UserAgent(provider.NewHandler());
        using var query = Provider.Form(Provider.Request("app"));
        var page = await browser.FollowAsync(await browser.GetAsync(new Uri(new Uri(Provider.Issuer), "/connect/authorize?" + await query.ReadAsStringAsync())));

        var answer = await browser.SubmitAsync(page, new Dictionary<string, string> { ["username"] = Provider.UserId, ["password"] = Password });

        Assert.That((answer.Status, answer.Location?.AbsolutePath), Is.EqualTo((HttpStatusCode.SeeOther, "/connect/authorize")), answer.ToString());
    }

    // §4.2.4, §4.16.
    [TestCase("/signin?account=other")]
    [TestCase("/signout")]
    [TestCase("/device")]
    [TestCase("/portal")]
    [TestCase("/error?reason=client")]
    [TestCase("/nothing")]
    [TestCase("form_post")]
    public async Task A_page_is_not_framed_loads_nothing_from_elsewhere_and_sends_no_referrer(string path)
    {
        if (path == "form_post")
        {
            using var query = Provider.Form(Provider.Request("app", ("response_mode", "form_post")));
            path = "/connect/authorize?" + await query.ReadAsStringAsync();
        }

        using var page = await provider.Http.GetAsync(new Uri(path, UriKind.Relative));

        Assert.That(page.Content.Headers.ContentType?.MediaType, Is.EqualTo("text/html"));
        Assert.That(Header(page, "Content-Security-Policy"), Does.StartWith("default-src 'none'; script-src 'self'; ").And.Contains("frame-ancestors 'none'"));
        Assert.That((Header(page, "X-Frame-Options"), Header(page, "Referrer-Policy"), Header(page, "Cache-Control")), Is.EqualTo(("DENY", "no-referrer", "no-store")));
    }

    // §4.3.1: nor does what leads there.
    [Test]
    public async Task A_redirect_with_a_code_sends_no_referrer_and_is_not_kept()
    {
        using var query = Provider.Form(Provider.Request("app"));
        using var answer = await provider.Http.GetAsync(new Uri("/connect/authorize?" + await query.ReadAsStringAsync(), UriKind.Relative));

        Assert.That((answer.StatusCode, Header(answer, "Referrer-Policy"), Header(answer, "Cache-Control")), Is.EqualTo((HttpStatusCode.Found, "no-referrer", "no-store")));
    }

    // §2.6: where a browser app needs it, and never at the authorization endpoint.
    [TestCase("/connect/token", "OPTIONS", Origin)]
    [TestCase("/connect/userinfo", "OPTIONS", Origin)]
    [TestCase("/connect/revoke", "OPTIONS", Origin)]
    [TestCase("/connect/par", "OPTIONS", Origin)]
    [TestCase("/connect/userinfo", "GET", Origin)]
    [TestCase("/.well-known/openid-configuration", "GET", "*")]
    [TestCase("/.well-known/oauth-authorization-server", "GET", "*")]
    [TestCase("/.well-known/jwks", "GET", "*")]
    [TestCase("/connect/authorize", "OPTIONS", null)]
    [TestCase("/connect/authorize", "GET", null)]
    [TestCase("/connect/logout", "OPTIONS", null)]
    [TestCase("/connect/introspect", "OPTIONS", null)]
    [TestCase("/connect/device", "OPTIONS", null)]
    [TestCase("/signin", "OPTIONS", null)]
    [TestCase("/signin", "GET", null)]
    public async Task Scripts_of_another_origin_may_call_it(string path, string method, string? allowed)
    {
        Assert.That(await AllowedAsync(path, method, Origin), Is.EqualTo((allowed, (string?)null)));
        Assert.That(await AllowedAsync(path, method, "https://evil.example"), Is.EqualTo((allowed == "*" ? "*" : null, (string?)null)));
    }

    // §4.5, §4.8: what is known of a code of another client, another challenge or another sign-in is worth nothing.
    [TestCase("other", Provider.Verifier)]
    [TestCase("app", "another-verifier-of-at-least-forty-three-characters")]
    [TestCase("app", null)]
    public async Task An_injected_code_is_refused_and_spent(string client, string? verifier)
    {
        var code = await provider.CodeAsync("app");

        Assert.That((await RedeemAsync(code, client, verifier))["error"], Is.EqualTo("invalid_grant"));
        Assert.That((await RedeemAsync(code, "app", Provider.Verifier))["error"], Is.EqualTo("invalid_grant"));
    }

    // RFC 6749 §4.1.2: ten minutes at most. Here it is one.
    [TestCase(59, null)]
    [TestCase(60, "invalid_grant")]
    public async Task A_code_lives_for_a_minute(int seconds, string? error)
    {
        var code = await provider.CodeAsync("app");
        provider.Clock.Advance(TimeSpan.FromSeconds(seconds));

        Assert.That((await RedeemAsync(code, "app", Provider.Verifier))["error"], Is.EqualTo(error));
    }

    // §4.14.2: rotated for a public client; whoever comes second ends the family.
    [Test]
    public async Task A_public_clients_refresh_token_is_rotated_and_its_reuse_ends_the_family()
    {
        var first = (await RefreshAsync(await RefreshTokenAsync()))!;
        var second = (await RefreshAsync(first))!;

        Assert.That(second, Is.Not.EqualTo(first));
        Assert.That(await RefreshAsync(first), Is.Null);
        Assert.That(await RefreshAsync(second), Is.Null);
    }

    // §4.14.2: a family ends, and with it a token that nobody uses.
    [Test]
    public async Task A_refresh_token_that_is_not_used_expires()
    {
        await using var later = await Provider.StartAsync(settings: "--IdP:Tokens:RefreshTokenLifetime=1.00:00:00");
        await later.AddAsync(A("app"));
        await later.SignInAsync();
        var tokens = await later.PostAsync("/connect/token", CodeForm(await later.CodeAsync("app", ("scope", "openid offline_access")), Provider.RedirectUri, Provider.Verifier), basic: "app:s3cret");
        later.Clock.Advance(TimeSpan.FromDays(1));

        var answer = await later.PostAsync("/connect/token", [new("grant_type", "refresh_token"), new("refresh_token", tokens["refresh_token"])], basic: "app:s3cret");

        Assert.That((tokens["refresh_token"]?.Length, answer["error"]), Is.EqualTo((43, "invalid_grant")), answer.ToString());
    }

    // §4.15: a machine's subject is the client, which only an admin names, and a person's is a random id.
    [Test]
    public async Task A_token_of_a_machine_is_no_token_of_a_person()
    {
        var token = (await provider.PostAsync("/connect/token", [new("grant_type", "client_credentials")], basic: "job:s3cret"))["access_token"]!;

        var read = new JsonWebToken(token);
        Assert.That((read.Subject, read.GetPayloadValue<string>("client_id"), read.TryGetPayloadValue<string>("sid", out _)), Is.EqualTo(("job", "job", false)));
        Assert.That((await provider.UserInfoAsync("Bearer", token))["error"], Is.EqualTo("invalid_token"));
    }

    private static Client A(string id, Action<Client>? change = null)
    {
        var client = new Client
        {
            ClientId = id, DisplayName = id, RedirectUris = [Provider.RedirectUri], GrantTypes = ["authorization_code", "refresh_token"], Scopes = ["openid", "offline_access"],
        };
        change?.Invoke(client);
        return client;
    }

    private static string? Header(HttpResponseMessage response, string name) => response.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null;

    private static Dictionary<string, string?> CodeForm(string code, string redirectUri, string? verifier) => new()
    {
        ["grant_type"] = "authorization_code", ["code"] = code, ["redirect_uri"] = redirectUri, ["code_verifier"] = verifier,
    };

    private async Task<(string? Origin, string? Credentials)> AllowedAsync(string path, string method, string origin)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Add("Origin", origin);
        if (method == "OPTIONS") request.Headers.Add("Access-Control-Request-Method", "POST");
        using var response = await provider.Http.SendAsync(request);
        return (Header(response, "Access-Control-Allow-Origin"), Header(response, "Access-Control-Allow-Credentials"));
    }

    private Task<Answer> RedeemAsync(string code, string client, string? verifier) =>
        provider.PostAsync("/connect/token", CodeForm(code, Provider.RedirectUri, verifier), basic: client + ":s3cret");

    private async Task<string> RefreshTokenAsync()
    {
        var code = await provider.CodeAsync("spa", ("redirect_uri", Origin + "/cb"), ("scope", "openid offline_access"));
        var tokens = await provider.PostAsync("/connect/token", [.. CodeForm(code, Origin + "/cb", Provider.Verifier), new("client_id", "spa")]);
        return tokens["refresh_token"] ?? throw new AssertionException(tokens.ToString());
    }

    private async Task<string?> RefreshAsync(string token) =>
        (await provider.PostAsync("/connect/token", [new("grant_type", "refresh_token"), new("refresh_token", token), new("client_id", "spa")]))["refresh_token"];
}
