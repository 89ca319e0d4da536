using System.Net;
using IdP.Testing;

namespace IdP.Tests.Server.Journeys;

/// <summary>What each mode of an application, and of the portal, asks of whom.</summary>
[TestFixtureSource(typeof(TestDatabase), nameof(TestDatabase.All))]
internal sealed class ModeTests(TestDatabaseKind kind) : ServerFixture(kind)
{
    protected override IEnumerable<object> People =>
    [
        Person("plain"), Person("newcomer"), Person("voluntary"), Person("strict"), Person("late"), Person("portal-new"), Enrolled("enrolled"), Enrolled("each-time"),
        Enrolled("portal-user"), Enrolled("half-way"), Required("skipper"), Required("expired"),
    ];

    protected override IEnumerable<object> Apps =>
    [
        App("notes", "notRequired"), App("wiki", "whenEnrolled"), App("payroll", "required"), App("vault", "always"),
        App("bank", "required", reverifyAfterMinutes: 0),
    ];

    [Test]
    public async Task An_unguarded_app_asks_for_the_password_alone()
    {
        var journey = await Browser("plain").OpenAsync(AppOf("notes"));
        Assert.That(journey.At, Is.EqualTo("/signin"));
        await journey.SignInAsync();

        var claims = await journey.ClaimsAsync();
        Assert.That(claims.GetProperty("acr").GetString(), Is.EqualTo("pwd"));
        Assert.That(claims.GetProperty("amr").EnumerateArray().Select(amr => amr.GetString()), Is.EqualTo(new[] { "pwd" }));
        Assert.That(claims.GetProperty("nonce").GetString(), Is.EqualTo(journey.Request.Nonce));
        Assert.That(journey.Answer["state"], Is.EqualTo(journey.Request.State));
        Assert.That(journey.Answer["iss"], Is.EqualTo(Server.Issuer.OriginalString));
    }

    [Test]
    public async Task After_an_unguarded_app_a_guarded_one_asks_for_the_code_and_not_for_the_password()
    {
        var browser = Browser("enrolled");
        var notes = await browser.OpenAsync(AppOf("notes"));
        await notes.SignInAsync();
        Assert.That(notes.At, Is.EqualTo(Journey.App));

        var payroll = await browser.OpenAsync(AppOf("payroll"));
        Assert.That(payroll.At, Is.EqualTo("/verify"));
        await payroll.VerifyAsync();

        var claims = await payroll.ClaimsAsync();
        Assert.That(claims.GetProperty("acr").GetString(), Is.EqualTo("mfa"));
        Assert.That(claims.GetProperty("amr").EnumerateArray().Select(amr => amr.GetString()), Is.EquivalentTo(new[] { "pwd", "otp", "mfa" }));

        // Verified a moment ago: nobody is asked again, wherever it is.
        Assert.That((await browser.OpenAsync(AppOf("vault"))).At, Is.EqualTo(Journey.App));
        // What was given to the unguarded app before still says the password.
        Assert.That((await notes.ClaimsAsync()).GetProperty("acr").GetString(), Is.EqualTo("pwd"));
    }

    [Test]
    public async Task A_guarded_app_begins_the_period_of_somebody_new_and_enrollment_leads_back_to_it()
    {
        var journey = await Browser("newcomer").OpenAsync(AppOf("payroll"));
        await journey.SignInAsync();
        Assert.That(journey.At, Is.EqualTo("/enroll"));
        Assert.That(journey.Text, Does.Contain("7 days left"));

        await journey.EnrollAsync();

        var claims = await journey.ClaimsAsync();
        Assert.That(claims.GetProperty("acr").GetString(), Is.EqualTo("mfa"));
        Assert.That(claims.GetProperty("nonce").GetString(), Is.EqualTo(journey.Request.Nonce));
        Assert.That(journey.Answer["state"], Is.EqualTo(journey.Request.State));
    }

    [Test]
    public async Task WhenEnrolled_asks_those_who_have_enrolled()
    {
        var browser = Browser("voluntary");
        var before = await browser.OpenAsync(AppOf("wiki"));
        await before.SignInAsync();
        Assert.That((await before.ClaimsAsync()).GetProperty("acr").GetString(), Is.EqualTo("pwd"));

        await SetUpAtThePortalAsync(browser);

        var after = await Browser("voluntary").OpenAsync(AppOf("wiki"));
        await after.SignInAsync();
        Assert.That(after.At, Is.EqualTo("/verify"));
        after.Person.Phone = browser.Phone;
        await after.VerifyAsync();
        Assert.That((await after.ClaimsAsync()).GetProperty("acr").GetString(), Is.EqualTo("mfa"));
    }

    [Test]
    public async Task Skipping_gives_the_password_level_where_it_is_required_and_nothing_where_it_is_always_asked()
    {
        var browser = Browser("skipper");
        var payroll = await browser.OpenAsync(AppOf("payroll"));
        await payroll.SignInAsync();
        await payroll.SkipAsync();
        Assert.That((await payroll.ClaimsAsync()).GetProperty("acr").GetString(), Is.EqualTo("pwd"));

        var vault = await browser.OpenAsync(AppOf("vault"));
        Assert.That(vault.At, Is.EqualTo("/enroll"));
        Assert.That(vault.Page.Page.QuerySelector("[name=action]"), Is.Null);
        // Nor by a form that was not shown.
        var forced = await AppOf("vault").SendAsync(browser.Submission(vault.Page, ("action", "skip"))());
        Assert.That(forced.Location?.AbsolutePath, Is.EqualTo("/enroll"), $"{forced}");

        // A skip holds for its sign-in: the next one is offered again.
        var again = await Browser("skipper").OpenAsync(AppOf("payroll"));
        await again.SignInAsync();
        Assert.That(again.At, Is.EqualTo("/enroll"));
    }

    [Test]
    public async Task Always_offers_no_skip_to_somebody_new()
    {
        var journey = await Browser("strict").OpenAsync(AppOf("vault"));
        await journey.SignInAsync();
        Assert.That(journey.At, Is.EqualTo("/enroll"));
        Assert.That(journey.Page.Page.QuerySelector("[name=action]"), Is.Null);
    }

    [Test]
    public async Task After_the_deadline_the_skip_of_an_open_page_comes_too_late()
    {
        var journey = await Browser("late").OpenAsync(AppOf("payroll"));
        await journey.SignInAsync();
        Assert.That(journey.At, Is.EqualTo("/enroll"));
        await LetTheDeadlinePassAsync("late");

        await journey.SkipAsync();

        Assert.That(journey.At, Is.EqualTo("/locked"));
        Assert.That(journey.Page.Status, Is.EqualTo(HttpStatusCode.Forbidden));
    }

    [Test]
    public async Task After_the_deadline_the_account_is_locked_everywhere_and_says_why_to_whoever_knows_the_password()
    {
        await LetTheDeadlinePassAsync("expired");

        var journey = await Browser("expired").OpenAsync(AppOf("notes"));
        await journey.SignInAsync("not-the-password");
        Assert.That(journey.At, Is.EqualTo("/signin"));
        Assert.That(journey.Text, Does.Not.Contain("lock").IgnoreCase);

        await journey.SignInAsync();
        Assert.That(journey.At, Is.EqualTo("/locked"));
        Assert.That(journey.Text, Does.Contain("time to set up identity verification ended").And.Contain("LK-").And.Contain("support@example.com"));
    }

    [Test]
    public async Task With_reverification_after_zero_minutes_each_authorization_asks_for_a_code()
    {
        var browser = Browser("each-time");
        var first = await browser.OpenAsync(AppOf("bank"));
        await first.SignInAsync();
        await first.VerifyAsync();
        var tokens = await first.TokensAsync();

        var second = await browser.OpenAsync(AppOf("bank"));
        Assert.That(second.At, Is.EqualTo("/verify"));
        await second.VerifyAsync();
        Assert.That(second.At, Is.EqualTo(Journey.App));

        // The application alone cannot renew a proof, so its refresh token goes on working.
        var refreshed = await AppOf("bank").RefreshAsync(tokens.GetProperty("refresh_token").GetString()!);
        Assert.That(refreshed.Status, Is.EqualTo(HttpStatusCode.OK), $"{refreshed}");
    }

    [Test]
    public async Task A_pending_sign_in_opens_nothing_but_the_verification()
    {
        var browser = Browser("half-way");
        var journey = await browser.OpenAsync(AppOf("payroll"));
        await journey.SignInAsync();
        Assert.That(journey.At, Is.EqualTo("/verify"));

        foreach (var path in new[] { "portal", "portal/security", "portal/sessions", "portal/activity", "admin" })
        {
            Assert.That((await browser.OpenAsync(path)).Uri.AbsolutePath, Is.EqualTo("/signin"), path);
        }

        foreach (var path in new[] { "portal/security/reset", "portal/security/setup", "portal/security/recovery-codes", "portal/security/password" })
        {
            Assert.That((await browser.OpenAsync(path)).Uri.AbsolutePath, Is.AnyOf("/signin", "/verify"), path);
        }

        // Nor the set-up of a second authenticator with the password alone.
        Assert.That((await browser.OpenAsync("enroll/app" + journey.Page.Uri.Query)).Uri.AbsolutePath, Is.EqualTo("/verify"));
        Assert.That((await browser.OpenAsync("enroll/app?to=/portal/security/reset")).Uri.AbsolutePath, Is.EqualTo("/verify"));
        // Nor the request itself, asked to go on.
        var resumed = await browser.OpenAsync("connect/authorize" + journey.Page.Uri.Query);
        Assert.That(resumed.Uri.AbsolutePath, Is.AnyOf("/signin", "/verify"));
    }

    [Test]
    public async Task The_portal_asks_as_its_own_policy_says()
    {
        var enrolled = Browser("portal-user");
        var page = await enrolled.SignInAsync(await enrolled.OpenAsync("portal"));
        Assert.That(page.Uri.AbsolutePath, Is.EqualTo("/verify"));
        Assert.That((await enrolled.VerifyAsync(page)).Uri.AbsolutePath, Is.EqualTo("/portal"));

        var somebody = Browser("portal-new");
        Assert.That((await somebody.SignInAsync(await somebody.OpenAsync("portal"))).Uri.AbsolutePath, Is.EqualTo("/portal"));

        await CommandAsync("settings", "set", "portalIdentityVerification", "always");
        try
        {
            var asked = await somebody.OpenAsync("portal");
            Assert.That(asked.Uri.AbsolutePath, Is.EqualTo("/enroll"));
            Assert.That(asked.Page.QuerySelector("[name=action]"), Is.Null);
            // An application's policy is its own.
            Assert.That((await somebody.OpenAsync(AppOf("notes"))).At, Is.EqualTo(Journey.App));
        }
        finally
        {
            await CommandAsync("settings", "set", "portalIdentityVerification", "whenEnrolled");
        }
    }

    private static async Task SetUpAtThePortalAsync(Visitor browser)
    {
        var page = await browser.OpenAsync("portal/security/setup");
        Assert.That(page.Uri.AbsolutePath, Is.EqualTo("/portal/security/setup"));
        (page, _) = await browser.SetUpAsync(await browser.OpenAsync(page.Page.QuerySelector("a.btn.go")!.GetAttribute("href")!));
        Assert.That((await browser.SubmitAsync(page, "[value=done]")).Uri.AbsolutePath, Is.EqualTo("/portal/security"));
    }
}
