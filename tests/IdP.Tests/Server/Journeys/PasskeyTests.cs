using System.Net;
using IdP.Storage.Audit;
using IdP.Testing;

namespace IdP.Tests.Server.Journeys;

/// <summary>An application that only a passkey opens, and passkeys at the portal.</summary>
[TestFixtureSource(typeof(TestDatabase), nameof(TestDatabase.All))]
internal sealed class PasskeyTests(TestDatabaseKind kind) : ServerFixture(kind)
{
    private const string NewPassword = "amber-window-cedar-91";

    protected override IEnumerable<object> People =>
        [Enrolled("app"), Person("newcomer"), Enrolled("doubted"), Person("owner"), Enrolled("reset"), Enrolled("robbed"), Person("plain"), Enrolled("reader")];

    protected override IEnumerable<object> Apps => [Only("vault"), App("payroll", "required")];

    [Test]
    public async Task Whoever_has_an_app_verifies_with_it_and_is_led_to_add_a_passkey()
    {
        using var passkey = NewPasskey();
        var journey = await Browser("app").OpenAsync(AppOf("vault"));
        await journey.SignInAsync();
        Assert.That(journey.At, Is.EqualTo("/verify"));
        var query = journey.Page.Uri.Query;
        // Not before: a thief of the password would add his own.
        Assert.That((await journey.Person.OpenAsync("enroll/passkey" + query)).Uri.AbsolutePath, Is.EqualTo("/verify"));
        await journey.VerifyAsync();
        await AddAsync(journey, passkey);
        Assert.That(journey.At, Is.EqualTo(Journey.App), journey.Page.ToString());
        Assert.That(await LevelAsync(journey), Is.EqualTo(("phr", "pwd hwk user otp mfa")));
        Assert.That(await CountEventsAsync("app", AuditEvents.PasskeyAdded), Is.EqualTo(1));

        // The next time nothing else is taken.
        journey = await Browser("app").OpenAsync(AppOf("vault"));
        await journey.SignInAsync();
        Assert.That((journey.At, journey.Page.Page.QuerySelector("[name=code]"), journey.Page.Page.QuerySelector("a[href*='/verify/recovery']")), Is.EqualTo(("/verify", (object?)null, (object?)null)));
        Assert.That((await journey.Person.OpenAsync("verify/recovery" + journey.Page.Uri.Query)).Uri.AbsolutePath, Is.EqualTo("/verify"));
        await UseAsync(journey, passkey);
        Assert.That(await LevelAsync(journey), Is.EqualTo(("phr", "pwd hwk user mfa")));
    }

    [Test]
    public async Task Whoever_has_nothing_adds_a_passkey_first_and_an_app_later()
    {
        using var passkey = NewPasskey();
        var journey = await Browser("newcomer").OpenAsync(AppOf("vault"));
        await journey.SignInAsync();
        Assert.That((journey.At, journey.Page.Page.QuerySelector("[value=skip]")), Is.EqualTo(("/enroll/passkey", (object?)null)));
        var app = await journey.Person.OpenAsync("enroll/app" + journey.Page.Uri.Query);
        Assert.That(app.Page.GetElementById("key"), Is.Null, "An app would not open it.");
        var codes = await AddAsync(journey, passkey);
        Assert.That(codes, Is.EqualTo(10));
        Assert.That(await LevelAsync(journey), Is.EqualTo(("phr", "pwd hwk user mfa")));

        var page = await journey.Person.OpenAsync("portal/security/reset");
        (page, var fresh) = await journey.Person.SetUpAsync(await journey.Person.OpenAsync(page.Page.QuerySelector("a.btn.go")!.GetAttribute("href")!));
        Assert.That(fresh, Is.Empty, "The recovery codes stay.");
        page = await journey.Person.OpenAsync("portal/security");
        Assert.That(TextOf(page), Does.Contain("Authenticator app, added on").And.Contain("Laptop, added on"));

        // Instead of the password, at an application that asks nobody in particular.
        var other = await Browser("newcomer").OpenAsync(AppOf("payroll"));
        await UseAsync(other, passkey);
        Assert.That(await LevelAsync(other), Is.EqualTo(("phr", "hwk user mfa")));
    }

    [Test]
    public async Task Where_the_password_alone_is_in_doubt_the_proof_comes_before_the_passkey()
    {
        using var passkey = NewPasskey();
        await CommandAsync("users", "reset", "doubted");
        var journey = await Browser("doubted").OpenAsync(AppOf("vault"));
        await journey.SignInAsync();
        var query = journey.Page.Uri.Query;
        journey.Continue(await journey.Person.OpenAsync("enroll/passkey" + query));
        Assert.That(journey.At, Is.EqualTo("/enroll/proof"));
        await journey.VerifyAsync(await PassAsync("doubted"));
        Assert.That(journey.At, Is.EqualTo("/enroll/passkey"));

        await AddAsync(journey, passkey);

        Assert.That((await LevelAsync(journey)).Acr, Is.EqualTo("phr"));
    }

    [Test]
    public async Task Ones_own_are_named_shown_and_removed_at_the_portal()
    {
        using var passkey = NewPasskey();
        var person = Browser("owner");
        var page = await person.SignInAsync(await person.OpenAsync("portal/security/passkeys"));
        page = await person.SubmitAsync(page, null, ("passkey", passkey.Create(Options(page))), ("name", "  La\u202Eptop\u0007 "));
        Assert.That(page.Uri.AbsolutePath, Is.EqualTo("/enroll/recovery-codes"), $"{page}");
        await person.SubmitAsync(page, "[value=done]");

        page = await person.OpenAsync("portal/security/passkeys");
        Assert.That(TextOf(page), Does.Contain("Laptopadded on").And.Contain("last used"));
        page = await person.OpenAsync(page.Page.QuerySelector("a[href*='/portal/security/authenticator?id=']")!.GetAttribute("href")!);
        Assert.That((await person.SubmitAsync(page, null, ("name", new string('x', 65)))).Status, Is.EqualTo(HttpStatusCode.BadRequest));
        var renamed = await person.SubmitAsync(page, null, ("name", "Key ring"));
        Assert.That(TextOf(renamed), Does.Contain("The name is changed.").And.Contain("Key ring, added on"));

        Assert.That(TextOf(page), Does.Contain("only way to verify"));
        page = await person.SubmitAsync(page, "[value=remove]");
        Assert.That(TextOf(page), Does.Contain("The passkey was removed.").And.Contain("Not set up"), $"{page}");
        Assert.That(await CountEventsAsync("owner", AuditEvents.PasskeyRemoved), Is.EqualTo(1));
        Assert.That(TextOf(await SignInAsync(Browser("owner"), passkey)), Does.Contain("No passkey was used"));
    }

    [Test]
    public async Task An_admins_reset_and_the_persons_own_alarm_end_every_passkey()
    {
        foreach (var name in new[] { "reset", "robbed" })
        {
            using var passkey = NewPasskey();
            var person = Browser(name);
            var page = await person.VerifyAsync(await person.SignInAsync(await person.OpenAsync("portal/security/passkeys")));
            page = await person.SubmitAsync(page, null, ("passkey", passkey.Create(Options(page))));
            Assert.That(page.Uri.AbsolutePath, Is.EqualTo("/enroll/recovery-codes"), $"{page}");
            Assert.That((await SignInAsync(Browser(name), passkey)).Uri.AbsolutePath, Is.EqualTo("/portal"), name);

            if (name == "reset") await CommandAsync("users", "reset", name);
            else await person.SubmitAsync(await person.OpenAsync("portal/security/compromised"), null, ("password", Password), ("new_password", NewPassword));

            Assert.That(TextOf(await SignInAsync(Browser(name), passkey)), Does.Contain("No passkey was used"), name);
        }
    }

    [TestCase("plain", "portal", "/enroll/passkey", "/portal")]
    [TestCase("plain", null, "/enroll/passkey", "/signin")]
    [TestCase("plain", "portal", "/portal/security/authenticator?id=nobodys", "/portal/security")]
    public async Task Without_being_asked_the_pages_lead_elsewhere(string name, string? first, string path, string expected)
    {
        var person = Browser(name);
        if (first is not null) await person.SignInAsync(await person.OpenAsync(first));

        Assert.That((await person.OpenAsync(path)).Uri.AbsolutePath, Is.EqualTo(expected));
    }

    [Test]
    public async Task A_request_can_demand_a_passkey_where_the_registration_does_not()
    {
        using var passkey = NewPasskey();
        var journey = await Browser("reader").OpenAsync(AppOf("payroll"), "openid", ("acr_values", "phr"));
        await journey.SignInAsync();
        await journey.VerifyAsync();
        await AddAsync(journey, passkey);

        Assert.That((await LevelAsync(journey)).Acr, Is.EqualTo("phr"));
    }

    private static object Only(string id) => new
    {
        clientId = id, clientSecret = Secret, displayName = id, redirectUris = new[] { RedirectUri(id) }, scopes = new[] { "openid", "offline_access" },
        grantTypes = new[] { "authorization_code", "refresh_token" }, identityVerification = "always", verificationMethods = new[] { "passkey" },
    };

    private static string TextOf(Exchange page) =>
        string.Join(' ', page.Page.QuerySelector("main")!.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private static string Options(Exchange page) => page.Page.QuerySelector("form[data-passkey]")?.GetAttribute("data-options")
        ?? throw new InvalidOperationException($"The page asks for no passkey: {page}");

    private SoftPasskey NewPasskey() => new(Server.Issuer.GetLeftPart(UriPartial.Authority));

    /// <summary>Wherever a first passkey is asked for, up to where the journey leads.</summary>
    /// <returns>How many recovery codes were shown.</returns>
    private static async Task<int> AddAsync(Journey journey, SoftPasskey passkey)
    {
        if (journey.At == "/enroll") journey.Continue(await journey.Person.SubmitAsync(journey.Page, "[name=next]"));
        Assert.That(journey.At, Is.EqualTo("/enroll/passkey"), $"{journey.Page}");
        journey.Continue(await journey.Person.SubmitAsync(journey.Page, null, ("passkey", passkey.Create(Options(journey.Page))), ("name", "Laptop")));
        if (journey.At != "/enroll/recovery-codes") return 0;
        var codes = journey.Page.Page.QuerySelectorAll("ol.codes li").Length;
        journey.Continue(await journey.Person.SubmitAsync(journey.Page, "[value=done]"));
        return codes;
    }

    private static async Task UseAsync(Journey journey, SoftPasskey passkey) =>
        journey.Continue(await journey.Person.SubmitAsync(journey.Page, null, ("passkey", passkey.Get(Options(journey.Page)))));

    private static async Task<Exchange> SignInAsync(Visitor person, SoftPasskey passkey)
    {
        var page = await person.OpenAsync("portal");
        return await person.SubmitAsync(page, null, ("passkey", passkey.Get(Options(page))));
    }

    private static async Task<(string Acr, string Amr)> LevelAsync(Journey journey)
    {
        Assert.That(journey.At, Is.EqualTo(Journey.App), $"{journey.Page}");
        var claims = await journey.ClaimsAsync();
        return (claims.GetProperty("acr").GetString()!, string.Join(' ', claims.GetProperty("amr").EnumerateArray().Select(v => v.GetString())));
    }
}
