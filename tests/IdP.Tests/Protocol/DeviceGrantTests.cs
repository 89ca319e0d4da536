using System.Net;
using IdP.Storage.Audit;
using IdP.Storage.Clients;
using IdP.Storage.Database;
using IdP.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace IdP.Tests.Protocol;

/// <summary>RFC 8628 over HTTP, with the page as a browser without scripts sees it.</summary>
[TestFixtureSource(typeof(TestDatabase), nameof(TestDatabase.All))]
internal sealed class DeviceGrantTests(TestDatabaseKind kind)
{
    private const string Path = "/connect/device";
    private const string GrantType = "urn:ietf:params:oauth:grant-type:device_code";
    private const string Wrong = "That code is not right, or it has expired. Get a new one on your device.";

    private readonly List<UserAgent> browsers = [];
    private Provider provider = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        provider = await Provider.StartAsync(kind);
        await provider.AddAsync(Public("tv", "Living-room TV"));
        await provider.AddAsync(Public("other", "other"));
        var asking = Public("asking", "asking");
        asking.Consent = ConsentType.Explicit;
        await provider.AddAsync(asking);
        await provider.AddAsync(new Client { ClientId = "box", DisplayName = "box", GrantTypes = [GrantType], Scopes = ["openid", "email"] });
        await provider.AddAsync(new Client { ClientId = "web", DisplayName = "web", RedirectUris = [Provider.RedirectUri] });
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        foreach (var browser in browsers) browser.Dispose();
        await provider.DisposeAsync();
    }

    [Test]
    public async Task A_device_is_told_two_codes_and_where_to_go()
    {
        var begun = await BeginAsync();

        Assert.That((begun.Status, begun["verification_uri"], begun["expires_in"], begun["interval"]), Is.EqualTo((HttpStatusCode.OK, "https://idp.example/device", "600", "5")));
        Assert.That(begun["user_code"], Does.Match("^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$"));
        Assert.That(begun["device_code"], Has.Length.EqualTo(43));
        Assert.That(begun["verification_uri_complete"], Is.EqualTo("https://idp.example/device?user_code=" + begun["user_code"]));
    }

    [Test]
    public async Task A_client_with_a_secret_must_prove_it()
    {
        Assert.That((await provider.PostAsync(Path, [new("scope", "openid")], basic: "box:s3cret"))["user_code"], Is.Not.Null);
        var refused = await provider.PostAsync(Path, [new("scope", "openid")], basic: "box:wrong");
        Assert.That((refused.Status, refused["error"]), Is.EqualTo((HttpStatusCode.Unauthorized, "invalid_client")));
    }

    [Test]
    public async Task A_client_without_the_grant_cannot_begin() =>
        Assert.That((await provider.PostAsync(Path, [new("scope", "openid")], basic: "web:s3cret"))["error"], Is.EqualTo("unauthorized_client"));

    [TestCase(null, "invalid_scope")]
    [TestCase("admin", "invalid_scope")]
    [TestCase("openid admin", "invalid_scope")]
    public async Task A_scope_is_needed_and_must_be_the_clients(string? scope, string error) => Assert.That((await BeginAsync(scope: scope))["error"], Is.EqualTo(error));

    [TestCase("GET")]
    [TestCase("PUT")]
    public async Task Only_post_is_taken(string method)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), Path);
        using var response = await provider.Http.SendAsync(request);

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.MethodNotAllowed));
    }

    [Test]
    public async Task Discovery_tells_of_it()
    {
        var document = await provider.Http.GetStringAsync(new Uri("/.well-known/openid-configuration", UriKind.Relative));

        Assert.That(document, Does.Contain("\"device_authorization_endpoint\":\"https://idp.example/connect/device\"").And.Contain(GrantType));
    }

    [Test]
    public async Task The_whole_way_from_the_code_to_the_tokens()
    {
        var (begun, browser) = (await BeginAsync(scope: "openid email offline_access"), await PersonAsync());
        var page = await browser.GetAsync(At("/device"));
        Assert.That((page.Heading, page.Page.QuerySelector("#user_code")!.HasAttribute("autofocus")), Is.EqualTo(("Connect a device", true)));

        page = await EnterAsync(browser, begun["user_code"]!.Replace("-", "").ToLowerInvariant());
        Assert.That(page.Page.QuerySelector("main")!.TextContent, Does.Contain("Living-room TV").And.Contain(begun["user_code"])
            .And.Contain("See your email address").And.Contain("Only continue if you started this yourself"));
        Assert.That((await PollAsync(begun))["error"], Is.EqualTo("authorization_pending"));

        page = await browser.SubmitAsync(page, button: "[value=allow]");
        Assert.That(page.Heading, Is.EqualTo("Connected"), page.ToString());

        var tokens = await PollAsync(begun);
        Assert.That((tokens.Status, tokens["token_type"], tokens["scope"]), Is.EqualTo((HttpStatusCode.OK, "Bearer", "openid email offline_access")), tokens.ToString());
        Assert.That(new[] { tokens["access_token"], tokens["refresh_token"], tokens["id_token"] }, Is.All.Not.Null);
        Assert.That((await provider.UserInfoAsync("Bearer", tokens["access_token"]!)).Status, Is.EqualTo(HttpStatusCode.OK));
        var refreshed = await provider.PostAsync("/connect/token", [new("grant_type", "refresh_token"), new("refresh_token", tokens["refresh_token"]), new("client_id", "tv")]);
        Assert.That(refreshed.Status, Is.EqualTo(HttpStatusCode.OK), refreshed.ToString());
    }

    [Test]
    public async Task A_code_in_the_address_is_filled_in_and_still_has_to_be_confirmed()
    {
        var (begun, browser) = (await BeginAsync(), await PersonAsync());
        var page = await browser.GetAsync(new Uri(begun["verification_uri_complete"]!));

        Assert.That(page.Page.QuerySelector("#user_code")!.GetAttribute("value"), Is.EqualTo(begun["user_code"]));
        page = await browser.FollowAsync(await browser.SubmitAsync(page));
        Assert.That(page.Page.QuerySelector("[value=allow]"), Is.Not.Null);
        Assert.That((await PollAsync(begun))["error"], Is.EqualTo("authorization_pending"));
    }

    [Test]
    public async Task An_application_that_asks_is_asked_for_on_the_confirmation()
    {
        var (begun, browser) = (await BeginAsync("asking"), await PersonAsync());
        await AllowAsync(browser, begun);

        Assert.That((await PollAsync(begun, "asking")).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Nobody_who_is_not_signed_in_sees_anything()
    {
        using var browser = new UserAgent(provider.NewHandler());
        var begun = await BeginAsync();

        var page = await browser.FollowAsync(await browser.GetAsync(new Uri(begun["verification_uri_complete"]!)));

        Assert.That((page.Uri.AbsolutePath, page.Uri.QueryParameters["to"]), Is.EqualTo(("/signin", "/device?user_code=" + begun["user_code"])));
    }

    [Test]
    public async Task Who_cancels_denies()
    {
        var (begun, browser) = (await BeginAsync(), await PersonAsync());
        var page = await browser.SubmitAsync(await EnterAsync(browser, begun["user_code"]!), button: "[value=deny]");

        Assert.That(page.Heading, Is.EqualTo("Not connected"));
        for (var i = 0; i < 2; i++) Assert.That((await PollAsync(begun))["error"], Is.EqualTo("access_denied"));
    }

    [Test]
    public async Task The_confirmation_of_one_person_is_not_anothers()
    {
        var (begun, one, other) = (await BeginAsync(), await PersonAsync(), await PersonAsync());
        var page = await EnterAsync(one, begun["user_code"]!);

        var seen = await other.GetAsync(page.Uri);

        Assert.That(seen.Page.QuerySelector("#user_code-error")!.TextContent, Is.EqualTo(Wrong));
        Assert.That(seen.Body, Does.Not.Contain("Living-room TV"));
    }

    [Test]
    public async Task A_device_is_answered_once()
    {
        var (begun, one, other) = (await BeginAsync(), await PersonAsync(), await PersonAsync());
        var pages = (await EnterAsync(one, begun["user_code"]!), await EnterAsync(other, begun["user_code"]!));
        await one.SubmitAsync(pages.Item1, button: "[value=deny]");

        var late = await other.SubmitAsync(pages.Item2, button: "[value=allow]");

        Assert.That((late.Status, late.Page.QuerySelector("#user_code-error")?.TextContent), Is.EqualTo((HttpStatusCode.BadRequest, Wrong)));
        Assert.That((await PollAsync(begun))["error"], Is.EqualTo("access_denied"));
    }

    [Test]
    public async Task Without_the_form_token_nothing_is_connected()
    {
        var (begun, browser) = (await BeginAsync(), await PersonAsync());
        var page = await EnterAsync(browser, begun["user_code"]!);

        await browser.PostAsync(page.Uri, [new("decision", "allow")]);

        Assert.That((await PollAsync(begun))["error"], Is.EqualTo("authorization_pending"));
    }

    [Test]
    public async Task Who_polls_too_fast_is_slowed_down_more_and_more()
    {
        var begun = await BeginAsync();
        async Task<string?> ErrorAsync(int seconds)
        {
            provider.Clock.Advance(TimeSpan.FromSeconds(seconds));
            return (await PollAsync(begun))["error"];
        }

        var errors = new List<string?>();
        foreach (var seconds in (int[])[0, 5, 4, 9, 14, 19, 20]) errors.Add(await ErrorAsync(seconds));

        Assert.That(errors, Is.EqualTo(new[] { "authorization_pending", "authorization_pending", "slow_down", "slow_down", "slow_down", "slow_down", "slow_down" }));
        Assert.That(await ErrorAsync(30), Is.EqualTo("authorization_pending"));
    }

    [Test]
    public async Task Of_many_polls_at_once_one_is_in_time()
    {
        var begun = await BeginAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => PollAsync(begun))));

        Assert.That(answers.Count(a => a["error"] == "authorization_pending"), Is.EqualTo(1));
        Assert.That(answers.Count(a => a["error"] == "slow_down"), Is.EqualTo(19));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task After_ten_minutes_it_has_expired(bool approved)
    {
        var (begun, browser) = (await BeginAsync(), await PersonAsync());
        var page = await EnterAsync(browser, begun["user_code"]!);
        if (approved) await browser.SubmitAsync(page, button: "[value=allow]");
        provider.Clock.Advance(TimeSpan.FromMinutes(10));

        Assert.That((await PollAsync(begun))["error"], Is.EqualTo("expired_token"));
        if (!approved) Assert.That((await browser.SubmitAsync(page, button: "[value=allow]")).Page.QuerySelector("#user_code-error")?.TextContent, Is.EqualTo(Wrong));
    }

    [Test]
    public async Task Of_fifty_polls_at_once_after_the_approval_one_gets_tokens()
    {
        var (begun, browser) = (await BeginAsync(scope: "openid offline_access"), await PersonAsync());
        await AllowAsync(browser, begun);

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => PollAsync(begun))));

        Assert.That(answers.Count(a => a.Status == HttpStatusCode.OK), Is.EqualTo(1));
        Assert.That(answers.Where(a => a.Status != HttpStatusCode.OK).Select(a => a["error"]), Is.All.EqualTo("invalid_grant"));
        await using var db = provider.Services.GetRequiredService<IdPDatabase>().CreateContext();
        var id = (await db.DeviceAuthorizations.AsNoTracking().SingleAsync(d => d.Hash == IdP.Storage.Handle.HashOf(begun["device_code"]!))).AuthorizationId;
        Assert.That(await db.RefreshTokens.CountAsync(t => t.AuthorizationId == id), Is.EqualTo(1));
    }

    [Test]
    public async Task Another_client_cannot_redeem_it()
    {
        var (begun, browser) = (await BeginAsync(), await PersonAsync());
        await AllowAsync(browser, begun);

        Assert.That((await PollAsync(begun, "other"))["error"], Is.EqualTo("invalid_grant"));
        Assert.That((await PollAsync(begun)).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [TestCase("unknown-device-code", "invalid_grant")]
    [TestCase(null, "invalid_request")]
    public async Task A_device_code_must_be_ours(string? code, string error) => Assert.That(
        (await provider.PostAsync("/connect/token", [new("grant_type", GrantType), new("device_code", code), new("client_id", "tv")]))["error"], Is.EqualTo(error));

    [Test]
    public async Task A_proof_at_the_beginning_binds_the_tokens()
    {
        using var key = new ClientKey();
        using var thief = new ClientKey();
        var nonce = (await provider.PostAsync(Path, [new("client_id", "tv"), new("scope", "openid")], key.Proof(Path, provider.Clock.Now, null))).Nonce;
        var begun = await provider.PostAsync(Path, [new("client_id", "tv"), new("scope", "openid")], key.Proof(Path, provider.Clock.Now, nonce));
        await AllowAsync(await PersonAsync(), begun);
        Task<Answer> RedeemAsync(string? proof) => provider.PostAsync(
            "/connect/token", [new("grant_type", GrantType), new("device_code", begun["device_code"]), new("client_id", "tv")], proof);

        Assert.That((await RedeemAsync(null))["error"], Is.EqualTo("invalid_dpop_proof"));
        Assert.That((await RedeemAsync(thief.Proof("/connect/token", provider.Clock.Now, nonce)))["error"], Is.EqualTo("invalid_grant"));
        Assert.That((await RedeemAsync(key.Proof("/connect/token", provider.Clock.Now, nonce)))["token_type"], Is.EqualTo("DPoP"));
    }

    [Test]
    public async Task Unknown_expired_and_used_codes_look_alike()
    {
        var browser = await PersonAsync();
        var (used, old) = (await BeginAsync(), await BeginAsync());
        await AllowAsync(browser, used);
        var texts = new List<(HttpStatusCode, string?)>();
        foreach (var code in (string?[])["BBBB-BBBB", "nonsense", used["user_code"]]) texts.Add(await TryAsync(browser, code!));
        provider.Clock.Advance(TimeSpan.FromMinutes(11));
        texts.Add(await TryAsync(browser, old["user_code"]!));

        Assert.That(texts, Is.All.EqualTo((HttpStatusCode.BadRequest, Wrong)));
        provider.Clock.Advance(TimeSpan.FromMinutes(11));
    }

    [Test]
    public async Task Guesses_are_limited_and_a_right_code_gives_none_back()
    {
        provider.Clock.Advance(TimeSpan.FromMinutes(11));
        var browser = await PersonAsync();
        for (var i = 0; i < 9; i++) Assert.That((await TryAsync(browser, "BBBB-BBBB")).Status, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That((await EnterAsync(browser, (await BeginAsync())["user_code"]!)).Page.QuerySelector("[value=allow]"), Is.Not.Null);
        Assert.That((await TryAsync(browser, "BBBB-BBBB")).Status, Is.EqualTo(HttpStatusCode.BadRequest));

        var good = (await BeginAsync())["user_code"]!;
        Assert.That(await TryAsync(browser, good), Is.EqualTo((HttpStatusCode.TooManyRequests, "Too many tries. Wait 10 minutes, then try again.")));
        // The same address, somebody else.
        Assert.That((await TryAsync(await PersonAsync(), good)).Status, Is.EqualTo(HttpStatusCode.TooManyRequests));

        provider.Clock.Advance(TimeSpan.FromMinutes(11));
        Assert.That((await EnterAsync(browser, (await BeginAsync())["user_code"]!)).Page.QuerySelector("[value=allow]"), Is.Not.Null);
    }

    [Test]
    public async Task It_is_written_down()
    {
        var (begun, browser) = (await BeginAsync(), await PersonAsync());
        await AllowAsync(browser, begun);

        await using var db = provider.Services.GetRequiredService<IdPDatabase>().CreateContext();
        var id = "person-" + browsers.Count;
        Assert.That(await db.AuditEvents.CountAsync(e => e.UserId == id && e.Event == AuditEvents.DeviceConnected && e.Resource == "client:tv"), Is.EqualTo(1));
    }

    private static Client Public(string id, string name) => new()
    {
        ClientId = id, DisplayName = name, Type = ClientType.Public, TokenEndpointAuthMethod = "none", GrantTypes = [GrantType, "refresh_token"],
        Scopes = ["openid", "email", "offline_access"],
    };

    private static Uri At(string path) => new(Provider.Issuer + path);

    private Task<Answer> BeginAsync(string client = "tv", string? scope = "openid") => provider.PostAsync(Path, [new("client_id", client), new("scope", scope)]);

    private Task<Answer> PollAsync(Answer begun, string client = "tv") => provider.PostAsync(
        "/connect/token", [new("grant_type", GrantType), new("device_code", begun["device_code"]), new("client_id", client)]);

    /// <summary>Somebody new, signed in, at a browser without scripts.</summary>
    private async Task<UserAgent> PersonAsync()
    {
        var browser = new UserAgent(provider.NewHandler());
        browsers.Add(browser);
        await provider.SignInAsync("person-" + browsers.Count);
        browser.Cookies.SetCookies(At("/"), provider.Http.DefaultRequestHeaders.GetValues("Cookie").Single() + "; path=/; secure");
        provider.Http.DefaultRequestHeaders.Remove("Cookie");
        return browser;
    }

    private static async Task<Exchange> EnterAsync(UserAgent browser, string code) => await browser.FollowAsync(
        await browser.SubmitAsync(await browser.GetAsync(At("/device")), new Dictionary<string, string> { ["user_code"] = code }));

    private static async Task<(HttpStatusCode Status, string? Text)> TryAsync(UserAgent browser, string code)
    {
        var page = await EnterAsync(browser, code);
        return (page.Status, page.Page.QuerySelector("#user_code-error")?.TextContent);
    }

    private static async Task AllowAsync(UserAgent browser, Answer begun)
    {
        var page = await browser.SubmitAsync(await EnterAsync(browser, begun["user_code"]!), button: "[value=allow]");
        Assert.That(page.Heading, Is.EqualTo("Connected"), page.ToString());
    }
}
