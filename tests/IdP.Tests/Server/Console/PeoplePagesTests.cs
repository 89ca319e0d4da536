using System.Net;
using System.Text.RegularExpressions;
using IdP.Testing;

namespace IdP.Tests.Server.Console;

/// <summary>The console's pages about people.</summary>
internal sealed partial class PeoplePagesTests() : ConsoleFixture(TestDatabaseKind.Sqlite)
{
    private const string Hostile = "<script>alert(1)</script>\u202Eevil";

    protected override IEnumerable<object> Others =>
        [Required("maya"), Required("noah"), Required("late"), Required("ref"), Required("bulk1"), Person("bulk2"), Enrolled("bulk3"), Person("plain"), Person("edited"), Person("off"), Person("risen1"), Person("risen2"), Person("risen3"), Required("passed"), Enrolled("lost")];

    [Test]
    public async Task The_list_is_searched_and_filtered_and_leads_to_the_person()
    {
        var console = await ConsoleAsync(HelpDesk);

        var found = await console.OpenAsync("admin/people?q=MAY&state=period&days=7");
        Assert.That(Names(found), Is.EqualTo(new[] { "maya" }));
        Assert.That(found.Page.QuerySelector("main p.row .soft")?.TextContent, Is.EqualTo("1 person"));
        Assert.That(Names(await console.OpenAsync("admin/people?state=active&role=helpDesk")), Is.EqualTo(new[] { HelpDesk }));
        Assert.That(Names(await console.OpenAsync("admin/people?q=nobody-of-this-name")), Is.Empty);
        Assert.That(Names(await console.OpenAsync("admin/people?state=%27;--&days=x&role=y")), Has.Count.GreaterThan(10), "What is not known filters nothing.");

        var person = await console.OpenAsync($"admin/people/{await IdOfAsync("maya")}");
        Assert.That(person.Heading, Is.EqualTo("maya"));
        Assert.That(person.Page.Body!.TextContent, Does.Contain("an administrator").And.Contain("7 days left").And.Contain("maya@example.com"));
        Assert.That((await console.OpenAsync("admin/people/nobody")).Status, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public async Task Who_gets_a_role_while_many_are_acted_on_is_told_and_the_others_go_on()
    {
        var console = await ConsoleAsync(HelpDesk);
        List<string> ids = [await IdOfAsync("risen1"), await IdOfAsync("risen2"), await IdOfAsync("risen3")];
        var preview = await console.OpenAsync("admin/people/bulk?who=selected&act=disable&" + string.Join('&', ids.Select(id => "id=" + id)));
        Assert.That(preview.Page.QuerySelector("form .go")!.ClassName, Does.EndWith(" bad"), "What shuts people out is red.");
        Task<Exchange>? acting = null;

        await using (var database = Database.Open())
        {
            // While it holds the file the page has judged everybody and done nothing.
            await database.WriteAsync(async s =>
            {
                using (ExecutionContext.SuppressFlow()) acting = Task.Run(() => console.SubmitAsync(preview, null, ("reason", "left the house")));
                await Task.Delay(700);
                return await s.ExecuteAsync("UPDATE users SET roles = '[\"auditor\"]' WHERE user_name = 'risen2'");
            });
        }

        var done = await acting!;
        Assert.That(done.Status, Is.EqualTo(HttpStatusCode.OK), $"{done}");
        Assert.That(done.Page.Body!.TextContent, Does.Contain("Has an admin role: only an owner acts here."));
        Assert.That(Names(await console.OpenAsync("admin/people?q=risen&state=disabled")), Is.EqualTo(new[] { "risen1", "risen3" }));
    }

    [Test]
    public async Task Nothing_is_done_to_somebody_without_saying_why([Values("disable", "sessions", "compromised", "pass", "remove")] string act)
    {
        var console = await ConsoleAsync(Owner);
        var before = await ApiAsync(Owner, HttpMethod.Get, "/users/plain");

        var asked = await console.SubmitAsync(await console.OpenAsync($"admin/people/{before.JsonString("id")}/{act}"), null, ("reason", " "));

        Assert.That((asked.Status, asked.Page.QuerySelector("#reason-error")?.TextContent), Is.EqualTo((HttpStatusCode.BadRequest, "Say why, in a few words.")), $"{asked}");
        Assert.That((await ApiAsync(Owner, HttpMethod.Get, "/users/plain")).Body, Is.EqualTo(before.Body));
    }

    [Test]
    public async Task A_reference_number_finds_who_is_locked_and_an_admin_unlocks_with_days()
    {
        var console = await ConsoleAsync(HelpDesk);
        await ExecuteAsync(
            "UPDATE enrollments SET deadline = @p0, locked_at = @p0, lock_reference = 'LK-7F3Q-29' WHERE user_id = (SELECT id FROM users WHERE user_name = 'ref')",
            DateTimeOffset.UtcNow.AddDays(-2));

        var list = await console.OpenAsync("admin/people?q=lk-7f3q-29");
        Assert.That(Names(list), Is.EqualTo(new[] { "ref" }));
        var person = await console.OpenAsync(list.Page.QuerySelector("tbody th a")!.GetAttribute("href")!);
        Assert.That(person.Page.Body!.TextContent, Does.Contain("The time to set up identity verification ended.").And.Contain("Reference LK-7F3Q-29."));
        Assert.That((await console.OpenAsync("admin")).Page.Body!.TextContent, Does.Contain("Enrollment time ended"));

        var act = await console.OpenAsync(person.Uri.AbsolutePath + "/unlock");
        var without = await console.SubmitAsync(act, null, ("days", "400"), ("reason", "on leave"));
        Assert.That(without.Status, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(without.Page.Body!.TextContent, Does.Contain("Give a whole number from 1 to 365."));
        var done = await console.SubmitAsync(without, null, ("days", "5"), ("reason", "on leave"));

        Assert.That(done.Uri.AbsolutePath, Is.EqualTo(person.Uri.AbsolutePath));
        Assert.That(done.Page.Body!.TextContent, Does.Contain("a new period runs").And.Contain("5 days left").And.Contain("Reason: on leave"));
        Assert.That(Names(await console.OpenAsync("admin/people?q=lk-7f3q-29")), Is.Empty, "The number went with the lock.");
        Assert.That((await console.OpenAsync(act.Uri.AbsolutePath)).Page.Body!.TextContent, Does.Contain("Is not locked."));
    }

    [Test]
    public async Task Every_number_that_a_page_tells_leads_to_who_was_told_it_and_whoever_waits_for_help_is_seen()
    {
        var lost = Browser("lost");
        var verify = await lost.SignInAsync(await lost.OpenAsync("portal/security"));
        var (asked, again) = (Number(await lost.OpenAsync("verify/help" + verify.Uri.Query)), Number(await lost.OpenAsync("verify/help" + verify.Uri.Query)));
        var told = Number(await lost.OpenAsync("portal/nowhere"));
        using var stranger = new UserAgent();
        var nobody = Number(await stranger.GetAsync(new Uri(Server.Issuer, "error?reason=client")));
        var console = await ConsoleAsync(HelpDesk);

        Assert.That(again, Is.EqualTo(asked), "Loading it again asks no second time.");
        foreach (var (number, name) in new[] { (asked, "help.asked"), (told, "error.shown") })
        {
            Assert.That(Names(await console.OpenAsync($"admin/people?q={number.ToLowerInvariant()}")), Is.EqualTo(new[] { "lost" }), number);
            Assert.That((await ApiAsync(HelpDesk, HttpMethod.Get, $"/users?search={number}")).Json.GetProperty("items")[0].GetProperty("username").GetString(), Is.EqualTo("lost"));
            var row = (await ApiAsync(Auditor, HttpMethod.Get, $"/audit?reference={number}")).Json.GetProperty("items").EnumerateArray().Single();
            Assert.That((row.GetProperty("event").GetString(), row.GetProperty("username").GetString()), Is.EqualTo((name, "lost")));
        }

        Assert.That(await CommandAsync("users", "list", "--search", asked), Does.Contain("lost"));
        var none = await (await ConsoleAsync(Auditor)).OpenAsync($"admin/people?q={nobody}");
        Assert.That(Names(none), Is.Empty);
        var audit = await (await ConsoleAsync(Auditor)).OpenAsync(none.Page.QuerySelector("a[href*='/admin/audit?reference=']")!.GetAttribute("href")!);
        Assert.That(audit.Page.QuerySelector("tbody")!.TextContent, Does.Contain("error.shown").And.Contain(nobody).And.Contain("Error.App (400)"));

        var attention = (await console.OpenAsync("admin")).Page.QuerySelectorAll("tbody tr").Single(r => r.TextContent.Contains("lost", StringComparison.Ordinal));
        Assert.That(attention.TextContent, Does.Contain("Cannot use their app"));
        Assert.That(attention.QuerySelector("a")!.GetAttribute("href"), Does.EndWith("/admin/people/" + await IdOfAsync("lost")));
        await lost.VerifyAsync(verify);
        Assert.That((await console.OpenAsync("admin")).Page.Body!.TextContent, Does.Not.Contain("Cannot use their app"), "Whoever got in waits no more.");
    }

    private static string Number(Exchange page) => ToldNumber().Match(page.Page.Body!.TextContent) is { Success: true } number ? number.Value : throw new InvalidOperationException($"{page}");

    [GeneratedRegex("(?:HP|ER)-[A-Z0-9]{4}-[A-Z0-9]{2}")]
    private static partial Regex ToldNumber();

    [Test]
    public async Task Several_people_are_looked_at_first_and_then_required_at_once()
    {
        var console = await ConsoleAsync(HelpDesk);
        var ids = new List<string>();
        foreach (var name in new[] { "bulk1", "bulk2", "bulk3", Owner }) ids.Add(await IdOfAsync(name));

        var preview = await console.OpenAsync("admin/people/bulk?who=selected&act=require&q=bulk&days=7&" + string.Join('&', ids.Select(id => "id=" + id)));
        Assert.That(preview.Page.QuerySelectorAll("ul.dots li").Select(li => li.TextContent.Split(' ')[0]), Is.EqualTo(new[] { "bulk2", "bulk3" }));
        Assert.That(preview.Page.QuerySelector("table")!.TextContent, Does.Contain("Is required already").And.Contain("only an owner acts here"));
        Assert.That(await CountEventsAsync("bulk2", "enrollment.required"), Is.Zero, "Looking changes nothing.");
        Assert.That((await console.SubmitAsync(preview, null, ("reason", ""))).Page.Body!.TextContent, Does.Contain("Say why"));

        var result = await console.SubmitAsync(preview, null, ("days", "9"), ("reason", "new rule"));

        Assert.That(result.Page.Body!.TextContent, Does.Contain("Changed: 2 of 2.").And.Contain("Required; set up already."));
        Assert.That(result.Page.QuerySelectorAll("main a[href*='/admin/people?']").Select(a => a.GetAttribute("href")), Has.Exactly(2).Items.And.All.EndsWith("/admin/people?q=bulk&days=7"), "So it does after the act.");
        Assert.That(await CountEventsAsync("bulk2", "enrollment.required"), Is.EqualTo(1));
        Assert.That(Names(await console.OpenAsync("admin/people?q=bulk2&state=period&days=more")), Is.EqualTo(new[] { "bulk2" }));

        var everybody = await console.OpenAsync("admin/people/bulk?who=matching&act=extend&q=bulk");
        Assert.That(everybody.Page.Body!.TextContent, Does.Contain("No period with an end runs."));
        Assert.That(everybody.Page.QuerySelector("form a.btn")!.GetAttribute("href"), Does.EndWith("/admin/people?q=bulk"), "Back leads to the list as it was filtered.");
        Assert.That((await console.SubmitAsync(everybody, null, ("days", ""), ("reason", "x"))).Status, Is.EqualTo(HttpStatusCode.BadRequest), "More time is so many days.");
        var nobody = await console.OpenAsync("admin/people/bulk?who=selected&act=disable");
        Assert.That(nobody.Page.Body!.TextContent, Does.Contain("Nobody was selected."));
        Assert.That((await console.OpenAsync("admin/people/bulk?act=remove")).Status, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public async Task Whose_time_ended_is_called_the_same_everywhere()
    {
        const string Name = "Enrollment time ended";
        await ExecuteAsync("UPDATE enrollments SET deadline = @p0, locked_at = @p0 WHERE user_id = (SELECT id FROM users WHERE user_name = 'late')", DateTimeOffset.UtcNow.AddDays(-2));
        var campaign = (await ApiAsync(Owner, HttpMethod.Post, "/campaigns", new { name = "Late", days = 3, users = new[] { "late" } })).Json.GetProperty("campaign").GetProperty("id").GetString();
        var console = await ConsoleAsync(Owner);

        var list = await console.OpenAsync("admin/people?q=late");
        var said = new[]
        {
            list.Page.QuerySelector("option[value=expired]"), list.Page.QuerySelector("tbody .tag"),
            (await console.OpenAsync($"admin/people/{await IdOfAsync("late")}")).Page.QuerySelector("h2 + .tag"),
            (await console.OpenAsync($"admin/campaigns/campaign?id={campaign}")).Page.QuerySelector("dt a[href*='state=expired']"),
        }.Select(e => e?.TextContent);
        var overview = (await console.OpenAsync("admin")).Page;

        Assert.That(said, Is.All.EqualTo(Name));
        Assert.That(overview.QuerySelectorAll("dt a[href*='state=expired']").Select(a => a.TextContent), Is.Not.Empty.And.All.EqualTo(Name));
        Assert.That(overview.QuerySelectorAll("tbody tr").Single(r => r.QuerySelector("th")!.TextContent == "late").TextContent, Does.Contain(Name));
        Assert.That((await console.OpenAsync($"admin/campaigns/act?act=extend&id={campaign}")).Page.QuerySelector("main form")!.TextContent, Does.Contain("whose enrollment time ended"));
    }

    [Test]
    public async Task Nobody_acts_above_their_rights()
    {
        var (owner, plain) = (await IdOfAsync(Owner), await IdOfAsync("plain"));
        var helpDesk = await ConsoleAsync(HelpDesk);
        var page = await helpDesk.OpenAsync($"admin/people/{owner}");
        Assert.That(page.Page.QuerySelectorAll($"a[href*='/{owner}/']"), Is.Empty, "Nothing is offered.");

        // The form of somebody else, sent for the owner.
        var form = await helpDesk.OpenAsync($"admin/people/{plain}/sessions");
        var sent = helpDesk.Submission(form, ("reason", "x"));
        using var request = sent();
        request.RequestUri = new Uri(Server.Issuer, $"admin/people/{owner}/sessions");
        using var agent = new UserAgent();
        Assert.That((await agent.SendAsync(request)).Status, Is.EqualTo(HttpStatusCode.Forbidden));
        foreach (var act in new[] { "lift", "remove" }) Assert.That((await helpDesk.OpenAsync($"admin/people/{plain}/{act}")).Status, Is.EqualTo(HttpStatusCode.NotFound), act);
        foreach (var path in new[] { "edit", "../people/add" }) Assert.That((await helpDesk.OpenAsync($"admin/people/{plain}/{path}")).Status, Is.AnyOf(HttpStatusCode.Forbidden, HttpStatusCode.NotFound), path);

        var auditor = await ConsoleAsync(Auditor);
        Assert.That((await auditor.OpenAsync($"admin/people/{plain}")).Page.Body!.TextContent, Does.Not.Contain("What you can do"));
        Assert.That((await auditor.OpenAsync("admin/people")).Page.QuerySelectorAll("[type=checkbox]"), Is.Empty);
        Assert.That((await auditor.OpenAsync("admin/people/bulk?act=disable&who=matching")).Status, Is.EqualTo(HttpStatusCode.Forbidden));
        var clients = await ConsoleAsync(ClientAdmin);
        Assert.That((await clients.OpenAsync("admin/people")).Status, Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That((await clients.OpenAsync("admin")).Page.Body!.TextContent, Does.Not.Contain("Needs attention"));
    }

    [Test]
    public async Task Who_somebody_is_can_be_changed_and_nobody_overwrites_unseen()
    {
        var console = await ConsoleAsync(Owner);
        var path = $"admin/people/{await IdOfAsync("edited")}/edit";
        var form = await console.OpenAsync(path);
        var other = await console.OpenAsync(path);

        var wrong = await console.SubmitAsync(form, null, ("email", "no address"), ("claims", "{"), ("reason", "x"));
        Assert.That(wrong.Page.QuerySelector("#email")!.GetAttribute("value"), Is.EqualTo("no address"));
        var saved = await console.SubmitAsync(wrong, null, ("displayName", Hostile.Replace("\u202E", "", StringComparison.Ordinal)), ("email", "e@example.com"), ("groups", "it, sales"), ("claims", """{"a":1}"""), ("reason", "moved"));

        Assert.That(saved.Page.Body!.TextContent, Does.Contain("The changes were saved.").And.Contain("it, sales"));
        Assert.That(saved.Heading, Is.EqualTo("<script>alert(1)</script>evil"));
        Assert.That(saved.Page.QuerySelectorAll("script:not([src])"), Is.Empty);
        Assert.That(saved.Page.Body!.TextContent, Does.Contain("not verified"), "Another address has proven nothing.");
        var late = await console.SubmitAsync(other, null, ("displayName", "late"), ("reason", "x"));
        Assert.That(late.Status, Is.EqualTo(HttpStatusCode.Conflict));
        Assert.That(late.Page.Body!.TextContent, Does.Contain("Somebody changed this meanwhile."));
        Assert.That((await console.SubmitAsync(late, null, ("email", "maya@example.com"), ("reason", "x"))).Page.Body!.TextContent, Does.Contain("Somebody has this name or address already."));
    }

    [Test]
    public async Task A_person_is_added_gets_a_pass_is_turned_off_and_deleted()
    {
        var console = await ConsoleAsync(Owner);
        var taken = await console.SubmitAsync(await console.OpenAsync("admin/people/add"), null, ("username", "maya"), ("email", "new@example.com"), ("reason", "joins"));
        Assert.That(taken.Status, Is.EqualTo(HttpStatusCode.Conflict));
        Assert.That((await console.SubmitAsync(taken, null, ("username", "newcomer"), ("password", "short"), ("reason", "joins"))).Status, Is.EqualTo(HttpStatusCode.BadRequest));
        var added = await console.SubmitAsync(taken, null, ("username", "newcomer"), ("email", "new@example.com"), ("reason", "joins"));
        Assert.That(added.Page.Body!.TextContent, Does.Contain("The person was added."));
        var path = added.Uri.AbsolutePath;

        var pass = await console.SubmitAsync(await console.OpenAsync(path + "/pass"), null, ("hours", "2"), ("reason", "on the phone"));
        Assert.That(pass.Page.GetElementById("pass")!.TextContent, Has.Length.GreaterThan(8));
        Assert.That(pass.Header("Cache-Control"), Does.Contain("no-store"));
        Assert.That((await console.SubmitAsync(await console.OpenAsync(path + "/pass"), null, ("hours", "999"), ("reason", "x"))).Page.Body!.TextContent, Does.Contain("from 1 to 168"));

        var off = await console.SubmitAsync(await console.OpenAsync(path + "/disable"), null, ("reason", "left"));
        Assert.That(off.Page.Body!.TextContent, Does.Contain("The account is turned off.").And.Contain("Turned off."));
        Assert.That((await console.SubmitAsync(await console.OpenAsync(path + "/enable"), null, ("reason", "back"))).Page.Body!.TextContent, Does.Contain("The account is turned on."));
        var removed = await console.SubmitAsync(await console.OpenAsync(path + "/remove"), null, ("reason", "left"));
        Assert.That(removed.Page.Body!.TextContent, Does.Contain("The person was deleted."));
        Assert.That((await console.OpenAsync(path)).Status, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public async Task People_are_imported_after_a_look_in_the_console_by_API_and_command()
    {
        var console = await ConsoleAsync(Owner);
        var form = await console.OpenAsync("admin/people/import");
        var wrong = await console.SubmitAsync(form, "[value=check]", ("csv", "username,email\nimp1,<b>\nimp1,"));
        Assert.That(wrong.Page.Body!.TextContent, Does.Contain("2 problems.").And.Contain("Line 2, email").And.Contain("It is in line 2 already."));
        Assert.That(wrong.Page.QuerySelector("button[value=apply]"), Is.Null);

        var look = await console.SubmitAsync(form, "[value=check]", ("csv", "username,email,verification\nimp1,imp1@example.com,required\nmaya,,\n"));
        Assert.That(Names(await console.OpenAsync("admin/people?q=imp1")), Is.Empty, "Looking changes nothing.");
        Assert.That((await console.SubmitAsync(look, "[value=apply]", ("reason", ""))).Page.Body!.TextContent, Does.Contain("Say why"));
        var done = await console.SubmitAsync(look, "[value=apply]", ("reason", "joined"));
        Assert.That(done.Page.Body!.TextContent, Does.Contain("2 people of the file were imported."));
        Assert.That(Names(await console.OpenAsync("admin/people?q=imp1&state=period")), Is.EqualTo(new[] { "imp1" }));

        // A file, as a browser sends it.
        using var multipart = new MultipartFormDataContent
        {
            { new StringContent(form.Page.QuerySelector("main [name=__RequestVerificationToken]")!.GetAttribute("value")!), "__RequestVerificationToken" },
            { new StringContent("check"), "action" },
            { new ByteArrayContent(System.Text.Encoding.UTF8.GetBytes("username\n" + string.Join('\n', Enumerable.Range(0, 3_000).Select(i => $"{i}-" + new string('x', 120))))), "file", "people.csv" },
        };
        var sent = await console.Browser.SendAsync(new HttpRequestMessage(HttpMethod.Post, new Uri(Server.Issuer, "admin/people/import")) { Content = multipart });
        Assert.That(sent.Status, Is.EqualTo(HttpStatusCode.OK), $"{sent}");
        Assert.That(sent.Page.Body!.TextContent, Does.Contain("Import: 3000 people"));

        Assert.That((await CsvAsync(Owner, "?dryRun=true", "username\nimp2\nimp2")).Json.GetProperty("problems")[0].GetProperty("line").GetInt32(), Is.EqualTo(3));
        AssertProblem(await CsvAsync(Owner, "", "username\nimp2\nimp2"), HttpStatusCode.BadRequest, "invalid");
        AssertProblem(await CsvAsync(HelpDesk, "", "username\nimp2"), HttpStatusCode.Forbidden, "forbidden");
        Assert.That((await ApiAsync(Owner, HttpMethod.Post, "/users/import", new { })).Status, Is.EqualTo(HttpStatusCode.UnsupportedMediaType));
        Assert.That((await CsvAsync(Owner, "", "username,groups\nimp2,it")).Json.GetProperty("added").GetInt32(), Is.EqualTo(1));
        Assert.That((await (await ConsoleAsync(HelpDesk)).OpenAsync("admin/people/import")).Status, Is.EqualTo(HttpStatusCode.Forbidden));

        var file = Path.Combine(Server.Folder, "people.csv");
        await File.WriteAllTextAsync(file, "username\nimp3\n\"imp4");
        var refused = await Server.CommandAsync("users", "import", file);
        Assert.That(refused.ExitCode, Is.EqualTo(1));
        Assert.That(refused.Error, Does.Contain("line 3: A quotation mark is opened and never closed.").And.Contain("Nothing was imported."));
        await File.WriteAllTextAsync(file, "username\nimp3\nimp4");
        Assert.That(await CommandAsync("users", "import", file, "--dry-run"), Does.Contain("2 would be added"));
        Assert.That(await CommandAsync("users", "import", file), Does.Contain("2 people: 2 added"));
    }

    private async Task<Exchange> CsvAsync(string admin, string query, string csv)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Server.Issuer, "api/v1/users/import" + query)) { Content = new StringContent(csv, System.Text.Encoding.UTF8, "text/csv") };
        request.Headers.Authorization = new System.Net.Http.Headers.AuthenticationHeaderValue("Bearer", await TokenAsync(admin));
        using var agent = new UserAgent();
        return await agent.SendAsync(request);
    }

    private async Task<string> IdOfAsync(string name)
    {
        await using var database = Database.Open();
        return (await database.ReadAsync(s => s.FirstAsync("SELECT id FROM users WHERE user_name = @p0", row => row.GetString(0), name)))!;
    }

    private static List<string> Names(Exchange list) => [.. list.Page.QuerySelectorAll("tbody th .mono").Select(name => name.TextContent)];
}
