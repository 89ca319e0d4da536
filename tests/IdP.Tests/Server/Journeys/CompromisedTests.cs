using System.Net;
using IdP.Storage.Audit;
using IdP.Testing;

namespace IdP.Tests.Server.Journeys;

/// <summary>"Someone else may have my codes", as a person says it at the portal.</summary>
[TestFixtureSource(typeof(TestDatabase), nameof(TestDatabase.All))]
internal sealed class CompromisedTests(TestDatabaseKind kind) : ServerFixture(kind)
{
    private const string NewPassword = "amber-window-cedar-91";

    protected override IEnumerable<object> People => [Enrolled("victim"), Enrolled("hasty"), Enrolled("racer"), Enrolled("short"), Person("unenrolled")];

    protected override IEnumerable<object> Apps => [App("notes", "notRequired"), App("payroll", "required")];

    [Test]
    public async Task It_ends_everything_that_was_given_out_and_this_browser_sets_everything_up_anew()
    {
        // By the password alone: each code that is given makes the next one wait for its half minute.
        var (thief, tokens) = await SignInAsync("victim", "notes");
        var (person, own) = await SignInAsync("victim", "payroll");
        var codes = await NewCodesAsync(person.Person);
        var waiting = await Browser("victim").OpenAsync(AppOf("payroll"));
        await waiting.SignInAsync();
        Assert.That(waiting.At, Is.EqualTo("/verify"));

        var shown = await CloseAsync(person.Person);

        Assert.That(shown.Uri.PathAndQuery, Is.EqualTo("/enroll?to=%2Fportal%2Fsecurity%2Fsetup"));
        Assert.That(await CountEventsAsync("victim", AuditEvents.Reset), Is.EqualTo(1));
        Assert.That(await CountEventsAsync("victim", AuditEvents.PasswordChanged), Is.EqualTo(1));
        // Sessions, refresh tokens, the waiting sign-in, the old password.
        Assert.That((await thief.Person.OpenAsync("portal")).Uri.AbsolutePath, Is.EqualTo("/signin"));
        foreach (var (app, given) in new[] { ("notes", tokens), ("payroll", own) }) Assert.That((await AppOf(app).RefreshAsync(given.GetProperty("refresh_token").GetString()!)).Error, Is.EqualTo("invalid_grant"));
        await waiting.VerifyAsync(await Phone("victim").LastCodeAsync());
        Assert.That(waiting.At, Is.EqualTo("/signin"));
        var old = await Browser("victim").OpenAsync(AppOf("notes"));
        await old.SignInAsync();
        Assert.That(old.At, Is.EqualTo("/signin"));
        // This browser is not verified any more: guarded pages lead to the set-up.
        Assert.That((await person.Person.OpenAsync("portal")).Uri.AbsolutePath, Is.EqualTo("/enroll"));

        var setUp = await person.Person.SubmitAsync(shown, "[name=next]");
        Assert.That(setUp.Uri.AbsolutePath, Is.EqualTo("/enroll/app"));
        var (done, fresh) = await person.Person.SetUpAsync(setUp);
        Assert.That(fresh, Has.Count.EqualTo(10), $"{done}");
        Assert.That(fresh.Intersect(codes), Is.Empty);
        Assert.That(await CountEventsAsync("victim", AuditEvents.EnrollmentCompleted), Is.EqualTo(2), "The seed's and this one.");

        // Neither the old app nor an old recovery code verifies.
        var later = await Browser("victim").OpenAsync(AppOf("payroll"));
        await later.SignInAsync(NewPassword);
        await later.VerifyAsync(await Phone("victim").NextCodeAsync());
        Assert.That(later.At, Is.EqualTo("/verify"));
        later.Continue(await later.Person.OpenAsync("verify/recovery" + later.Page.Uri.Query));
        await later.VerifyAsync(codes[0]);
        Assert.That(later.At, Is.EqualTo("/verify/recovery"));
        later.Continue(await later.Person.OpenAsync("verify" + later.Page.Uri.Query));
        await later.VerifyAsync(await person.Person.Phone.NextCodeAsync());
        Assert.That(later.At, Is.EqualTo(Journey.App));
    }

    [Test]
    public async Task It_asks_for_a_verification_of_the_last_five_minutes_and_nothing_ends_before()
    {
        var (person, _) = await SignInAsync("hasty", "payroll");
        var page = await person.Person.OpenAsync("portal/security/compromised");
        Assert.That(page.Uri.AbsolutePath, Is.EqualTo("/portal/security/compromised"));
        await LetTimePassAsync("hasty", TimeSpan.FromMinutes(6));

        page = await person.Person.SubmitAsync(page, null, ("password", Password), ("new_password", NewPassword));

        Assert.That(page.Uri.AbsolutePath, Is.EqualTo("/verify"));
        Assert.That(await CountEventsAsync("hasty", AuditEvents.Reset, AuditEvents.PasswordChanged), Is.Zero);
        page = await person.Person.VerifyAsync(page);
        page = await person.Person.SubmitAsync(page, null, ("password", "not-the-present-one"), ("new_password", NewPassword));
        Assert.That(page.Status, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(await CountEventsAsync("hasty", AuditEvents.Reset), Is.Zero);
    }

    [Test]
    public async Task The_new_password_must_be_as_long_as_one_that_stands_alone()
    {
        var (person, _) = await SignInAsync("short", "payroll");
        var page = await person.Person.OpenAsync("portal/security/compromised");

        page = await person.Person.SubmitAsync(page, null, ("password", Password), ("new_password", "only-fourteen."));

        Assert.That(page.Status, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(await CountEventsAsync("short", AuditEvents.Reset), Is.Zero);
    }

    [Test]
    public async Task Of_ten_posts_at_once_one_does_it()
    {
        var (person, _) = await SignInAsync("racer", "payroll");
        var page = await person.Person.OpenAsync("portal/security/compromised");
        var submission = person.Person.Submission(page, ("username", "racer"), ("password", Password), ("new_password", NewPassword));

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => AppOf("payroll").SendAsync(submission())));

        Assert.That(answers.Count(answer => answer.IsRedirect && answer.Location!.AbsolutePath == "/enroll"), Is.EqualTo(1));
        Assert.That(await CountEventsAsync("racer", AuditEvents.Reset), Is.EqualTo(1));
    }

    [Test]
    public async Task Somebody_without_an_authenticator_is_led_to_the_set_up()
    {
        var browser = Browser("unenrolled");
        await browser.SignInAsync(await browser.OpenAsync("portal"));

        Assert.That((await browser.OpenAsync("portal/security/compromised")).Uri.AbsolutePath, Is.EqualTo("/portal/security/setup"));
    }

    private static async Task<Exchange> CloseAsync(Visitor person)
    {
        var page = await person.OpenAsync("portal/security/compromised");
        Assert.That(page.Uri.AbsolutePath, Is.EqualTo("/portal/security/compromised"), $"{page}");
        return await person.SubmitAsync(page, null, ("password", Password), ("new_password", NewPassword));
    }

    private static async Task<List<string>> NewCodesAsync(Visitor person)
    {
        var page = await person.SubmitAsync(await person.OpenAsync("portal/security/recovery-codes"), "main button");
        return [.. page.Page.QuerySelectorAll("ol.codes li").Select(code => code.TextContent.Trim())];
    }
}
