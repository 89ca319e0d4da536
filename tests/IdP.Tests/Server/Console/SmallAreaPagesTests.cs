using System.Net;
using IdP.Server.Admin.Access;
using IdP.Server.Admin.Settings;
using IdP.Server.Pages.Admin.Settings;
using IdP.Storage.Outbox;
using IdP.Testing;
using IdP.Tests.Server.Journeys;

namespace IdP.Tests.Server.Console;

/// <summary>Settings, keys, mail and API tokens in the console.</summary>
internal sealed class SmallAreaPagesTests() : ConsoleFixture(TestDatabaseKind.Sqlite)
{
    private const string Scraper = "a token for the scraper";

    private readonly SmtpSink sink = new();

    protected override IReadOnlyDictionary<string, string> Configuration => new Dictionary<string, string>
    {
        ["IdP__Mail__Host"] = "127.0.0.1", ["IdP__Mail__Port"] = $"{sink.Port}", ["IdP__Mail__UseTls"] = "false", ["IdP__Metrics__Token"] = Scraper,
    };

    [OneTimeTearDown]
    public async Task Stop_the_sink() => await sink.DisposeAsync();

    // A new setting belongs onto one of the pages, with its words.
    [Test]
    public void Every_setting_stands_on_one_page() => Assert.That(SettingGroups.All.SelectMany(g => g.Settings), Is.EquivalentTo(SetSettings.Names));

    [Test]
    public async Task Every_page_of_settings_says_what_each_means_and_its_default()
    {
        var console = await ConsoleAsync(Owner);
        var list = await console.OpenAsync("admin/settings");
        Assert.That(list.Page.QuerySelectorAll("dl.kv dt"), Has.Length.EqualTo(SetSettings.Names.Count));

        foreach (var group in SettingGroups.All)
        {
            var page = await console.OpenAsync($"admin/settings/group?name={group.Name}");
            Assert.That(page.Page.QuerySelectorAll(".hint").Select(h => h.TextContent).ToArray(), Has.Length.EqualTo(group.Settings.Count).And.All.Contains("Default: "), group.Name);
            // Sent as it was shown, it changes nothing.
            Assert.That((await console.SubmitAsync(page, null, ("reason", "none"))).Page.Body!.TextContent, Does.Contain("Nothing was different."), group.Name);
        }
    }

    [Test]
    public async Task A_zero_that_stands_for_something_else_says_what()
    {
        var values = (await (await ConsoleAsync(Owner)).OpenAsync("admin/settings")).Page.QuerySelectorAll("dl.kv dd").Select(d => d.TextContent).ToArray();

        Assert.That(values, Does.Contain("0 (until an admin unlocks)").And.Contain("0 (never removed)").And.Contain("0 (never)").And.Not.Contain("0"));
    }

    [Test]
    public async Task What_a_setting_makes_weaker_is_said_before_it_is_saved()
    {
        var console = await ConsoleAsync(Owner);
        var form = await console.OpenAsync("admin/settings/group?name=attempts");

        var asked = await console.SubmitAsync(form, null, ("passwordAttempts", "50"), ("reason", "many wrong ones"));

        Assert.That(asked.Page.Body!.TextContent, Does.Contain("More passwords can be guessed: 50 instead of 10."));
        Assert.That(await ShownAsync("passwordAttempts"), Does.Contain("10"));
        var saved = await console.SubmitAsync(asked, "[name=confirm]");
        Assert.That(saved.Uri.AbsolutePath + saved.Page.Body!.TextContent, Does.StartWith("/admin/settings").And.Contain("The settings were saved."));
        Assert.That(await ShownAsync("passwordAttempts"), Does.Contain("50"));

        var stale = await console.SubmitAsync(form, null, ("passwordAttempts", "9"), ("reason", "old tab"));
        Assert.That(stale.Status, Is.EqualTo(HttpStatusCode.Conflict));

        var back = await console.SubmitAsync(await console.OpenAsync("admin/settings/group?name=attempts"), null, ("passwordAttempts", "10"), ("reason", "enough"));
        Assert.That(back.Page.Body!.TextContent, Does.Contain("The settings were saved."), "Stronger needs no second word.");
    }

    [TestCase("attempts", "verificationAttempts", "2", "verificationAttempts must be from 3 to 20.")]
    [TestCase("attempts", "passwordAttempts", "many", "passwordAttempts cannot be")]
    [TestCase("mails", "reminderDays", "3, 3", "reminderDays must be at most 10 different numbers")]
    public async Task A_value_that_does_not_fit_is_refused_at_its_field_and_stays_there(string group, string name, string value, string sentence)
    {
        var console = await ConsoleAsync(Owner);

        var page = await console.SubmitAsync(await console.OpenAsync($"admin/settings/group?name={group}"), null, (name, value), ("reason", "try"));

        Assert.That(page.Status, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(page.Page.QuerySelector($"#{name}-error")?.TextContent, Does.StartWith(sentence));
        Assert.That(page.Page.QuerySelector($"#{name}")!.GetAttribute("value"), Is.EqualTo(value));
    }

    [TestCase(HelpDesk, "admin/settings/group?name=attempts")]
    [TestCase(ClientAdmin, "admin/keys/rotate")]
    [TestCase(HelpDesk, "admin/keys")]
    [TestCase(ClientAdmin, "admin/mail")]
    [TestCase(ClientAdmin, "admin/mail/outbox")]
    [TestCase(ClientAdmin, "admin/mail/preview?kind=E1&language=en")]
    public async Task Who_has_not_the_right_does_not_see_the_page(string admin, string path) =>
        Assert.That((await (await ConsoleAsync(admin)).OpenAsync(path)).Status, Is.EqualTo(HttpStatusCode.Forbidden));

    [Test]
    public async Task Who_may_only_read_settings_and_mails_is_offered_no_change()
    {
        var console = await ConsoleAsync(Auditor);

        Assert.That((await console.OpenAsync("admin/settings")).Page.QuerySelectorAll("main a"), Is.Empty);
        Assert.That((await console.OpenAsync("admin/keys")).Page.QuerySelectorAll("main a"), Is.Empty);
        var template = await console.OpenAsync("admin/mail/template?kind=E1&language=en");
        Assert.That(template.Page.QuerySelectorAll("main button"), Is.Empty);
        using var forged = await SendAsync(console, template, ("subject", "x"), ("text", "y"), ("reason", "z"));
        Assert.That(forged.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
    }

    [Test]
    public async Task Keys_are_announced_and_revoked_after_saying_what_that_means()
    {
        var console = await ConsoleAsync(Owner);
        var list = await console.OpenAsync("admin/keys");
        Assert.That(list.Page.QuerySelectorAll("tbody tr"), Has.Length.EqualTo(2));

        var form = await console.OpenAsync("admin/keys/rotate");
        var rotated = await console.SubmitAsync(form, null, ("algorithm", "ES256"), ("reason", "drill"));
        Assert.That(rotated.Page.Body!.TextContent, Does.Contain("The next key is announced.").And.Contain("announced"));
        Assert.That((await console.SubmitAsync(form, null, ("algorithm", "ES256"), ("reason", "twice"))).Status, Is.EqualTo(HttpStatusCode.Conflict));

        var link = rotated.Page.QuerySelectorAll("tbody tr").First(r => r.TextContent.Contains("announced", StringComparison.Ordinal)).QuerySelector("a")!.GetAttribute("href")!;
        var confirm = await console.OpenAsync(link);
        Assert.That(confirm.Page.Body!.TextContent, Does.Contain("What this key signed is refused from now on"));
        var revoked = await console.SubmitAsync(confirm, null, ("reason", "drill"));
        Assert.That(revoked.Page.Body!.TextContent, Does.Contain("The key was revoked."));
        Assert.That((await console.OpenAsync("admin/keys/revoke?kid=nothing")).Status, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public async Task Words_of_a_mail_are_changed_looked_at_sent_to_oneself_and_taken_back()
    {
        var console = await ConsoleAsync(Owner);
        Assert.That((await console.OpenAsync("admin/mail")).Page.QuerySelectorAll("tbody tr"), Has.Length.GreaterThan(40));
        var form = await console.OpenAsync("admin/mail/template?kind=E2&language=en");

        var refused = await console.SubmitAsync(form, null, ("subject", "Soon"), ("text", "Hello {nmae}"), ("reason", "new"));
        Assert.That((refused.Status, refused.Page.QuerySelector("#text-error")?.TextContent), Is.EqualTo((HttpStatusCode.BadRequest, "E2 has no {nmae}. Known are {name}, {organisation}, {support}, {link}, {tell_us}, {deadline}, {left}.")));

        var saved = await console.SubmitAsync(form, null, ("subject", "Soon <b>"), ("text", "Hello {name}, <script>alert(1)</script>\n\n[Go]({link})"), ("reason", "new"));
        Assert.That(saved.Page.Body!.TextContent, Does.Contain("The words were saved.").And.Contain("Hello Maya Okafor, <script>alert(1)</script>"));
        var stale = await console.SubmitAsync(form, null, ("subject", "Unseen"), ("text", "Hello {name}"), ("reason", "new"));
        Assert.That((stale.Status, stale.Body.Contains("Unseen", StringComparison.Ordinal)), Is.EqualTo((HttpStatusCode.Conflict, true)), "Nobody's words are overwritten unseen, and what was typed stays.");
        var html = await console.OpenAsync("admin/mail/preview?kind=E2&language=en");
        Assert.That(html.Header("Content-Security-Policy"), Does.Contain("default-src 'none'").And.Contain("sandbox"));
        Assert.That(html.Body, Does.Contain("Hello Maya Okafor").And.Not.Contain("<script>"));

        var sent = await console.SubmitAsync(saved, "[value=test]");
        Assert.That(sent.Page.Body!.TextContent, Does.Contain("The mail server took it for your address."), $"{sent}");
        Assert.That(sink.Mails.Where(m => m.Subject == "Soon <b>").Select(m => m.To), Is.EqualTo(new[] { $"{Owner}@example.com" }));

        var tested = await ApiAsync(Owner, HttpMethod.Post, "/mail/test", new { to = "kim@example.com", kind = "e2", language = "en" });
        Assert.That((tested.Status, tested.JsonString("to")), Is.EqualTo((HttpStatusCode.OK, "kim@example.com")), $"{tested}");
        Assert.That(sink.Mails.Count(m => m.Subject == "Soon <b>" && m.To == "kim@example.com"), Is.EqualTo(1));
        Assert.That((await ApiAsync(Owner, HttpMethod.Post, "/mail/test")).JsonString("to"), Is.EqualTo($"{Owner}@example.com"), "Without an address it is one's own.");
        AssertProblem(await ApiAsync(Owner, HttpMethod.Post, "/mail/test", new { to = "kim" }), HttpStatusCode.BadRequest, "invalid");
        var rows = (await ApiAsync(Auditor, HttpMethod.Get, "/audit?event=mail.tested")).Json.GetProperty("items").EnumerateArray().Select(r => r.GetProperty("reason").GetString()).ToList();
        Assert.That(rows, Has.Count.EqualTo(3).And.Contains("a test for kim@example.com"));

        var link = (await console.OpenAsync("admin/mail/template?kind=E2&language=en")).Page.QuerySelector("a[href*='/admin/mail/reset']")!.GetAttribute("href")!;
        var confirm = await console.OpenAsync(link);
        Assert.That(confirm.Page.Body!.TextContent, Does.Contain("The changed words of E2 (en) are deleted."));
        Assert.That((await console.SubmitAsync(confirm, null, ("reason", ""))).Status, Is.EqualTo(HttpStatusCode.BadRequest), "Without a reason nothing is done.");
        await ApiAsync(Owner, HttpMethod.Patch, "/mail/templates/E2/en", new { subject = "Sooner" });
        Assert.That((await console.SubmitAsync(confirm, null, ("reason", "enough"))).Status, Is.EqualTo(HttpStatusCode.Conflict), "Newer words are not deleted unseen.");
        var reset = await console.SubmitAsync(await console.OpenAsync(link), null, ("reason", "enough"));
        Assert.That((await console.OpenAsync(link)).Status, Is.EqualTo(HttpStatusCode.NotFound), "There is nothing to take back.");
        Assert.That(reset.Page.Body!.TextContent, Does.Contain("The shipped words hold again."));
        var french = await console.SubmitAsync(await console.OpenAsync("admin/mail/template?kind=E2"), null, ("language", "fr"), ("subject", "Bientôt"), ("text", "[Configurer]({link})"), ("reason", "new"));
        var again = await console.SubmitAsync(await console.OpenAsync("admin/mail/template?kind=E2"), null, ("language", "FR"), ("subject", "Autre"), ("text", "[Autre]({link})"), ("reason", "new"));
        Assert.That((again.Status, again.Page.QuerySelector(".err")?.TextContent), Is.EqualTo((HttpStatusCode.Conflict, "This mail has words in fr already; they stay as they are. Change them on their own page.")));
        Assert.That((again.Page.QuerySelector("#subject")!.GetAttribute("value"), again.Page.QuerySelector("#text")!.TextContent.Trim()), Is.EqualTo(("Autre", "[Autre]({link})")), "What was typed stays.");
        Assert.That((await console.OpenAsync(again.Page.QuerySelector("form a[href*='language=fr']")!.GetAttribute("href")!)).Page.QuerySelector("#subject")!.GetAttribute("value"), Is.EqualTo("Bientôt"));
        var shipped = await console.SubmitAsync(await console.OpenAsync("admin/mail/template?kind=E2"), null, ("language", "de"), ("subject", "Bald"), ("text", "[Los]({link})"), ("reason", "new"));
        Assert.That(shipped.Status, Is.EqualTo(HttpStatusCode.Conflict), "Nor are the shipped words overwritten unseen.");
        Assert.That((french.Uri.Query, french.Page.QuerySelector("#subject")!.GetAttribute("value")), Is.EqualTo(("?kind=E2&language=fr&done=saved", "Bientôt")));
    }

    [Test]
    public async Task A_mail_that_was_given_up_is_shown_without_its_words_and_tried_again()
    {
        var now = DateTimeOffset.UtcNow;
        await ExecuteAsync("""
            INSERT INTO outbox_messages (id, kind, user_id, "to", subject, text, html, state, attempts, created_at, next_attempt_at, error)
            VALUES ('lost', 'E4', NULL, 'kim@example.com', 'You are set up', 'words of Kim', '<p>words of Kim</p>', @p0, 6, @p1, @p1, 'The server said <no>')
            """, nameof(OutboxState.Failed), now);
        var console = await ConsoleAsync(Owner);

        var list = await console.OpenAsync("admin/mail/outbox?failed=true");
        Assert.That(list.Page.QuerySelector("tbody")!.TextContent, Does.Contain("given up").And.Contain("The server said <no>").And.Not.Contain("words of Kim"));
        var queued = await console.SubmitAsync(list, null, ("id", "lost"));

        Assert.That(queued.Page.Body!.TextContent, Does.Contain("It is tried again at once."));
        await Eventually.TrueAsync(() => Task.FromResult(sink.Mails.Any(m => m.Subject == "You are set up")), () => "The mail is sent.");
    }

    [Test]
    public async Task The_outbox_names_a_mail_by_its_subject_with_the_kind_small_beside_it()
    {
        await ExecuteAsync("""
            INSERT INTO outbox_messages (id, kind, user_id, "to", subject, text, html, state, attempts, created_at, next_attempt_at, error)
            VALUES ('named', 'E1', NULL, 'kim@example.com', 'Set up identity verification', 'words', '<p>words</p>', @p0, 1, @p1, @p1, NULL)
            """, nameof(OutboxState.Sent), DateTimeOffset.UtcNow);

        var row = (await (await ConsoleAsync(Owner)).OpenAsync("admin/mail/outbox")).Page.QuerySelectorAll("tbody tr").First(r => r.TextContent.Contains("Set up identity", StringComparison.Ordinal));

        Assert.That(row.Children.Select(cell => cell.TextContent).Skip(1), Is.EqualTo(new[] { "Set up identity verification E1", "kim@example.com", "sent", "" }));
        Assert.That((row.QuerySelector(".small")?.TextContent, row.Children[0].ClassName), Is.EqualTo(("E1", "fit")), "and the time stands on one line");
    }

    [Test]
    public async Task A_token_is_made_shown_once_and_revoked()
    {
        var console = await ConsoleAsync(HelpDesk);
        var form = await console.OpenAsync("admin/tokens/new");
        Assert.That(form.Page.QuerySelectorAll("[name=scopes]").Select(s => s.GetAttribute("value")), Is.EquivalentTo(Rights.Of(["helpDesk"]).Select(Rights.Scope)));

        var without = await console.SubmitAsync(form, null, ("name", "script"), ("days", "7"), ("reason", "reports"));
        Assert.That((without.Status, without.Page.QuerySelector("fieldset .err")?.TextContent), Is.EqualTo((HttpStatusCode.BadRequest, "Name at least one scope.")));
        var made = await console.SubmitAsync(form, null, ("name", "script <b>"), ("days", "7"), ("scopes", "people:read"), ("reason", "reports"));
        var token = made.Page.GetElementById("token")!.TextContent;
        Assert.That((await ApiWithAsync(token, HttpMethod.Get, "/users")).Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await ApiWithAsync(token, HttpMethod.Get, "/clients")).Status, Is.EqualTo(HttpStatusCode.Forbidden));

        var list = await console.OpenAsync("admin/tokens");
        Assert.That(list.Body, Does.Contain("script &lt;b&gt;").And.Not.Contain(token));
        var link = list.Page.QuerySelectorAll("tbody tr").Single(r => r.TextContent.Contains("script <b>", StringComparison.Ordinal)).QuerySelector("a")!.GetAttribute("href")!;
        Assert.That((await (await ConsoleAsync(Auditor)).OpenAsync(link)).Status, Is.EqualTo(HttpStatusCode.NotFound), "Somebody else's is as unknown as none.");
        Assert.That((await (await ConsoleAsync(Owner)).OpenAsync("admin/tokens")).Body, Does.Contain("script &lt;b&gt;"));
        foreach (var (name, said) in new[] { ("a child", "The one token that was made with it stops with it."), ("another", "The 2 tokens that were made with it, directly or by one of them, stop with it.") })
        {
            await ApiWithAsync(token, HttpMethod.Post, "/tokens", new { name, scopes = new[] { "people:read" } });
            Assert.That((await console.OpenAsync(link)).Page.QuerySelector("form.card")!.TextContent, Does.Contain(said));
        }

        var revoked = await console.SubmitAsync(await console.OpenAsync(link), null, ("reason", "done"));
        Assert.That(revoked.Page.Body!.TextContent, Does.Contain("The token works no more."));
        Assert.That((await ApiWithAsync(token, HttpMethod.Get, "/users")).Status, Is.EqualTo(HttpStatusCode.Unauthorized));
    }

    [Test]
    public async Task A_scope_that_was_not_offered_is_refused()
    {
        var console = await ConsoleAsync(HelpDesk);

        var forged = await console.SubmitAsync(await console.OpenAsync("admin/tokens/new"), null, ("name", "more"), ("days", "7"), ("scopes", "roles:write"), ("reason", "climb"));

        Assert.That(forged.Status, Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(forged.Page.GetElementById("token"), Is.Null);
    }

    [Test]
    public async Task Figures_are_there_for_who_has_the_token_and_count_what_happened()
    {
        await ConsoleAsync(Owner);
        using var agent = new UserAgent();
        await agent.PostAsync(new Uri(Server.Issuer, "connect/token"), [new("grant_type", "password")]);

        var (without, wrong, read) = (await ScrapeAsync(agent, null), await ScrapeAsync(agent, Scraper + "x"), await ScrapeAsync(agent, Scraper));

        Assert.That((without.Status, wrong.Status, read.Status), Is.EqualTo((HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized, HttpStatusCode.OK)));
        Assert.That((wrong.Body, read.Header("Content-Type"), read.Header("Cache-Control")), Is.EqualTo(("", "text/plain; version=0.0.4; charset=utf-8", "no-store")));
        Assert.That(read.Body, Does.Match("(?m)^idp_audit_events_total\\{event=\"sign_in.completed\",outcome=\"success\"\\} [1-9]"));
        Assert.That(read.Body, Does.Match("(?m)^idp_tokens_refused_total\\{error=\"[a-z_]+\"\\} [1-9]").And.Contain("# TYPE idp_tokens_refused_total counter"));
        Assert.That(read.Body, Does.Match("(?m)^dotnet_process_cpu_time_seconds_total").And.Not.Contain(Owner));
        Assert.That(read.Body.TrimEnd('\n').Split('\n'), Is.All.Match("^(# (HELP|TYPE) [a-z0-9_]+ .*|[a-z0-9_]+(\\{([a-z_]+=\"[^\"]*\",?)+\\})? -?[0-9.E+-]+)$"));
    }

    private Task<Exchange> ScrapeAsync(UserAgent agent, string? token)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Server.Issuer, "metrics"));
        if (token is not null) request.Headers.Authorization = new("Bearer", token);
        return agent.SendAsync(request);
    }

    private async Task<string> ShownAsync(string setting) => await CommandAsync("settings", "show", setting, "--json");

    private static async Task<HttpResponseMessage> SendAsync(Visitor visitor, Exchange page, params (string, string)[] values)
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
        using var request = visitor.Submission(page, values)();
        return await http.SendAsync(request);
    }
}
