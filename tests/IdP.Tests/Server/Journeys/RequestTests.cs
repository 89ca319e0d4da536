using System.Net;
using IdP.Testing;

namespace IdP.Tests.Server.Journeys;

/// <summary>What an application can ask with its request; it raises what the policy asks and never lowers it.</summary>
[TestFixtureSource(typeof(TestDatabase), nameof(TestDatabase.All))]
internal sealed class RequestTests(TestDatabaseKind kind) : ServerFixture(kind)
{
    protected override IEnumerable<object> People =>
    [
        Person("silent"), Person("again"), Person("aged"), Person("first-hint"), Person("second-hint"), Person("poster"), Person("allower"), Person("denier"),
        Person("leaver"), Person("stayer"), Person("stepper-new"), Enrolled("silent-enrolled"), Enrolled("stepper"), Enrolled("aged-enrolled"), Enrolled("older-code"),
    ];

    protected override IEnumerable<object> Apps => [App("notes", "notRequired"), App("payroll", "required"), App("shop", "notRequired", consent: "explicit")];

    [Test]
    public async Task Prompt_none_shows_no_page()
    {
        var nobody = await Browser("silent").OpenAsync(AppOf("notes"), "openid", ("prompt", "none"));
        Assert.That(nobody.Error, Is.EqualTo("login_required"));
        Assert.That(nobody.Answer["state"], Is.EqualTo(nobody.Request.State));

        var (journey, _) = await SignInAsync("silent", "notes");
        Assert.That((await journey.Person.OpenAsync(AppOf("notes"), "openid", ("prompt", "none"))).Answer, Contains.Key("code"));
        Assert.That((await journey.Person.OpenAsync(AppOf("payroll"), "openid", ("prompt", "none"))).Error, Is.EqualTo("interaction_required"));
        Assert.That((await journey.Person.OpenAsync(AppOf("shop"), "openid", ("prompt", "none"))).Error, Is.EqualTo("consent_required"));
    }

    [Test]
    public async Task Prompt_none_does_not_open_a_guarded_app_to_a_password()
    {
        var (journey, _) = await SignInAsync("silent-enrolled", "notes");
        Assert.That((await journey.Person.OpenAsync(AppOf("payroll"), "openid", ("prompt", "none"))).Error, Is.EqualTo("interaction_required"));
    }

    [Test]
    public async Task Prompt_login_asks_for_the_password_again()
    {
        var (before, tokens) = await SignInAsync("again", "notes");
        await LetTimePassAsync("again", TimeSpan.FromMinutes(2));

        var journey = await before.Person.OpenAsync(AppOf("notes"), "openid", ("prompt", "login"));
        Assert.That(journey.At, Is.EqualTo("/signin"));
        // Going on without signing in leads back to the sign-in.
        Assert.That((await before.Person.OpenAsync("connect/authorize" + journey.Page.Uri.Query)).Uri.AbsolutePath, Is.EqualTo("/signin"));
        await journey.SignInAsync();

        var then = ClaimsOf(tokens.GetProperty("id_token").GetString()!).GetProperty("auth_time").GetInt64();
        Assert.That((await journey.ClaimsAsync()).GetProperty("auth_time").GetInt64(), Is.GreaterThanOrEqualTo(then));
        Assert.That((await before.Person.OpenAsync(AppOf("notes"))).At, Is.EqualTo(Journey.App));
    }

    [Test]
    public async Task A_new_password_does_not_make_an_old_verification_new()
    {
        var (before, _) = await SignInAsync("older-code", "payroll");
        await LetTimePassAsync("older-code", TimeSpan.FromMinutes(2));

        var again = await before.Person.OpenAsync(AppOf("notes"), "openid", ("prompt", "login"));
        await again.SignInAsync();
        var here = await again.ClaimsAsync();
        var there = await (await before.Person.OpenAsync(AppOf("payroll"))).ClaimsAsync();

        // The level that the new proof supports, and at Payroll the age of the oldest proof of the two.
        Assert.That(here.GetProperty("acr").GetString(), Is.EqualTo("pwd"));
        Assert.That(there.GetProperty("acr").GetString(), Is.EqualTo("mfa"));
        Assert.That(there.GetProperty("auth_time").GetInt64(), Is.LessThan(here.GetProperty("auth_time").GetInt64() - 60));
    }

    [Test]
    public async Task Max_age_asks_again_when_the_sign_in_is_older()
    {
        var (before, _) = await SignInAsync("aged", "notes");
        Assert.That((await before.Person.OpenAsync(AppOf("notes"), "openid", ("max_age", "60"))).At, Is.EqualTo(Journey.App));
        await LetTimePassAsync("aged", TimeSpan.FromMinutes(2));

        var journey = await before.Person.OpenAsync(AppOf("notes"), "openid", ("max_age", "60"));
        Assert.That(journey.At, Is.EqualTo("/signin"));
        await journey.SignInAsync();

        var authTime = DateTimeOffset.FromUnixTimeSeconds((await journey.ClaimsAsync()).GetProperty("auth_time").GetInt64());
        Assert.That(authTime, Is.GreaterThan(DateTimeOffset.UtcNow.AddMinutes(-1.5)));
    }

    [Test]
    public async Task Max_age_at_a_guarded_app_asks_for_the_code_again_too()
    {
        var (before, _) = await SignInAsync("aged-enrolled", "payroll");
        await LetTimePassAsync("aged-enrolled", TimeSpan.FromMinutes(2));

        var journey = await before.Person.OpenAsync(AppOf("payroll"), "openid", ("max_age", "60"));
        await journey.SignInAsync();
        Assert.That(journey.At, Is.EqualTo("/verify"));
        await journey.VerifyAsync();

        Assert.That((await journey.ClaimsAsync()).GetProperty("acr").GetString(), Is.EqualTo("mfa"));
    }

    [Test]
    public async Task Acr_values_mfa_raises_what_an_unguarded_app_asks()
    {
        var (before, _) = await SignInAsync("stepper", "notes");

        var journey = await before.Person.OpenAsync(AppOf("notes"), "openid", ("acr_values", "mfa"));
        Assert.That(journey.At, Is.EqualTo("/verify"));
        // The request that was parked is what counts; taking the wish out of the address changes nothing.
        Assert.That((await before.Person.OpenAsync("connect/authorize" + journey.Page.Uri.Query)).Uri.AbsolutePath, Is.EqualTo("/verify"));
        await journey.VerifyAsync();

        Assert.That((await journey.ClaimsAsync()).GetProperty("acr").GetString(), Is.EqualTo("mfa"));
    }

    [Test]
    public async Task What_a_request_demands_cannot_be_skipped_and_an_unreachable_level_is_refused()
    {
        var (before, _) = await SignInAsync("stepper-new", "notes");

        var demanded = await before.Person.OpenAsync(AppOf("payroll"), "openid", ("acr_values", "mfa"));
        Assert.That(demanded.At, Is.EqualTo("/enroll"));
        Assert.That(demanded.Page.Page.QuerySelector("[name=action]"), Is.Null);

        var unreachable = await before.Person.OpenAsync(AppOf("notes"), "openid", ("claims", """{"id_token":{"acr":{"essential":true,"values":["unheard-of"]}}}"""));
        Assert.That(unreachable.Error, Is.EqualTo("unmet_authentication_requirements"), $"{unreachable.Page}");
    }

    [Test]
    public async Task A_hint_names_the_only_person_that_the_application_accepts()
    {
        var (first, tokens) = await SignInAsync("first-hint", "notes");
        var hint = tokens.GetProperty("id_token").GetString();
        Assert.That((await first.Person.OpenAsync(AppOf("notes"), "openid", ("prompt", "none"), ("id_token_hint", hint))).Answer, Contains.Key("code"));

        var (second, _) = await SignInAsync("second-hint", "notes");
        Assert.That((await second.Person.OpenAsync(AppOf("notes"), "openid", ("prompt", "none"), ("id_token_hint", hint))).Error, Is.EqualTo("login_required"));
        Assert.That((await second.Person.OpenAsync(AppOf("notes"), "openid", ("id_token_hint", hint))).At, Is.EqualTo("/signin"));
        Assert.That((await second.Person.OpenAsync(AppOf("notes"), "openid", ("id_token_hint", hint + "x"))).Error, Is.EqualTo("invalid_request"));
    }

    [Test]
    public async Task Form_post_carries_the_answer_in_a_form()
    {
        var journey = await Browser("poster").OpenAsync(AppOf("notes"), "openid", ("response_mode", "form_post"));
        await journey.SignInAsync();

        Assert.That(journey.Page.Header("Cache-Control"), Does.Contain("no-store"));
        Assert.That(journey.Answer["state"], Is.EqualTo(journey.Request.State));
        Assert.That(journey.Answer["iss"], Is.EqualTo(Server.Issuer.OriginalString));
        Assert.That((await journey.ClaimsAsync()).GetProperty("nonce").GetString(), Is.EqualTo(journey.Request.Nonce));
    }

    [Test]
    public async Task Who_allowed_an_app_is_not_asked_again_until_it_is_taken_back_or_more_is_wanted()
    {
        var browser = Browser("allower");
        var first = await browser.OpenAsync(AppOf("shop"), "openid profile");
        await first.SignInAsync();
        Assert.That(first.At, Is.EqualTo("/consent"));
        await first.DecideAsync("allow");
        Assert.That(first.Answer, Contains.Key("code"));

        Assert.That((await browser.OpenAsync(AppOf("shop"), "openid profile")).At, Is.EqualTo(Journey.App));
        Assert.That((await browser.OpenAsync(AppOf("shop"), "openid profile email")).At, Is.EqualTo("/consent"));
        Assert.That((await browser.OpenAsync(AppOf("shop"), "openid", ("prompt", "consent"))).At, Is.EqualTo("/consent"));

        var tokens = await first.TokensAsync();
        var done = await browser.SubmitAsync(await browser.OpenAsync("portal/security"), "[name=take_back][value=shop]");
        Assert.That(done.Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await AppOf("shop").RefreshAsync(tokens.GetProperty("refresh_token").GetString()!)).Error, Is.EqualTo("invalid_grant"));
        Assert.That((await browser.OpenAsync(AppOf("shop"), "openid profile")).At, Is.EqualTo("/consent"));
    }

    [Test]
    public async Task Who_does_not_allow_an_app_is_sent_back_with_access_denied_and_asked_again_next_time()
    {
        var browser = Browser("denier");
        var journey = await browser.OpenAsync(AppOf("shop"));
        await journey.SignInAsync();
        await journey.DecideAsync("deny");

        Assert.That(journey.Error, Is.EqualTo("access_denied"));
        Assert.That(journey.Answer["state"], Is.EqualTo(journey.Request.State));
        Assert.That((await browser.OpenAsync(AppOf("shop"))).At, Is.EqualTo("/consent"));
    }

    [Test]
    public async Task An_application_signs_the_person_out_and_gets_them_back()
    {
        var (journey, tokens) = await SignInAsync("leaver", "notes", "openid");
        var refresh = tokens.GetProperty("refresh_token").GetString()!;
        var back = new Uri("https://notes.example/signed-out");

        var left = await journey.Person.OpenAsync(
            $"connect/logout?id_token_hint={tokens.GetProperty("id_token").GetString()}&post_logout_redirect_uri={Uri.EscapeDataString(back.OriginalString)}&state=abc");

        Assert.That(left.LeadsTo(back), $"{left}");
        Assert.That(left.Location!.QueryParameters["state"], Is.EqualTo("abc"));
        Assert.That((await journey.Person.OpenAsync("portal")).Uri.AbsolutePath, Is.EqualTo("/signin"));
        // Without offline_access a refresh token lives as long as the session.
        Assert.That((await AppOf("notes").RefreshAsync(refresh)).Error, Is.EqualTo("invalid_grant"));
    }

    [Test]
    public async Task A_logout_without_a_hint_asks_first_and_leads_nowhere_that_is_not_registered()
    {
        var (journey, _) = await SignInAsync("stayer", "notes");

        var asked = await journey.Person.OpenAsync("connect/logout?client_id=notes&post_logout_redirect_uri=https%3A%2F%2Fevil.example%2F");
        Assert.That(asked.Uri.AbsolutePath, Is.EqualTo("/signout"));
        Assert.That((await journey.Person.OpenAsync("portal")).Uri.AbsolutePath, Is.EqualTo("/portal"));

        var left = await journey.Person.SubmitAsync(asked, "main button");
        Assert.That(left.Uri.AbsolutePath, Is.EqualTo("/signout"), $"{left}");
        Assert.That((await journey.Person.OpenAsync("portal")).Uri.AbsolutePath, Is.EqualTo("/signin"));
    }
}
