using System.Net;
using System.Text.RegularExpressions;
using IdP.Testing;

namespace IdP.Tests.Server.Journeys;

/// <summary>A new password: by a mailed link, and on one's own page.</summary>
[TestFixtureSource(typeof(TestDatabase), nameof(TestDatabase.All))]
internal sealed partial class PasswordResetTests(TestDatabaseKind kind) : ServerFixture(kind)
{
    private const string Wanted = "seven-ships-sail-at-dawn";

    protected override IEnumerable<object> People => [Enrolled("forgetful"), Person("plain"), Required("late"), Person("off"), Person("asked"), Person("unverified"), Enrolled("changer"), Person("twice")];

    protected override IEnumerable<object> Apps => [App("notes", "notRequired"), App("payroll", "required")];

    [Test]
    public async Task A_link_sets_a_password_once_ends_what_was_signed_in_and_leaves_verification_alone()
    {
        var (before, tokens) = await SignInAsync("forgetful", "payroll");
        var browser = Browser("forgetful");
        var link = await LinkAsync(browser, "forgetful");
        Assert.That(link.GetLeftPart(UriPartial.Authority), Is.EqualTo(Server.Issuer.GetLeftPart(UriPartial.Authority)));
        await browser.OpenAsync(link.PathAndQuery);
        var page = await browser.OpenAsync(link.PathAndQuery);
        Assert.That(page.Page.QuerySelector("[name=username]")!.GetAttribute("value"), Is.EqualTo("forgetful"));
        foreach (var (bad, why) in new[] { ("short", "at least 8"), ("Password2026!", "guessed first"), ("forgetful-26", "built on your name"), (new string('x', 257), "at most 256") })
        {
            var refused = await browser.SubmitAsync(page, null, ("new_password", bad));
            Assert.That((refused.Status, refused.Page.Body!.TextContent), Is.EqualTo((HttpStatusCode.BadRequest, refused.Page.Body.TextContent)));
            Assert.That(refused.Page.Body.TextContent, Does.Contain(why));
        }

        var done = await browser.SubmitAsync(page, null, ("new_password", Wanted));
        Assert.That(done.Uri.PathAndQuery, Is.EqualTo("/signin/reset?done=1"));
        Assert.That((await browser.OpenAsync("portal")).Uri.AbsolutePath, Is.EqualTo("/signin"), "it signs nobody in");
        Assert.That((await browser.SubmitAsync(page, null, ("new_password", Wanted + "!"))).Status, Is.EqualTo(HttpStatusCode.BadRequest), "once");

        Assert.That((await before.Person.OpenAsync("portal")).Uri.AbsolutePath, Is.EqualTo("/signin"));
        Assert.That((await AppOf("payroll").RefreshAsync(tokens.GetProperty("refresh_token").GetString()!)).Status, Is.EqualTo(HttpStatusCode.BadRequest));
        var next = await browser.OpenAsync(AppOf("payroll"));
        await next.SignInAsync();
        Assert.That(next.Page.Status, Is.EqualTo(HttpStatusCode.BadRequest), "the old password");
        await next.SignInAsync(Wanted);
        Assert.That(next.At, Is.EqualTo("/verify"));
        await next.VerifyAsync();
        Assert.That(next.At, Is.EqualTo(Journey.App));
    }

    [Test]
    public async Task Nobody_learns_whether_there_is_an_account()
    {
        await ExecuteAsync("UPDATE users SET email_verified = @p0 WHERE user_name = 'unverified'", false);
        await CommandAsync("users", "disable", "off");
        var answers = new HashSet<string>();
        foreach (var name in new[] { "asked", "ASKED@example.com", "nobody", "off", "unverified", new string('n', 400) })
        {
            var browser = Browser(name);
            var answer = await browser.SubmitAsync(await browser.OpenAsync("signin/forgot"), null, ("username", name));
            answers.Add($"{(int)answer.Status} {answer.Uri.PathAndQuery} {answer.Page.QuerySelector("main")!.TextContent}");
        }

        Assert.That(answers, Has.Count.EqualTo(1));
        await Eventually.TrueAsync(async () => await MailsAsync("asked") == 2, () => "two mails");
        Assert.That(await MailsAsync("off") + await MailsAsync("unverified"), Is.Zero);
    }

    [Test]
    public async Task Three_mails_an_hour_and_only_the_last_link_works()
    {
        var browser = Browser("twice");
        var (first, second) = (await LinkAsync(browser, "twice"), await LinkAsync(browser, "twice", 2));
        Assert.That((await browser.OpenAsync(first.PathAndQuery)).Status, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That((await browser.OpenAsync(second.PathAndQuery)).Status, Is.EqualTo(HttpStatusCode.OK));
        await LinkAsync(browser, "twice", 3);
        await browser.SubmitAsync(await browser.OpenAsync("signin/forgot"), null, ("username", "twice"));
        var third = await LinkAsync(browser, "plain");
        Assert.That(await MailsAsync("twice"), Is.EqualTo(3), "the fourth was passed over before the next person's");

        var page = await browser.OpenAsync(third.PathAndQuery);
        await ExecuteAsync("UPDATE one_time_links SET expires_at = @p0 WHERE used_at IS NULL", DateTimeOffset.UtcNow);
        Assert.That((await browser.SubmitAsync(page, null, ("new_password", Wanted))).Status, Is.EqualTo(HttpStatusCode.BadRequest), "too old");
    }

    [Test]
    public async Task A_locked_account_stays_locked()
    {
        await LetTheDeadlinePassAsync("late");
        var browser = Browser("late");
        Assert.That((await browser.SignInAsync(await browser.OpenAsync("portal"))).Uri.AbsolutePath, Is.EqualTo("/locked"));
        var page = await browser.OpenAsync((await LinkAsync(browser, "late")).PathAndQuery);
        Assert.That((await browser.SubmitAsync(page, null, ("new_password", "fourteen-chars"))).Page.Body!.TextContent, Does.Contain("at least 15"), "it can be the only proof");
        await browser.SubmitAsync(page, null, ("new_password", Wanted));

        Assert.That((await browser.SignInAsync(await browser.OpenAsync("signin?account=other"), Wanted)).Uri.AbsolutePath, Is.EqualTo("/locked"));
    }

    [Test]
    public async Task On_the_own_page_the_code_comes_first_and_the_same_rules_hold()
    {
        var browser = Browser("changer");
        var page = await browser.SignInAsync(await browser.OpenAsync("portal/security/password"));
        Assert.That(page.Uri.AbsolutePath, Is.EqualTo("/verify"));
        page = await browser.VerifyAsync(page);
        Assert.That(page.Uri.AbsolutePath, Is.EqualTo("/portal/security/password"));
        foreach (var (bad, why) in new[] { ("Sunshine99", "guessed first"), ("changer2026", "built on your name"), ("1234567", "at least 8") })
        {
            page = await browser.SubmitAsync(page, null, ("password", Password), ("new_password", bad));
            Assert.That(page.Page.Body!.TextContent, Does.Contain(why));
        }

        page = await browser.SubmitAsync(page, null, ("password", Password), ("new_password", "8 ships!"));
        Assert.That(page.Uri.PathAndQuery, Is.EqualTo("/portal/security?done=password"));
    }

    private async Task<Uri> LinkAsync(Visitor browser, string person, int mails = 1)
    {
        var sent = await browser.SubmitAsync(await browser.OpenAsync("signin/forgot"), null, ("username", person));
        Assert.That(sent.Uri.PathAndQuery, Is.EqualTo("/signin/forgot?sent=1"));
        await Eventually.TrueAsync(async () => await MailsAsync(person) == mails, () => "the mail");
        await using var database = Database.Open();
        var text = await database.ReadAsync(s => s.FirstAsync(
            "SELECT m.text FROM outbox_messages m JOIN users u ON u.id = m.user_id WHERE m.kind = 'E11' AND u.user_name = @p0 ORDER BY m.created_at DESC", row => row.GetString(0), person));
        return new Uri(Address().Match(text!).Value);
    }

    private async Task<int> MailsAsync(string person)
    {
        await using var database = Database.Open();
        return await database.ReadAsync(s => s.FirstAsync(
            "SELECT COUNT(*) FROM outbox_messages m JOIN users u ON u.id = m.user_id WHERE m.kind = 'E11' AND u.user_name = @p0", row => row.GetInt32(0), person));
    }

    [GeneratedRegex("https?://[^ \n]+", RegexOptions.None, 1000)]
    private static partial Regex Address();
}
