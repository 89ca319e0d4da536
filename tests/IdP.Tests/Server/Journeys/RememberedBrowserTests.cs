using System.Net;
using AngleSharp.Html.Dom;
using IdP.Storage;
using IdP.Storage.Audit;
using IdP.Testing;

namespace IdP.Tests.Server.Journeys;

/// <summary>"Don't ask again on this device": what it saves, what it never opens, and what ends it.</summary>
[TestFixtureSource(typeof(TestDatabase), nameof(TestDatabase.All))]
internal sealed class RememberedBrowserTests(TestDatabaseKind kind) : ServerFixture(kind)
{
    private const string Cookie = "idp_remembered";
    private const string NewPassword = "amber-window-cedar-91";

    private static readonly string[] Endings =
    [
        "password changed", "password reset by a link", "app added", "app replaced", "app removed", "passkey removed", "recovery codes made", "recovery code used",
        "locked", "signed out elsewhere", "compromised", "not me",
    ];

    protected override IEnumerable<object> People =>
    [
        .. new[] { "ticker", "chooser", "first", "second", "expiring", "tampered", "refresher", "hasty", "changer", "admin-made", "lister", "forger", "device", "signer" }.Select(Enrolled),
        .. Endings.Select(ending => Enrolled(NameOf(ending))),
    ];

    protected override IEnumerable<object> Apps =>
    [
        App("payroll", "required", rememberBrowserDays: 14), App("wiki", "whenEnrolled", rememberBrowserDays: 14), App("crm", "required", rememberBrowserDays: 1),
        App("loose", "required", rememberBrowserDays: 30), App("tight", "required", rememberBrowserDays: 30), App("bank", "required"), App("vault", "always"),
    ];

    [Test]
    public async Task Whoever_ticks_it_gives_the_password_alone_next_time_and_nothing_more_than_that_is_said()
    {
        var journey = await AtVerificationAsync(Browser("ticker"));
        var box = Box(journey)!;
        Assert.That((box.IsChecked, box.ParentElement!.TextContent), Is.EqualTo((false, "Don’t ask again on this device for 14 days")));
        await TickAsync(journey);
        Assert.That((await journey.ClaimsAsync()).GetProperty("acr").GetString(), Is.EqualTo("mfa"));
        Assert.That(await CountEventsAsync("ticker", AuditEvents.BrowserRemembered), Is.EqualTo(1));
        var cookie = journey.Person.Browser.Exchanges.SelectMany(e => e.Headers).Where(h => h.Key == "Set-Cookie").Select(h => h.Value)
            .Single(c => c.StartsWith(Cookie, StringComparison.Ordinal));
        Assert.That(cookie, Does.Contain("httponly").And.Contain("samesite=lax").And.Contain("path=/").And.Contain($"max-age={14 * 24 * 3600}"));
        await using (var database = Database.Open())
        {
            var stored = await database.ReadAsync(s => s.AllAsync("SELECT hash FROM remembered_browsers", row => row.GetString(0)));
            Assert.That(stored, Does.Not.Contain(HandleOf(journey.Person)).And.Contain(Handle.HashOf(HandleOf(journey.Person)!)));
        }

        var browser = Reopened(journey.Person);
        var again = await browser.OpenAsync(AppOf("payroll"));
        await again.SignInAsync();
        var claims = await again.ClaimsAsync();
        Assert.That(claims.GetProperty("acr").GetString(), Is.EqualTo("pwd"));
        Assert.That(claims.GetProperty("amr").EnumerateArray().Select(amr => amr.GetString()), Is.EqualTo(new[] { "pwd" }));
        Assert.That((await browser.OpenAsync(AppOf("wiki"))).At, Is.EqualTo(Journey.App), "Every application that remembers.");
        Assert.That((await browser.OpenAsync(AppOf("wiki"), "openid", ("prompt", "none"))).Error, Is.Null);

        // Where it never does.
        foreach (var app in new[] { "bank", "vault" }) Assert.That((await browser.OpenAsync(AppOf(app))).At, Is.EqualTo("/verify"), app);
        foreach (var (name, value) in new[] { ("acr_values", "mfa"), ("max_age", "3600"), ("claims", """{"id_token":{"acr":{"essential":true,"values":["mfa"]}}}""") })
        {
            var demanding = await browser.OpenAsync(AppOf("payroll"), "openid", (name, value));
            Assert.That((demanding.At, Box(demanding)), Is.EqualTo(("/verify", (IHtmlInputElement?)null)), name);
        }

        foreach (var own in new[] { "portal", "portal/security/reset", "portal/security/recovery-codes", "portal/security/password" })
        {
            Assert.That((await browser.OpenAsync(own)).Uri.AbsolutePath, Is.EqualTo("/verify"), own);
        }

        Assert.That((await browser.OpenAsync("enroll/app?to=/portal/security/authenticators/add")).Uri.AbsolutePath, Is.EqualTo("/verify"));
        var anew = await browser.OpenAsync(AppOf("payroll"), "openid", ("prompt", "login"));
        await anew.SignInAsync();
        Assert.That(anew.At, Is.EqualTo("/verify"));
        await AsksAsync(Browser("ticker"), "another browser");
    }

    [Test]
    public async Task It_is_not_remembered_unticked_nor_where_it_is_not_offered()
    {
        var plain = await AtVerificationAsync(Browser("chooser"));
        await plain.VerifyAsync();
        Assert.That(HandleOf(plain.Person), Is.Null);

        var journey = await Browser("chooser").OpenAsync(AppOf("bank"));
        await journey.SignInAsync();
        Assert.That((journey.At, Box(journey)), Is.EqualTo(("/verify", (IHtmlInputElement?)null)));
        var forged = await AppOf("bank").SendAsync(journey.Person.Submission(journey.Page, ("code", await Phone("chooser").NextCodeAsync()), ("remember", "true"))());
        Assert.That(forged.IsRedirect, $"{forged}");
        Assert.That(await RowsAsync("chooser"), Is.Zero);
        Assert.That(await CountEventsAsync("chooser", AuditEvents.BrowserRemembered), Is.Zero);
    }

    [Test]
    public async Task A_wrong_code_keeps_the_tick_and_remembers_nothing()
    {
        var journey = await AtVerificationAsync(Browser("forger"));

        journey.Continue(await journey.Person.SubmitAsync(journey.Page, null, ("code", await Phone("forger").WrongCodeAsync()), ("remember", "true")));

        Assert.That((journey.At, Box(journey)!.IsChecked, await RowsAsync("forger")), Is.EqualTo(("/verify", true, 0)));
    }

    [Test]
    public async Task A_browser_is_remembered_for_one_person_at_a_time_and_opens_nothing_for_another()
    {
        var shared = await RememberedAsync("first");
        await OpensAsync("first", shared);

        var other = With("second", shared);
        var journey = await AtVerificationAsync(other);
        await TickAsync(journey);

        Assert.That(journey.At, Is.EqualTo(Journey.App));
        await OpensAsync("second", HandleOf(other)!);
        await AsksAsync(With("first", HandleOf(other)!), "the browser is the other one's now");
        await AsksAsync(With("first", shared), "and the cookie of before opens nothing");
    }

    [Test]
    public async Task A_cookie_that_was_changed_or_is_too_old_opens_nothing()
    {
        var handle = await RememberedAsync("tampered");
        foreach (var wrong in new[] { (handle[0] == 'A' ? "B" : "A") + handle[1..], handle + "A", handle[..42], Handle.HashOf(handle), "%00" })
        {
            await AsksAsync(With("tampered", wrong), wrong);
        }

        await OpensAsync("tampered", handle);
        Assert.That((await CrmAsync("tampered", handle)).At, Is.EqualTo(Journey.App));
        await AgeAsync("tampered", TimeSpan.FromDays(1));
        Assert.That((await CrmAsync("tampered", handle)).At, Is.EqualTo("/verify"), "one day there");
        await OpensAsync("tampered", handle);
        await AgeAsync("tampered", TimeSpan.FromDays(13));
        await AsksAsync(With("tampered", handle), "14 days have gone");
    }

    [TestCaseSource(nameof(Endings))]
    public async Task It_ends_with_what_it_rests_on(string ending)
    {
        var person = NameOf(ending);
        var browser = Browser(person);
        var page = await browser.VerifyAsync(await browser.SignInAsync(await browser.OpenAsync("portal/security/authenticators/add")));
        Assert.That(page.Uri.AbsolutePath, Is.EqualTo("/portal/security/authenticators/add"), $"{page}");
        // Made before, so that no ending makes them on its way.
        page = await browser.SubmitAsync(await browser.OpenAsync("portal/security/recovery-codes"), "main button");
        var codes = page.Page.QuerySelectorAll("ol.codes li").Select(code => code.TextContent.Trim()).ToList();
        var handle = await RememberedAsync(person);
        await OpensAsync(person, handle);
        var password = Password;

        switch (ending)
        {
            case "password changed":
                await browser.SubmitAsync(await browser.OpenAsync("portal/security/password"), null, ("password", Password), ("new_password", password = NewPassword));
                break;
            case "password reset by a link":
                var link = await NewLinkAsync(person, "password_reset");
                await browser.SubmitAsync(await browser.OpenAsync("signin/reset?link=" + link), null, ("new_password", password = NewPassword));
                break;
            case "app added":
                page = await browser.OpenAsync("enroll/app?to=/portal/security/authenticators/add");
                await browser.SubmitAsync(page, null, ("code", await new Phone(page.Page.GetElementById("key")!.TextContent).NextCodeAsync()), ("name", ""));
                Assert.That(await CountEventsAsync(person, AuditEvents.AuthenticatorAdded), Is.EqualTo(1));
                break;
            case "app replaced":
                await browser.SetUpAsync(await browser.OpenAsync("enroll/app?to=/portal/security/reset"));
                Assert.That(await CountEventsAsync(person, AuditEvents.AuthenticatorReplaced), Is.EqualTo(1));
                break;
            case "app removed":
                await AddPasskeyAsync(person);
                page = await browser.OpenAsync("portal/security");
                page = await browser.OpenAsync(page.Page.QuerySelector("a[href*='/portal/security/authenticator?id=']")!.GetAttribute("href")!.TrimStart('/'));
                await browser.SubmitAsync(page, "[value=remove]");
                Assert.That(await CountEventsAsync(person, AuditEvents.AuthenticatorRemoved), Is.EqualTo(1));
                break;
            case "passkey removed":
                await AddPasskeyAsync(person);
                page = await browser.OpenAsync("portal/security/passkeys");
                page = await browser.OpenAsync(page.Page.QuerySelector("main dd a")!.GetAttribute("href")!.TrimStart('/'));
                await browser.SubmitAsync(page, "[value=remove]");
                Assert.That(await CountEventsAsync(person, AuditEvents.PasskeyRemoved), Is.EqualTo(1));
                break;
            case "recovery codes made":
                await browser.SubmitAsync(await browser.OpenAsync("portal/security/recovery-codes"), "main button");
                break;
            case "recovery code used":
                var journey = await AtVerificationAsync(Browser(person));
                journey.Continue(await journey.Person.OpenAsync("verify/recovery" + journey.Page.Uri.Query));
                await journey.VerifyAsync(codes[0]);
                Assert.That(journey.At, Is.EqualTo("/verify/recovered"));
                break;
            case "locked":
                var guesses = await AtVerificationAsync(Browser(person));
                for (var i = 0; i < 5; i++) await guesses.VerifyAsync(await Phone(person).WrongCodeAsync());
                Assert.That(guesses.Page.Status, Is.EqualTo(HttpStatusCode.Forbidden), $"{guesses.Page}");
                // The time ends it, or an admin does: it is not there again.
                await ExecuteAsync("DELETE FROM attempt_counts WHERE kind = 'verification' AND owner = (SELECT id FROM users WHERE user_name = @p0)", person);
                break;
            case "signed out elsewhere":
                await browser.SubmitAsync(await browser.OpenAsync("portal/sessions"), "[value=others]");
                break;
            case "compromised":
                await browser.SubmitAsync(await browser.OpenAsync("portal/security/compromised"), null, ("password", Password), ("new_password", password = NewPassword));
                break;
            case "not me":
                await browser.SubmitAsync(await browser.OpenAsync("not-me?link=" + await NewLinkAsync(person, "not_me")));
                await ExecuteAsync("UPDATE users SET disabled_at = NULL, frozen_at = NULL WHERE user_name = @p0", person);
                break;
        }

        Assert.That(await RowsAsync(person), Is.Zero);
        var next = await With(person, handle).OpenAsync(AppOf("payroll"));
        await next.SignInAsync(password);
        Assert.That(next.At, Is.EqualTo(ending == "compromised" ? "/enroll" : "/verify"));
    }

    [Test]
    public async Task It_ends_when_an_admin_turns_the_account_off()
    {
        var handle = await RememberedAsync("admin-made");
        await OpensAsync("admin-made", handle);

        await CommandAsync("users", "disable", "admin-made");
        await CommandAsync("users", "enable", "admin-made");

        await AsksAsync(With("admin-made", handle), "turned off and on");
    }

    [Test]
    public async Task A_row_of_before_a_reset_opens_nothing_even_if_it_were_left()
    {
        var handle = await RememberedAsync("signer");
        await ExecuteAsync("UPDATE users SET credential_generation = credential_generation + 1 WHERE user_name = 'signer'");

        await AsksAsync(With("signer", handle), "another generation");
    }

    [Test]
    public async Task Refresh_tokens_and_codes_live_as_long_as_the_browser_is_remembered()
    {
        var handle = await RememberedAsync("refresher");
        var first = await TokensAsync("refresher", handle);
        var rotated = await AppOf("payroll").RefreshAsync(first);
        Assert.That(rotated.Status, Is.EqualTo(HttpStatusCode.OK), $"{rotated}");
        Assert.That(ClaimsOf(rotated.Json.GetProperty("access_token").GetString()!).GetProperty("acr").GetString(), Is.EqualTo("pwd"));

        var begun = await With("refresher", handle).OpenAsync(AppOf("payroll"));
        await begun.SignInAsync();
        await AgeAsync("refresher", TimeSpan.FromDays(14));
        Assert.That((await begun.RedeemAsync()).Error, Is.EqualTo("invalid_grant"), "a code");
        await AgeAsync("refresher", -TimeSpan.FromDays(14));
        var left = await TokensAsync("refresher", handle);
        await AgeAsync("refresher", TimeSpan.FromDays(14));
        Assert.That((await AppOf("payroll").RefreshAsync(left)).Error, Is.EqualTo("invalid_grant"), "too old");

        await AgeAsync("refresher", -TimeSpan.FromDays(14));
        var last = await TokensAsync("refresher", handle);
        await ExecuteAsync("DELETE FROM remembered_browsers WHERE hash = @p0", Handle.HashOf(handle));
        Assert.That((await AppOf("payroll").RefreshAsync(last)).Error, Is.EqualTo("invalid_grant"), "forgotten");
    }

    [Test]
    public async Task A_policy_that_was_changed_counts_no_browser_of_before()
    {
        var handle = await RememberedAsync("changer");
        var tokens = await TokensAsync("changer", handle, "tight");
        Assert.That((await OpenAsync("changer", handle, "loose")).At, Is.EqualTo(Journey.App));

        await CommandAsync("clients", "set", "tight", "--remember-browser-days", "0", "--identity-verification", "always");
        await CommandAsync("clients", "set", "loose", "--remember-browser-days", "29");

        Assert.That((await AppOf("tight").RefreshAsync(tokens)).Error, Is.EqualTo("invalid_grant"));
        Assert.That((await OpenAsync("changer", handle, "tight")).At, Is.EqualTo("/verify"));
        Assert.That((await OpenAsync("changer", handle, "loose")).At, Is.EqualTo("/verify"));
        await OpensAsync("changer", handle);
    }

    [Test]
    public async Task A_person_sees_the_browsers_and_forgets_one_or_all()
    {
        var (one, two, three) = (await RememberedAsync("lister"), await RememberedAsync("lister"), await RememberedAsync("lister"));
        var others = await RememberedAsync("device");
        var browser = With("lister", one);
        var page = await browser.VerifyAsync(await browser.SignInAsync(await browser.OpenAsync("portal/sessions")));
        Assert.That(page.Page.QuerySelectorAll("[name=forget]"), Has.Length.EqualTo(4), $"{page}");

        page = await browser.SubmitAsync(page, $"[value='{Handle.HashOf(two)}']");

        Assert.That(page.Page.QuerySelector("[role=status]")!.TextContent.Trim(), Does.StartWith("Forgotten."));
        await AsksAsync(With("lister", two), "forgotten");
        await OpensAsync("lister", one);
        await OpensAsync("lister", three);
        await AppOf("payroll").SendAsync(browser.Submission(page, ("forget", Handle.HashOf(others)))());
        await OpensAsync("device", others);

        page = await browser.SubmitAsync(await browser.OpenAsync("portal/security"), "[name=forget][value=all]");

        Assert.That(page.Page.QuerySelectorAll("[name=forget]"), Is.Empty);
        await AsksAsync(With("lister", one), "all");
        Assert.That(await CountEventsAsync("lister", AuditEvents.BrowserForgotten), Is.EqualTo(2));
        await OpensAsync("device", others);
    }

    private static string NameOf(string ending) => ending.Replace(' ', '-');

    private static IHtmlInputElement? Box(Journey journey) => (IHtmlInputElement?)journey.Page.Page.QuerySelector("main input[name=remember]");

    private async Task TickAsync(Journey journey)
    {
        journey.Continue(await journey.Person.SubmitAsync(journey.Page, null, ("code", await journey.Person.Phone.NextCodeAsync()), ("remember", "true")));
        Assert.That(journey.At, Is.EqualTo(Journey.App), $"{journey.Page}");
    }

    private string? HandleOf(Visitor browser) => browser.Browser.Cookies.GetCookies(Server.Issuer)[Cookie]?.Value;

    /// <summary>The browser closed and opened again: what was to live as long as it is gone.</summary>
    private Visitor Reopened(Visitor browser) => With(browser.Name, browser.Browser.Cookies.GetCookies(Server.Issuer).Single(c => c.Expires != default).Value);

    private Visitor With(string person, string handle)
    {
        var browser = Browser(person);
        browser.Browser.Cookies.Add(Server.Issuer, new Cookie(Cookie, handle, "/"));
        return browser;
    }

    /// <summary>As if the box had been ticked in a browser, for 14 days.</summary>
    private async Task<string> RememberedAsync(string person)
    {
        var handle = Handle.New(new RandomSource());
        await ExecuteAsync("""
            INSERT INTO remembered_browsers (hash, user_id, credential_generation, verified_at, expires_at)
            SELECT @p0, id, credential_generation, @p1, @p2 FROM users WHERE user_name = @p3
            """, Handle.HashOf(handle), DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddDays(14), person);
        return handle;
    }

    private Task AgeAsync(string person, TimeSpan by) => ExecuteAsync(
        "UPDATE remembered_browsers SET verified_at = verified_at - @p0, expires_at = expires_at - @p0 WHERE user_id = (SELECT id FROM users WHERE user_name = @p1)",
        (long)by.TotalMilliseconds, person);

    private Task AddPasskeyAsync(string person) => ExecuteAsync("""
        INSERT INTO passkeys (id, user_id, name, credential_id, public_key, sign_count, transports, is_backup_eligible, is_backed_up,
            attestation_object, client_data_json, created_at)
        SELECT 'pk-' || id, id, 'Laptop', 'cred-' || id, 'AAAA', 0, '[]', @p0, @p0, 'AAAA', 'AAAA', @p1 FROM users WHERE user_name = @p2
        """, false, DateTimeOffset.UtcNow, person);

    private async Task<string> NewLinkAsync(string person, string purpose)
    {
        var handle = Handle.New(new RandomSource());
        await ExecuteAsync("INSERT INTO one_time_links (hash, purpose, user_id, expires_at) SELECT @p0, @p1, id, @p2 FROM users WHERE user_name = @p3",
            Handle.HashOf(handle), purpose, DateTimeOffset.UtcNow.AddMinutes(20), person);
        return handle;
    }

    private async Task<int> RowsAsync(string person)
    {
        await using var database = Database.Open();
        return (int)await database.ReadAsync(s => s.FirstAsync(
            "SELECT COUNT(*) FROM remembered_browsers b JOIN users u ON u.id = b.user_id WHERE u.user_name = @p0", row => row.GetInt64(0), person));
    }

    private async Task<Journey> OpenAsync(string person, string handle, string app)
    {
        var journey = await With(person, handle).OpenAsync(AppOf(app));
        await journey.SignInAsync();
        return journey;
    }

    private Task<Journey> CrmAsync(string person, string handle) => OpenAsync(person, handle, "crm");

    private async Task OpensAsync(string person, string handle) => Assert.That((await OpenAsync(person, handle, "payroll")).At, Is.EqualTo(Journey.App));

    private async Task AsksAsync(Visitor browser, string why)
    {
        var journey = await browser.OpenAsync(AppOf("payroll"));
        await journey.SignInAsync();
        Assert.That(journey.At, Is.EqualTo("/verify"), why);
    }

    private async Task<Journey> AtVerificationAsync(Visitor browser)
    {
        var journey = await browser.OpenAsync(AppOf("payroll"));
        await journey.SignInAsync();
        Assert.That(journey.At, Is.EqualTo("/verify"));
        return journey;
    }

    private async Task<string> TokensAsync(string person, string handle, string app = "payroll") =>
        (await (await OpenAsync(person, handle, app)).TokensAsync()).GetProperty("refresh_token").GetString()!;
}
