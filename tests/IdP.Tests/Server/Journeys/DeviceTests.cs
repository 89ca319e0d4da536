using System.Net;
using IdP.Testing;

namespace IdP.Tests.Server.Journeys;

/// <summary>What a guarded application's policy asks when a device is connected, and when it fetches its tokens.</summary>
[TestFixtureSource(typeof(TestDatabase), nameof(TestDatabase.All))]
internal sealed class DeviceTests(TestDatabaseKind kind) : ServerFixture(kind)
{
    private const string GrantType = "urn:ietf:params:oauth:grant-type:device_code";

    protected override IEnumerable<object> People =>
    [
        Enrolled("fresh"), Enrolled("earlier"), Enrolled("between"), Required("skipper"), Required("late"), Person("plain"), Person("off"), Person("guesser"), Person("tightened"),
        Enrolled("reset"),
    ];

    protected override IEnumerable<object> Apps =>
        [Device("tv", "notRequired"), Device("till", "required"), Device("vault", "always"), Device("changing", "notRequired"), App("payroll", "required")];

    [Test]
    public async Task At_a_guarded_application_identity_is_verified_on_the_way()
    {
        var (person, begun) = (Browser("fresh"), await BeginAsync("till"));

        var page = await person.SignInAsync(await person.OpenAsync(Complete(begun)));
        page = await person.SubmitAsync(page);
        Assert.That(page.Uri.AbsolutePath, Is.EqualTo("/verify"), $"{page}");
        page = await person.VerifyAsync(page);
        page = await person.SubmitAsync(page, "[value=allow]");

        Assert.That(page.Heading, Is.EqualTo("Connected"), $"{page}");
        var claims = ClaimsOf((await PollAsync("till", begun)).JsonString("id_token")!);
        Assert.That((claims.GetProperty("acr").GetString(), claims.GetProperty("amr").GetRawText()), Is.EqualTo(("mfa", "[\"pwd\",\"otp\",\"mfa\"]")));
    }

    [Test]
    public async Task What_was_verified_before_does_not_approve_a_device_and_each_device_asks_anew()
    {
        var person = Browser("earlier");
        var journey = await person.OpenAsync(AppOf("payroll"));
        await journey.SignInAsync();
        await journey.VerifyAsync();
        Assert.That(journey.At, Is.EqualTo(Journey.App));

        for (var i = 0; i < 2; i++)
        {
            var begun = await BeginAsync("till");
            var page = await EnterAsync(person, begun);
            Assert.That(page.Uri.AbsolutePath, Is.EqualTo("/verify"), $"{page}");
            // Opened past the page, the confirmation sends back to it, and nothing is connected.
            Assert.That((await person.OpenAsync(Uri.UnescapeDataString(page.Uri.QueryParameters["to"]))).Uri.AbsolutePath, Is.EqualTo("/verify"));
            Assert.That((await PollAsync("till", begun)).Error, Is.EqualTo("authorization_pending"));
            if (i == 0) page = await person.SubmitAsync(await person.VerifyAsync(page), "[value=allow]");
            if (i == 0) Assert.That(page.Heading, Is.EqualTo("Connected"), $"{page}");
        }
    }

    [Test]
    public async Task What_is_verified_for_an_app_while_the_device_waits_does_not_approve_it()
    {
        var (person, begun) = (Browser("between"), await BeginAsync("till"));
        var waiting = await person.SubmitAsync(await person.SignInAsync(await person.OpenAsync(Complete(begun))));
        Assert.That(waiting.Uri.AbsolutePath, Is.EqualTo("/verify"), $"{waiting}");

        // Whoever sent the person the device's code sends them to an app next, or waits until they go there.
        var journey = await person.OpenAsync(AppOf("payroll"));
        if (journey.At == "/signin") await journey.SignInAsync();
        await journey.VerifyAsync();
        Assert.That(journey.At, Is.EqualTo(Journey.App));

        var confirm = Uri.UnescapeDataString(waiting.Uri.QueryParameters["to"]);
        Assert.That((await person.OpenAsync(confirm)).Uri.AbsolutePath, Is.EqualTo("/verify"));
        Assert.That((await EnterAsync(person, begun)).Uri.AbsolutePath, Is.EqualTo("/verify"));
        Assert.That((await PollAsync("till", begun)).Error, Is.EqualTo("authorization_pending").Or.EqualTo("slow_down"));
    }

    [Test]
    public async Task Inside_the_period_a_device_may_be_connected_with_a_skip_and_the_token_says_so()
    {
        var (person, begun) = (Browser("skipper"), await BeginAsync("till"));
        var page = await person.SignInAsync(await person.OpenAsync("/device"));
        page = await person.SubmitAsync(page, null, ("user_code", begun.JsonString("user_code")!));
        Assert.That(page.Uri.AbsolutePath, Is.EqualTo("/enroll"), $"{page}");

        page = await person.SubmitAsync(page, "[name=action]");
        page = await person.SubmitAsync(page, "[value=allow]");

        Assert.That(page.Heading, Is.EqualTo("Connected"), $"{page}");
        Assert.That(ClaimsOf((await PollAsync("till", begun)).JsonString("id_token")!).GetProperty("acr").GetString(), Is.EqualTo("pwd"));
    }

    [Test]
    public async Task Where_nobody_may_skip_the_device_waits_for_an_authenticator()
    {
        var (person, begun) = (Browser("late"), await BeginAsync("vault"));
        var page = await person.SignInAsync(await person.OpenAsync("/device"));
        page = await person.SubmitAsync(page, null, ("user_code", begun.JsonString("user_code")!));

        Assert.That((page.Uri.AbsolutePath, page.Page.QuerySelector("[name=action]")), Is.EqualTo(("/enroll", (object?)null)), $"{page}");
        page = await person.SubmitAsync(page, "[name=next]");
        (page, _) = await person.SetUpAsync(page);
        page = await person.SubmitAsync(page, "[value=done]");
        page = await person.SubmitAsync(page, "[value=allow]");

        Assert.That(page.Heading, Is.EqualTo("Connected"), $"{page}");
        Assert.That((await PollAsync("vault", begun)).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Who_is_turned_off_after_the_approval_gets_nothing()
    {
        var begun = await ConnectedAsync("off", "tv");
        await CommandAsync("users", "disable", "off", "--reason", "left");

        await NothingAsync("tv", begun);
    }

    [Test]
    public async Task Who_is_locked_after_the_approval_gets_nothing()
    {
        var begun = await ConnectedAsync("guesser", "tv");
        await ExecuteAsync("INSERT INTO attempt_counts (kind, owner, failures, last_at, locked_at) SELECT 'verification', id, 5, @p0, @p0 FROM users WHERE user_name = 'guesser'", DateTimeOffset.UtcNow);

        await NothingAsync("tv", begun);
    }

    [Test]
    public async Task Who_is_reset_after_the_approval_gets_nothing()
    {
        var begun = await ConnectedAsync("reset", "till");
        await CommandAsync("users", "reset", "reset", "--compromised", "--reason", "phone stolen");

        await NothingAsync("till", begun);
    }

    [Test]
    public async Task A_policy_that_is_tightened_after_the_approval_counts()
    {
        var begun = await ConnectedAsync("tightened", "changing");
        await CommandAsync("clients", "set", "changing", "--identity-verification", "always", "--reason", "payroll data now");

        await NothingAsync("changing", begun);
    }

    private static object Device(string id, string mode) => new
    {
        clientId = id, displayName = id, type = "public", tokenEndpointAuthMethod = "none", grantTypes = new[] { GrantType, "refresh_token" },
        scopes = new[] { "openid", "offline_access" }, identityVerification = mode,
    };

    private static string Complete(Exchange begun) => new Uri(begun.JsonString("verification_uri_complete")!).PathAndQuery;

    private static async Task<Exchange> EnterAsync(Visitor person, Exchange begun) =>
        await person.SubmitAsync(await person.OpenAsync("/device"), null, ("user_code", begun.JsonString("user_code")!));

    private RelyingParty Client(string id)
    {
        var app = AppOf(id);
        app.ClientSecret = null;
        return app;
    }

    private Task<Exchange> BeginAsync(string client) => Client(client).PostAsync("connect/device", new() { ["scope"] = "openid offline_access" });

    private Task<Exchange> PollAsync(string client, Exchange begun) =>
        Client(client).TokenAsync(new() { ["grant_type"] = GrantType, ["device_code"] = begun.JsonString("device_code")! });

    private async Task<Exchange> ConnectedAsync(string name, string client)
    {
        var (person, begun) = (Browser(name), await BeginAsync(client));
        await person.SignInAsync(await person.OpenAsync("/device"));
        var page = await EnterAsync(person, begun);
        if (page.Uri.AbsolutePath == "/verify") page = await person.VerifyAsync(page);
        page = await person.SubmitAsync(page, "[value=allow]");
        Assert.That(page.Heading, Is.EqualTo("Connected"), $"{page}");
        return begun;
    }

    private async Task NothingAsync(string client, Exchange begun)
    {
        var answers = new List<string?> { (await PollAsync(client, begun)).Error, (await PollAsync(client, begun)).Error };
        Assert.That(answers, Is.All.EqualTo("access_denied"));
    }
}
