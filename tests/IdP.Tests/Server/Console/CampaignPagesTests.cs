using System.Net;
using IdP.Testing;

namespace IdP.Tests.Server.Console;

/// <summary>Campaigns in the console, by the API and on the command line.</summary>
internal sealed class CampaignPagesTests() : ConsoleFixture(TestDatabaseKind.Sqlite)
{
    protected override IEnumerable<object> Others => [Person("maya"), Person("noah"), Enrolled("enno"), Required("rita"), Person("ina"), Person("cleo"), Person("alma")];

    private static string In(int days) => DateTimeOffset.UtcNow.AddDays(days).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);

    [Test]
    public async Task A_campaign_is_started_watched_extended_reminded_exported_and_closed()
    {
        var console = await ConsoleAsync(Owner);
        var form = await console.OpenAsync("admin/campaigns/start");
        var wrong = await console.SubmitAsync(form, null, ("name", "All <b>staff</b>"), ("deadline", "2020-01-01"), ("people", "maya\nnobody"), ("reason", "new rule"));
        Assert.That(wrong.Page.QuerySelector("#deadline-error")?.TextContent, Does.Contain("at most 365 days"));
        wrong = await console.SubmitAsync(wrong, null, ("deadline", In(5)));
        Assert.That(wrong.Page.QuerySelector("#people-error")?.TextContent, Does.Contain("nobody"));

        var started = await console.SubmitAsync(wrong, null, ("people", "maya\nnoah@example.com\nenno, rita"));
        Assert.That(started.Page.Body!.TextContent, Does.Contain("2 got the campaign's last day").And.Contain("1 has set it up already").And.Contain("1 keeps the last day from before"));
        var board = await console.OpenAsync(started.Page.QuerySelector("a.go")!.GetAttribute("href")!);
        Assert.That(board.Heading, Is.EqualTo("All <b>staff</b>"));
        Assert.That(Counts(board), Is.EqualTo(new Dictionary<string, int> { ["active"] = 1, ["begun"] = 0, ["skipped"] = 0, ["waiting"] = 3, ["expired"] = 0, ["blocked"] = 0 }));
        Assert.That(board.Page.QuerySelector("svg[role=img]")!.GetAttribute("aria-labelledby"), Is.EqualTo("days-left"));
        Assert.That(board.Page.QuerySelectorAll("svg[role=img] rect"), Has.Length.EqualTo(2));
        Assert.That(board.Page.GetElementById("days-left")!.TextContent, Does.Contain("6: 2").Or.Contain("5: 2"));
        Assert.That((await console.OpenAsync("admin")).Page.Body!.TextContent, Does.Contain("1 of 4 people enrolled (25%)"));
        var waiting = await console.OpenAsync(board.Page.QuerySelector("dt a[href*=waiting]")!.GetAttribute("href")!);
        Assert.That(waiting.Page.QuerySelectorAll("tbody th"), Has.Length.EqualTo(3), "A number leads to its people.");

        var extended = await console.SubmitAsync(await console.OpenAsync(Act(board, "extend")), null, ("deadline", In(9)), ("reason", "holidays"));
        Assert.That(extended.Page.Body!.TextContent, Does.Contain("The campaign has more time."));
        var reminded = await console.SubmitAsync(await console.OpenAsync(Act(board, "remind")), null, ("reason", "soon"));
        Assert.That(reminded.Page.Body!.TextContent, Does.Contain("The reminders are on their way.").And.Contain("3 kept"));
        var soon = await console.SubmitAsync(await console.OpenAsync(Act(board, "remind")), null, ("reason", "soon"));
        Assert.That(soon.Status, Is.EqualTo(HttpStatusCode.Conflict));
        var added = await console.SubmitAsync(await console.OpenAsync(Act(board, "add")), null, ("people", "ina"), ("reason", "joined"));
        Assert.That(added.Page.Body!.TextContent, Does.Contain("The people were added."));

        var csv = await console.OpenAsync(board.Page.QuerySelector("a[href*=export]")!.GetAttribute("href")!);
        Assert.That(csv.Header("Content-Type"), Does.StartWith("text/csv"));
        Assert.That(csv.Header("Content-Disposition"), Is.EqualTo("attachment; filename=\"All bstaffb.csv\""), "What a file name should not have is left out.");
        Assert.That(csv.Body.Split("\r\n"), Has.Length.EqualTo(7));
        var closed = await console.SubmitAsync(await console.OpenAsync(Act(board, "close")), null, ("reason", "done"));
        Assert.That(closed.Page.QuerySelectorAll("a[href*='act=']"), Is.Empty);
        Assert.That((await console.OpenAsync("admin/campaigns")).Page.Body!.TextContent, Does.Contain("Closed"));
    }

    [Test]
    public async Task Who_may_only_read_sees_the_board_and_changes_nothing()
    {
        var id = (await ApiAsync(Owner, HttpMethod.Post, "/campaigns", new { name = "Read", days = 3, users = new[] { "cleo" } })).Json.GetProperty("campaign").GetProperty("id").GetString();
        var console = await ConsoleAsync(HelpDesk);
        var board = await console.OpenAsync("admin/campaigns/campaign?id=" + id);

        Assert.That(board.Heading, Is.EqualTo("Read"));
        Assert.That(board.Page.QuerySelectorAll("dl.kv dd")[^1].TextContent, Is.EqualTo("No emails were sent."), "Nobody was reminded.");
        Assert.That(board.Page.QuerySelectorAll("a[href*='act=']"), Is.Empty);
        foreach (var path in new[] { "start", "act?act=close&id=" + id }) Assert.That((await console.OpenAsync("admin/campaigns/" + path)).Status, Is.EqualTo(HttpStatusCode.Forbidden), path);
        AssertProblem(await ApiAsync(HelpDesk, HttpMethod.Post, $"/campaigns/{id}/close", new { }), HttpStatusCode.Forbidden, "forbidden");
        Assert.That((await (await ConsoleAsync(ClientAdmin)).OpenAsync("admin/campaigns")).Status, Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That((await console.OpenAsync("admin/campaigns/campaign?id=nothing")).Status, Is.EqualTo(HttpStatusCode.NotFound));

        var reader = await TokenAsync(Owner, "campaigns:read");
        AssertProblem(await ApiWithAsync(reader, HttpMethod.Get, $"/campaigns/{id}/export"), HttpStatusCode.Forbidden, "forbidden");
        Assert.That((await ApiWithAsync(reader, HttpMethod.Get, $"/campaigns/{id}")).Json.GetProperty("lockNext").GetArrayLength(), Is.Zero);
    }

    [Test]
    public async Task A_campaign_by_the_API_and_on_the_command_line()
    {
        AssertProblem(await ApiAsync(Owner, HttpMethod.Post, "/campaigns", new { name = "Api", days = 3, users = new[] { "nobody" } }), HttpStatusCode.BadRequest, "invalid");
        AssertProblem(await ApiAsync(Owner, HttpMethod.Post, "/campaigns", new { name = "Api", users = new[] { "alma" } }), HttpStatusCode.BadRequest, "invalid");
        AssertProblem(await ApiAsync(Owner, HttpMethod.Post, "/campaigns", new { name = "Api", days = 999, users = new[] { "alma" } }), HttpStatusCode.BadRequest, "invalid");
        var started = await ApiAsync(Owner, HttpMethod.Post, "/campaigns", new { name = "Api", days = 3, users = new[] { "alma" } });
        Assert.That(started.Status, Is.EqualTo(HttpStatusCode.Created), $"{started}");
        var id = started.Json.GetProperty("campaign").GetProperty("id").GetString()!;

        Assert.That((await ApiAsync(Owner, HttpMethod.Post, $"/campaigns/{id}/extend", new { days = 6 })).Json.GetProperty("more").GetInt32(), Is.EqualTo(1));
        AssertProblem(await ApiAsync(Owner, HttpMethod.Post, $"/campaigns/{id}/extend", new { days = 2 }), HttpStatusCode.Conflict, "notLater");
        Assert.That((await ApiAsync(Owner, HttpMethod.Post, $"/campaigns/{id}/members", new { users = new[] { "alma" } })).Json.GetProperty("before").GetInt32(), Is.EqualTo(1));
        Assert.That((await ApiAsync(Auditor, HttpMethod.Get, "/campaigns?state=running")).Json.GetProperty("items").EnumerateArray().Select(c => c.GetProperty("name").GetString()), Does.Contain("Api"));
        Assert.That((await ApiAsync(Auditor, HttpMethod.Get, $"/campaigns/{id}/export")).Body, Does.Contain("alma,alma,alma@example.com,period"));
        var ofCampaign = await ApiAsync(Auditor, HttpMethod.Get, $"/users?campaign={id}&state=notEnrolled&daysLeftAtMost=6&daysLeftAtLeast=6");
        Assert.That(ofCampaign.Json.GetProperty("items").EnumerateArray().Select(u => u.GetProperty("username").GetString()), Is.EqualTo(new[] { "alma" }), $"{ofCampaign}");
        Assert.That((await ApiAsync(Auditor, HttpMethod.Get, $"/users?campaign={id}&daysLeftAtMost=5")).Json.GetProperty("items").GetArrayLength(), Is.Zero);
        foreach (var wrong in new[] { "users?daysLeftAtMost=0", "users?daysLeftAtLeast=x", "users?daysleftatmost=3", "campaigns?after=nothing", "campaigns?limit=0", "campaigns?closed=true" })
            AssertProblem(await ApiAsync(Auditor, HttpMethod.Get, "/" + wrong), HttpStatusCode.BadRequest, "invalid");
        Assert.That((await ApiAsync(Auditor, HttpMethod.Get, "/campaigns?limit=1")).Json.GetProperty("items").GetArrayLength(), Is.EqualTo(1));
        Assert.That(await CommandAsync("users", "list", "--campaign", "api", "--days-left-at-most", "6"), Does.Contain("alma"));
        Assert.That(await CommandAsync("users", "list", "--campaign", "api", "--days-left-at-least", "7"), Does.Contain("No people."));
        Assert.That(await CommandAsync("campaigns", "show", "api"), Does.Contain("Enrolled").And.Contain("0 (0%)"));
        Assert.That(await CommandAsync("campaigns", "remind", id, "--dry-run"), Does.Contain("1 person"));
        Assert.That((await ApiAsync(Owner, HttpMethod.Post, $"/campaigns/{id}/remind", new { })).Json.GetProperty("people").GetInt32(), Is.EqualTo(1));
        AssertProblem(await ApiAsync(Owner, HttpMethod.Post, $"/campaigns/{id}/remind", new { }), HttpStatusCode.Conflict, "tooSoon");
        Assert.That(await CommandAsync("campaigns", "export", id), Does.StartWith("username,"));
        Assert.That(await CommandAsync("campaigns", "close", id), Does.Contain("was closed"));
        AssertProblem(await ApiAsync(Owner, HttpMethod.Post, $"/campaigns/{id}/close", new { }), HttpStatusCode.NotFound, "notFound");
        AssertProblem(await ApiAsync(Owner, HttpMethod.Get, "/campaigns/nothing"), HttpStatusCode.NotFound, "notFound");
    }

    private static Dictionary<string, int> Counts(Exchange board) => board.Page.QuerySelectorAll("dd[id^=count-]")
        .ToDictionary(dd => dd.Id!["count-".Length..], dd => int.Parse(dd.TextContent, System.Globalization.CultureInfo.InvariantCulture));

    private static string Act(Exchange board, string act) => $"admin/campaigns/act{board.Uri.Query.Split("&done")[0]}&act={act}";
}
