using System.Net;
using IdP.Storage.Audit;
using IdP.Testing;

namespace IdP.Tests.Server.Journeys;

/// <summary>Several authenticator apps of one person, added, named and removed at the portal.</summary>
[TestFixtureSource(typeof(TestDatabase), nameof(TestDatabase.All))]
internal sealed class SeveralAppsTests(TestDatabaseKind kind) : ServerFixture(kind)
{
    protected override IEnumerable<object> People => [Enrolled("adder"), Enrolled("full"), Enrolled("namer"), Enrolled("forger"), Enrolled("remover"), Enrolled("obliged"), Enrolled("racer")];

    protected override IEnumerable<object> Apps => [App("payroll", "required"), App("notes", "whenEnrolled")];

    [Test]
    public async Task A_code_of_any_app_verifies_and_none_twice()
    {
        var browser = await VerifiedAsync("adder");
        var (second, page) = await AddAsync(browser, "Tablet");
        Assert.That(page.Uri.Query, Is.EqualTo("?done=added"), $"{page}");
        Assert.That(TextOf(page), Does.Contain("Tablet").And.Contain("Authenticator app"));
        Assert.That(await CountEventsAsync("adder", AuditEvents.AuthenticatorAdded), Is.EqualTo(1));

        foreach (var phone in new[] { Phone("adder"), second })
        {
            var journey = await AtVerificationAsync("adder");
            await journey.VerifyAsync(await phone.NextCodeAsync());
            Assert.That(journey.At, Is.EqualTo(Journey.App));
            var again = await AtVerificationAsync("adder");
            await again.VerifyAsync(await phone.LastCodeAsync());
            Assert.That(again.Text, Does.Contain("already used").And.Contain("which you used last"));
        }
    }

    [Test]
    public async Task Five_apps_are_the_most_and_their_names_are_made_when_none_are_given()
    {
        var browser = await VerifiedAsync("full");
        Exchange page = null!;
        for (var i = 0; i < 4; i++) (_, page) = await AddAsync(browser);
        Assert.That(TextOf(page), Does.Contain("Authenticator app 5").And.Not.Contain("Authenticator app 6").And.Not.Contain("Add another app"));

        Assert.That(TextOf(await browser.OpenAsync("portal/security/authenticators/add")), Does.Contain("5 apps, which is the most"));
        Assert.That((await browser.OpenAsync("enroll/app?to=/portal/security/authenticators/add")).Uri.AbsolutePath, Is.EqualTo("/portal/security/authenticators/add"));
    }

    [Test]
    public async Task A_name_is_changed_and_one_that_is_none_is_refused()
    {
        var browser = await VerifiedAsync("namer");
        var page = await browser.OpenAsync(await AppPageAsync(browser));
        foreach (var wrong in new[] { "", new string('x', 65), "two\u0007bells", "turned\u202Earound" })
        {
            Assert.That((await browser.SubmitAsync(page, null, ("name", wrong))).Status, Is.EqualTo(HttpStatusCode.BadRequest), wrong);
        }

        page = await browser.SubmitAsync(page, null, ("name", "  Old phone <b> "));
        Assert.That(page.Uri.Query, Is.EqualTo("?done=renamed"));
        Assert.That(TextOf(page), Does.Contain("Old phone <b>, added on"));
    }

    [Test]
    public async Task What_is_shown_for_adding_confirms_no_replacement_and_the_other_way_round()
    {
        var browser = await VerifiedAsync("forger");
        foreach (var (shown, sent) in new[] { ("authenticators/add", "reset"), ("reset", "authenticators/add") })
        {
            var page = await browser.OpenAsync("enroll/app?to=/portal/security/" + shown);
            var phone = new Phone(page.Page.GetElementById("key")!.TextContent);
            var other = await browser.OpenAsync("enroll/app?to=/portal/security/" + sent);
            Assert.That(other.Page.GetElementById("key")!.TextContent, Is.Not.EqualTo(page.Page.GetElementById("key")!.TextContent));
            page = await browser.VerifyAsync(other, await phone.NextCodeAsync());
            Assert.That(page.Status, Is.EqualTo(HttpStatusCode.BadRequest));
        }

        Assert.That(await CountEventsAsync("forger", AuditEvents.AuthenticatorAdded, AuditEvents.AuthenticatorReplaced), Is.Zero);
    }

    [Test]
    public async Task One_is_removed_after_a_fresh_verification_and_the_last_one_ends_the_enrollment()
    {
        var browser = await VerifiedAsync("remover");
        var first = await AppPageAsync(browser);
        var (second, _) = await AddAsync(browser);
        var page = await browser.OpenAsync(first);
        await LetTimePassAsync("remover", TimeSpan.FromMinutes(6));
        page = await RemoveAsync(browser, page);
        Assert.That(page.Uri.AbsolutePath, Is.EqualTo("/verify"));
        await browser.VerifyAsync(page, await second.NextCodeAsync());

        page = await RemoveAsync(browser, await browser.OpenAsync(first));
        Assert.That(page.Uri.Query, Is.EqualTo("?done=removed"), $"{page}");
        var journey = await AtVerificationAsync("remover");
        await journey.VerifyAsync(await Phone("remover").NextCodeAsync());
        Assert.That(journey.At, Is.EqualTo("/verify"), "Its codes work no more.");

        page = await RemoveAsync(browser, await browser.OpenAsync(await AppPageAsync(browser)));
        Assert.That(TextOf(page), Does.Contain("Not set up"), $"{page}");
        Assert.That(await CountEventsAsync("remover", AuditEvents.AuthenticatorRemoved), Is.EqualTo(2));
        var notes = await browser.OpenAsync(AppOf("notes"));
        Assert.That((await notes.ClaimsAsync()).GetProperty("acr").GetString(), Is.EqualTo("pwd"), "What was verified with it counts no more.");
    }

    [Test]
    public async Task The_last_one_stays_while_verification_is_required()
    {
        await CommandAsync("users", "require", "obliged", "--reason", "a rule");
        var browser = await VerifiedAsync("obliged");

        var page = await RemoveAsync(browser, await browser.OpenAsync(await AppPageAsync(browser)));

        Assert.That(TextOf(page), Does.Contain("your last app stays"), $"{page}");
        Assert.That(await CountEventsAsync("obliged", AuditEvents.AuthenticatorRemoved), Is.Zero);
    }

    [Test]
    public async Task Of_fifty_confirmations_at_once_one_adds()
    {
        var browser = await VerifiedAsync("racer");
        var page = await browser.OpenAsync("enroll/app?to=/portal/security/authenticators/add");
        var code = await new Phone(page.Page.GetElementById("key")!.TextContent).NextCodeAsync();
        var submission = browser.Submission(page, ("code", code), ("name", "Twice"));

        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => AppOf("payroll").SendAsync(submission())));

        Assert.That(await CountEventsAsync("racer", AuditEvents.AuthenticatorAdded), Is.EqualTo(1));
    }

    private static string TextOf(Exchange page) =>
        string.Join(' ', page.Page.QuerySelector("main")!.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private static async Task<(Phone Phone, Exchange Page)> AddAsync(Visitor browser, string name = "")
    {
        var page = await browser.OpenAsync("enroll/app?to=/portal/security/authenticators/add");
        var phone = new Phone(page.Page.GetElementById("key")!.TextContent);
        page = await browser.SubmitAsync(page, null, ("code", await phone.NextCodeAsync()), ("name", name));
        // The first time there are no recovery codes yet, since a seed gives none.
        if (page.Uri.AbsolutePath == "/enroll/recovery-codes")
        {
            await browser.SubmitAsync(page, "[value=done]");
            page = await browser.OpenAsync("portal/security?done=added");
        }

        return (phone, page);
    }

    private static Task<Exchange> RemoveAsync(Visitor browser, Exchange page) => browser.SubmitAsync(page, "[value=remove]");

    private static async Task<string> AppPageAsync(Visitor browser)
    {
        var page = await browser.OpenAsync("portal/security");
        return page.Page.QuerySelectorAll("a[href*='/portal/security/authenticator?id=']")[^1].GetAttribute("href")!.TrimStart('/');
    }

    private async Task<Visitor> VerifiedAsync(string person)
    {
        var browser = Browser(person);
        var page = await browser.VerifyAsync(await browser.SignInAsync(await browser.OpenAsync("portal/security/authenticators/add")));
        Assert.That(page.Uri.AbsolutePath, Is.EqualTo("/portal/security/authenticators/add"), $"{page}");
        return browser;
    }

    private async Task<Journey> AtVerificationAsync(string person)
    {
        var journey = await Browser(person).OpenAsync(AppOf("payroll"));
        await journey.SignInAsync();
        Assert.That(journey.At, Is.EqualTo("/verify"));
        return journey;
    }
}
