using System.Net;
using IdP.Testing;

namespace IdP.Tests.Server.Journeys;

/// <summary>
/// The set-up and the new phone, by somebody who goes back, reloads, has a second tab or a second browser: it is passed
/// once or not at all, and never half.
/// </summary>
internal sealed class WizardTests() : ServerFixture(TestDatabaseKind.Sqlite)
{
    protected override object Settings => new
    {
        addressAttempts = 100_000, supportContact = "support@example.com", preferredAuthenticator = "Larkfield Authenticator",
        authenticatorNote = "Get it from the <b>company</b> store.", enrollmentProof = "none",
    };

    protected override IEnumerable<object> People =>
    [
        Required("back"), Required("tabs"), Required("browsers"), Required("jumper"), Required("late"), Required("saver"), Required("skipper"),
        Enrolled("moves-back"), Enrolled("moves-tabs"), Enrolled("moves-browsers"), Enrolled("moves-late"),
    ];

    protected override IEnumerable<object> Apps => [App("notes", "notRequired"), App("payroll", "required"), App("vault", "always")];

    [Test]
    public async Task Back_and_reload_show_the_same_key_and_after_the_end_lead_on()
    {
        var person = Browser("back");
        var journey = await person.OpenAsync(AppOf("payroll"));
        await journey.SignInAsync();
        var first = journey.Page;
        var app = await person.SubmitAsync(first, "[name=next]");
        var key = KeyOn(app);
        await person.VerifyAsync(app, "12");
        Assert.That(KeyOn(await person.OpenAsync(app.Uri.PathAndQuery)), Is.EqualTo(key), "reload");
        await person.OpenAsync(first.Uri.PathAndQuery);
        Assert.That(KeyOn(await person.SubmitAsync(first, "[name=next]")), Is.EqualTo(key), "back and forth");

        var (codes, shown) = await person.SetUpAsync(app);
        Assert.That((await person.OpenAsync(codes.Uri.PathAndQuery)).Page.QuerySelectorAll("ol.codes li").Select(code => code.TextContent.Trim()), Is.EqualTo(shown), "reload");

        // Back to what was filled in before, and sent again: the browser asks nobody.
        var again = await person.VerifyAsync(app, await person.Phone.LastCodeAsync());
        Assert.That(again.LeadsTo(AppOf("payroll").RedirectUri), $"{again}");
        Assert.That((await CountEventsAsync("back", "enrollment.completed"), await RowsAsync("totp_authenticators", "back"), await RowsAsync("recovery_codes", "back")), Is.EqualTo((1, 1, 10)));

        // The answer of this request is given; the next one is asked for nothing.
        var next = await person.OpenAsync(AppOf("payroll"));
        Assert.That((await next.ClaimsAsync()).GetProperty("acr").GetString(), Is.EqualTo("mfa"));
        Assert.That((await person.OpenAsync("enroll/app?to=%2Fportal%2Fsecurity%2Fsetup")).Uri.Query, Is.EqualTo("?done=already"));
    }

    [Test]
    public async Task A_second_tab_shares_the_key_and_finds_it_done()
    {
        var person = Browser("tabs");
        var left = await person.OpenAsync(AppOf("payroll"));
        await left.SignInAsync();
        var first = await person.OpenAsync(left.Page.Uri.PathAndQuery);
        var (one, two) = (await person.SubmitAsync(left.Page, "[name=next]"), await person.SubmitAsync(first, "[name=next]"));
        Assert.That(KeyOn(two), Is.EqualTo(KeyOn(one)));

        await person.SetUpAsync(one);
        // The other tab still shows the first step and the key: neither a skip nor another code makes anything of it.
        var late = await person.VerifyAsync(two, await person.Phone.NextCodeAsync());
        Assert.That(late.LeadsTo(AppOf("payroll").RedirectUri), $"{late}");
        left.Continue(await person.SubmitAsync(first, "[name=action]"));
        Assert.That((left.Page.LeadsTo(AppOf("payroll").RedirectUri), left.Page.Page.QuerySelector("#key")), Is.EqualTo((false, (object?)null)), $"{left.Page}");

        Assert.That((await CountEventsAsync("tabs", "enrollment.completed"), await CountEventsAsync("tabs", "enrollment.skipped")), Is.EqualTo((1, 0)));
        Assert.That((await RowsAsync("totp_authenticators", "tabs"), await RowsAsync("recovery_codes", "tabs")), Is.EqualTo((1, 10)));
    }

    [Test]
    public async Task A_second_browser_has_a_key_of_its_own_which_counts_for_nothing_once_the_first_is_done()
    {
        var (mine, other) = (Browser("browsers"), Browser("browsers"));
        var (here, there) = (await mine.OpenAsync(AppOf("payroll")), await other.OpenAsync(AppOf("payroll")));
        await here.SignInAsync();
        await there.SignInAsync();
        var (one, two) = (await mine.SubmitAsync(here.Page, "[name=next]"), await other.SubmitAsync(there.Page, "[name=next]"));
        Assert.That(KeyOn(two), Is.Not.EqualTo(KeyOn(one)));
        var crossed = await other.VerifyAsync(two, await Totp.CodeAsync(KeyOn(one), DateTimeOffset.UtcNow));
        Assert.That((crossed.Status, await RowsAsync("totp_authenticators", "browsers")), Is.EqualTo((HttpStatusCode.BadRequest, 0)), "a code of the other browser's key");

        await mine.SetUpAsync(one);
        other.Phone = new Phone(KeyOn(two));
        var late = await other.VerifyAsync(two);

        // Now it is a person who is enrolled and has proven the password alone.
        Assert.That(late.Uri.AbsolutePath, Is.EqualTo("/verify"), $"{late}");
        Assert.That((await other.SubmitAsync(there.Page, "[name=action]")).Uri.AbsolutePath, Is.EqualTo("/verify"), "nor is it skipped");
        Assert.That((await CountEventsAsync("browsers", "enrollment.completed"), await RowsAsync("totp_authenticators", "browsers")), Is.EqualTo((1, 1)));
        late = await other.VerifyAsync(late, await mine.Phone.NextCodeAsync());
        Assert.That(late.LeadsTo(AppOf("payroll").RedirectUri), $"{late}");
    }

    [Test]
    public async Task No_step_is_passed_by_its_address_and_what_forbids_the_skip_is_said()
    {
        var person = Browser("jumper");
        var journey = await person.OpenAsync(AppOf("vault"));
        await journey.SignInAsync();
        Assert.That(journey.Text, Does.Contain("vault and 1 other app now ask for a 6\u2011digit code").And.Contain("vault needs this before it opens."));
        Assert.That(journey.Page.Page.QuerySelectorAll("[value=skip]"), Is.Empty);
        // The admin's app comes first, with the admin's note, which is text.
        Assert.That(journey.Text, Does.Contain("recommends Larkfield Authenticator.Get it from the <b>company</b> store.Use any app"));

        foreach (var path in new[] { "enroll/recovery-codes", "connect/authorize", "verify", "verify/recovery", "verify/recovered", "consent", "enroll" })
        {
            var page = await person.OpenAsync(path + journey.Page.Uri.Query);
            Assert.That(page.Uri.AbsolutePath, Is.AnyOf("/enroll", "/signin"), path);
            Assert.That(page.LeadsTo(AppOf("vault").RedirectUri), Is.False, path);
        }

        using var forger = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false });
        foreach (var field in new[] { ("action", "skip"), ("next", "skip") })
        {
            using var request = person.Submission(journey.Page, field)();
            using var skipped = await forger.SendAsync(request);
            Assert.That(skipped.Headers.Location?.OriginalString, Does.StartWith("/enroll?"), "a skip that no button offers");
        }

        Assert.That(await CountEventsAsync("jumper", "enrollment.skipped", "enrollment.completed"), Is.Zero);
        var signedOut = await person.OpenAsync("signout");
        Assert.That(signedOut.Status, Is.EqualTo(HttpStatusCode.OK), "leaving is always possible");
    }

    [Test]
    public async Task After_the_deadline_the_right_code_of_an_open_page_is_refused()
    {
        var person = Browser("late");
        var journey = await person.OpenAsync(AppOf("payroll"));
        await journey.SignInAsync();
        var app = await person.SubmitAsync(journey.Page, "[name=next]");
        await LetTheDeadlinePassAsync("late");

        person.Phone = new Phone(KeyOn(app));
        var refused = await person.VerifyAsync(app);

        Assert.That((refused.Uri.AbsolutePath, refused.Status, await RowsAsync("totp_authenticators", "late")), Is.EqualTo(("/locked", HttpStatusCode.Forbidden, 0)), $"{refused}");
    }

    [Test]
    public async Task The_codes_are_downloaded_and_stay_until_they_are_said_to_be_saved()
    {
        var person = Browser("saver");
        var journey = await person.OpenAsync(AppOf("payroll"));
        await journey.SignInAsync();
        var (shown, codes) = await person.SetUpAsync(await person.SubmitAsync(journey.Page, "[name=next]"));
        Assert.That(shown.Page.QuerySelectorAll("[data-print], [data-copy=codes]").Length, Is.EqualTo(2));
        Assert.That(shown.Page.QuerySelector("[value=done]")!.TextContent, Is.EqualTo("I saved my codes. Continue to payroll"));

        var file = await person.SubmitAsync(shown, "[value=download]");
        Assert.That(file.Header("Content-Disposition"), Does.StartWith("attachment").And.Contain("recovery-codes.txt"));
        var lines = file.Body.TrimEnd().Split('\n');
        Assert.That((lines[^10..], lines[0].Contains("saver", StringComparison.Ordinal), file.Header("Cache-Control")!.Contains("no-store", StringComparison.Ordinal)), Is.EqualTo((codes.ToArray(), true, true)));

        // Nobody else's browser reads them, and afterwards nobody's.
        Assert.That((await Browser("saver").OpenAsync(shown.Uri.PathAndQuery)).Uri.AbsolutePath, Is.EqualTo("/signin"));
        var done = await person.SubmitAsync(shown, "[value=done]");
        Assert.That(done.LeadsTo(AppOf("payroll").RedirectUri), $"{done}");
        Assert.That((await person.OpenAsync("enroll/recovery-codes")).Page.QuerySelectorAll("ol.codes li"), Is.Empty);
    }

    [Test]
    public async Task Leaving_at_any_point_is_safe()
    {
        var person = Browser("skipper");
        var journey = await person.OpenAsync(AppOf("payroll"));
        await journey.SignInAsync();
        var app = await person.SubmitAsync(journey.Page, "[name=next]");

        // Away from the key, to an app that asks for nothing but the password, and back later: a skip is still a skip.
        var notes = await person.OpenAsync(AppOf("notes"));
        if (notes.At == "/signin") await notes.SignInAsync();
        Assert.That((await notes.ClaimsAsync()).GetProperty("acr").GetString(), Is.EqualTo("pwd"));
        await journey.SkipAsync();
        Assert.That((await journey.ClaimsAsync()).GetProperty("acr").GetString(), Is.EqualTo("pwd"));
        // The page that was left open does not finish what the skip ended, or finishes it whole.
        var (late, codes) = await person.SetUpAsync(app);
        Assert.That((await RowsAsync("totp_authenticators", "skipper"), await RowsAsync("recovery_codes", "skipper")), Is.EqualTo(codes.Count == 10 ? (1, 10) : (0, 0)), $"{late}");
    }

    [Test]
    public async Task A_new_phone_back_and_reload()
    {
        var (person, page) = await MoveAsync("moves-back");
        var key = KeyOn(page);
        Assert.That(KeyOn(await person.OpenAsync(page.Uri.PathAndQuery)), Is.EqualTo(key));
        await person.OpenAsync("portal/security/reset");
        Assert.That(KeyOn(await person.OpenAsync(page.Uri.PathAndQuery)), Is.EqualTo(key));
        var (_, codes) = await person.SetUpAsync(page);
        var replaced = person.Phone;

        var again = await person.VerifyAsync(page, await replaced.NextCodeAsync());

        // The key that was shown is used up: nothing is replaced a second time, and the codes that were noted are good.
        Assert.That(again.Status, Is.AnyOf(HttpStatusCode.OK, HttpStatusCode.BadRequest), $"{again}");
        Assert.That(await OneAppAsync("moves-back"), Is.EqualTo((1, 1, codes.Count)));
        Assert.That(codes, Has.Count.EqualTo(10));
    }

    [Test]
    public async Task A_new_phone_in_two_tabs_is_one_new_phone()
    {
        var (person, left) = await MoveAsync("moves-tabs");
        var right = await person.OpenAsync(left.Uri.PathAndQuery);
        Assert.That(KeyOn(right), Is.EqualTo(KeyOn(left)));
        await person.SetUpAsync(left);

        var late = await person.VerifyAsync(right, await person.Phone.NextCodeAsync());

        Assert.That(await OneAppAsync("moves-tabs"), Is.EqualTo((1, 1, 10)), $"{late}");
    }

    [Test]
    public async Task A_new_phone_is_not_confirmed_in_a_browser_that_has_proven_the_password_alone()
    {
        var (person, page) = await MoveAsync("moves-browsers");
        var other = Browser("moves-browsers");
        var notes = await other.OpenAsync(AppOf("notes"));
        await notes.SignInAsync();

        // By address, and by the very form of the other browser.
        Assert.That((await other.OpenAsync(page.Uri.PathAndQuery)).Uri.AbsolutePath, Is.EqualTo("/verify"));
        var forged = await other.SubmitAsync(page, null, ("code", await Totp.CodeAsync(KeyOn(page), DateTimeOffset.UtcNow)));
        Assert.That(forged.Page.GetElementById("key"), Is.Null, $"{forged}");
        Assert.That(await OneAppAsync("moves-browsers"), Is.EqualTo((1, 0, 0)));

        await person.SetUpAsync(page);
        Assert.That(await OneAppAsync("moves-browsers"), Is.EqualTo((1, 1, 10)));
    }

    [Test]
    public async Task A_new_phone_that_is_confirmed_too_late_changes_nothing()
    {
        var (person, page) = await MoveAsync("moves-late");
        await LetTimePassAsync("moves-late", TimeSpan.FromMinutes(6));

        var late = await person.VerifyAsync(page, await Totp.CodeAsync(KeyOn(page), DateTimeOffset.UtcNow));

        Assert.That((late.Uri.AbsolutePath, await OneAppAsync("moves-late")), Is.EqualTo(("/verify", (1, 0, 0))), $"{late}");
        // The old phone is as good as before.
        await person.VerifyAsync(late, await person.Phone.NextCodeAsync());
        Assert.That(KeyOn(await person.OpenAsync(page.Uri.PathAndQuery)), Is.Not.Empty, "and the set-up can go on");
    }

    /// <summary>Verified, with the new key on the screen.</summary>
    private async Task<(Visitor Person, Exchange Page)> MoveAsync(string name)
    {
        var person = Browser(name);
        var page = await person.VerifyAsync(await person.SignInAsync(await person.OpenAsync("portal/security/reset")));
        page = await person.OpenAsync(page.Page.QuerySelector("a.btn.go")!.GetAttribute("href")!);
        Assert.That(page.Uri.AbsolutePath, Is.EqualTo("/enroll/app"), $"{page}");
        return (person, page);
    }

    /// <summary>How many apps there are, how often one was replaced, and how many recovery codes there are.</summary>
    private async Task<(int Apps, int Replaced, int Codes)> OneAppAsync(string name) =>
        (await RowsAsync("totp_authenticators", name), await CountEventsAsync(name, "authenticator.replaced"), await RowsAsync("recovery_codes", name));

    private async Task<int> RowsAsync(string table, string name)
    {
        await using var database = Database.Open();
        return await database.ReadAsync(s => s.FirstAsync($"SELECT COUNT(*) FROM {table} t JOIN users u ON u.id = t.user_id WHERE u.user_name = @p0", row => row.GetInt32(0), name));
    }

    private static string KeyOn(Exchange page) => page.Page.GetElementById("key")?.TextContent ?? throw new InvalidOperationException($"There is no key: {page}");
}
