using System.Net;
using System.Text.RegularExpressions;
using IdP.Storage.Audit;
using IdP.Storage.Users;
using IdP.Testing;

namespace IdP.Tests.Server.Journeys;

/// <summary>"This wasn't me", from the mail to the admin who looks.</summary>
[TestFixtureSource(typeof(TestDatabase), nameof(TestDatabase.All))]
internal sealed partial class NotMeTests(TestDatabaseKind kind) : ServerFixture(kind)
{
    protected override IEnumerable<object> People => [Person("mailed"), Enrolled("frozen"), Enrolled("bystander"), Enrolled("racer"), Enrolled("helpless")];

    protected override IEnumerable<object> Apps => [App("payroll", "required")];

    [Test]
    public async Task The_mail_about_a_set_up_has_a_link_of_its_own_that_freezes_and_names_nobody()
    {
        var browser = Browser("mailed");
        var setUp = await browser.SignInAsync(await browser.OpenAsync("portal/security/setup"));
        await browser.SetUpAsync(await browser.OpenAsync(setUp.Page.QuerySelector("a.btn.go")!.GetAttribute("href")!));

        var link = await MailedLinkAsync("mailed");

        using var reader = new UserAgent();
        var page = await reader.GetAsync(link);
        Assert.That(page.Status, Is.EqualTo(HttpStatusCode.OK), $"{page}");
        Assert.That(page.Page.Body!.TextContent, Does.Contain("Freeze my account").And.Not.Contain("mailed"));
        Assert.That((await browser.OpenAsync("portal")).Uri.AbsolutePath, Is.EqualTo("/portal"), "Reading it does nothing.");
        page = await reader.SubmitAsync(page);
        Assert.That(page.Page.Body!.TextContent, Does.Contain("Your account is frozen").And.Contain("FZ").And.Not.Contain("mailed"));
        Assert.That((await browser.OpenAsync("portal")).Uri.AbsolutePath, Is.EqualTo("/signin"));
    }

    [Test]
    public async Task A_frozen_account_opens_for_nobody_until_an_admin_turns_it_on_again()
    {
        var (journey, tokens) = await SignInAsync("frozen", "payroll");
        var (other, _) = await SignInAsync("bystander", "payroll");
        var (link, second) = (await NewLinkAsync("frozen"), await NewLinkAsync("frozen"));
        using var reader = new UserAgent();

        await reader.SubmitAsync(await reader.GetAsync(link));

        Assert.That(await CountEventsAsync("frozen", AuditEvents.UserFrozen), Is.EqualTo(1));
        Assert.That((await journey.Person.OpenAsync("portal")).Uri.AbsolutePath, Is.EqualTo("/signin"));
        Assert.That((await AppOf("payroll").RefreshAsync(tokens.GetProperty("refresh_token").GetString()!)).Error, Is.EqualTo("invalid_grant"));
        var again = await Browser("frozen").OpenAsync(AppOf("payroll"));
        await again.SignInAsync();
        Assert.That(again.At, Is.EqualTo("/signin"));
        Assert.That((await other.Person.OpenAsync("portal")).Uri.AbsolutePath, Is.EqualTo("/portal"), "Nobody else is touched.");
        Assert.That(await CommandAsync("users", "show", "frozen"), Does.Contain("frozen by the person"));

        await CommandAsync("users", "enable", "frozen", "--reason", "checked by telephone");

        Assert.That(await CommandAsync("users", "show", "frozen", "--json"), Does.Not.Contain("frozenAt\": \"2"));
        Assert.That((await reader.GetAsync(second)).Status, Is.EqualTo(HttpStatusCode.BadRequest), "An older mail does not freeze it again.");
        var (back, _) = await SignInAsync("frozen", "payroll");
        Assert.That(back.At, Is.EqualTo(Journey.App));
    }

    [Test]
    public async Task Whoever_cannot_use_the_app_is_found_by_the_number_until_they_get_in_again()
    {
        var browser = Browser("helpless");
        var verify = await browser.SignInAsync(await browser.OpenAsync("portal/security"));
        async Task<string> AskAsync() => (await browser.OpenAsync("verify/help" + verify.Uri.Query)).Page.Body!.TextContent is var text ? text[text.IndexOf("HP-", StringComparison.Ordinal)..][..10] : "";
        var (first, again) = (await AskAsync(), await AskAsync());

        Assert.That((again, await CountEventsAsync("helpless", AuditEvents.HelpAsked)), Is.EqualTo((first, 1)));
        Assert.That(await CommandAsync("users", "list", "--search", first), Does.Contain("helpless"));

        Assert.That(await CommandAsync("audit", "list", "--reference", first, "--json"), Does.Contain("helpless"), "The row stays.");
    }

    [Test]
    public async Task A_link_that_is_unknown_or_too_old_or_for_something_else_leads_to_the_error_page()
    {
        var old = await NewLinkAsync("bystander", DateTimeOffset.UtcNow.AddMinutes(-1));
        var other = await NewLinkAsync("bystander", purpose: "password_reset");
        using var reader = new UserAgent();
        foreach (var link in new[] { old, other, new Uri(Server.Issuer, "not-me"), new Uri(Server.Issuer, "not-me?link=" + new string('A', 43)) })
        {
            var page = await reader.GetAsync(link);
            Assert.That(page.Status, Is.EqualTo(HttpStatusCode.BadRequest), $"{link}");
            Assert.That(page.Page.QuerySelector("h1")!.TextContent, Does.Contain("no longer works"));
        }

        Assert.That(await CountEventsAsync("bystander", AuditEvents.UserFrozen), Is.Zero);
    }

    [Test]
    public async Task Of_fifty_posts_at_once_one_freezes()
    {
        var visitor = Browser("racer");
        var page = await visitor.OpenAsync((await NewLinkAsync("racer")).PathAndQuery.TrimStart('/'));
        var submission = visitor.Submission(page);

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => AppOf("payroll").SendAsync(submission())));

        Assert.That(answers.Count(answer => answer.Status == HttpStatusCode.OK), Is.EqualTo(1));
        Assert.That(await CountEventsAsync("racer", AuditEvents.UserFrozen), Is.EqualTo(1));
    }

    private async Task<Uri> MailedLinkAsync(string person)
    {
        string? text = null;
        await Eventually.TrueAsync(async () =>
        {
            await using var database = Database.Open();
            text = await database.ReadAsync(s => s.FirstAsync(
                "SELECT m.text FROM outbox_messages m JOIN users u ON u.id = m.user_id WHERE u.user_name = @p0 AND m.kind = 'E4'", row => row.GetString(0), person));
            return text is not null;
        }, () => "a mail to " + person);
        return new Uri(NotMeAddress().Match(text!).Value);
    }

    private async Task<Uri> NewLinkAsync(string person, DateTimeOffset? expires = null, string purpose = OneTimeLink.NotMe)
    {
        var handle = Guid.NewGuid().ToString("N") + "01234567890";
        await ExecuteAsync("INSERT INTO one_time_links (hash, purpose, user_id, expires_at) SELECT @p0, @p1, u.id, @p2 FROM users u WHERE u.user_name = @p3",
            IdP.Storage.Handle.HashOf(handle), purpose, expires ?? DateTimeOffset.UtcNow.AddDays(30), person);
        return new Uri(Server.Issuer, "not-me?link=" + handle);
    }

    [GeneratedRegex(@"http\S+/not-me\?link=[\w-]{43}")]
    private static partial Regex NotMeAddress();
}
