using System.Net;
using IdP.Testing;

namespace IdP.Tests.Server.Console;

/// <summary>The console's frame and its pages about groups.</summary>
internal sealed class GroupPagesTests() : ConsoleFixture(TestDatabaseKind.Sqlite)
{
    [Test]
    public async Task Wherever_a_group_is_typed_the_registered_ones_are_offered()
    {
        await ApiAsync(Owner, HttpMethod.Post, "/groups", new { name = "offered" });
        var campaign = (await ApiAsync(Owner, HttpMethod.Post, "/campaigns", new { name = "Offer", days = 3, users = new[] { Auditor } })).Json.GetProperty("campaign").GetProperty("id").GetString();
        var console = await ConsoleAsync(Owner);

        foreach (var path in new[] { "people", "people/add", "campaigns/start", $"campaigns/act?act=add&id={campaign}" })
        {
            var page = (await console.OpenAsync("admin/" + path)).Page;
            var list = page.QuerySelector("[name=group], [name=groups]")!.GetAttribute("list");
            Assert.That(page.QuerySelectorAll($"datalist[id='{list}'] option").Select(o => o.GetAttribute("value")), Does.Contain("offered"), path);
        }
    }

    [Test]
    public async Task A_group_is_registered_and_changed_in_the_console()
    {
        var console = await ConsoleAsync(Owner);
        var form = await console.OpenAsync("admin/groups/group");

        var empty = await console.SubmitAsync(form, null, ("name", "it"), ("description", "IT & <b>co</b>"), ("claims", "{oops"), ("reason", "new"));
        Assert.That(empty.Status, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(empty.Page.QuerySelector("#description")!.GetAttribute("value"), Is.EqualTo("IT & <b>co</b>"), "What was typed stays.");

        var added = await console.SubmitAsync(empty, null, ("claims", """{"department":"it"}"""), ("reason", "new"));
        Assert.That(added.Uri.AbsolutePath, Is.EqualTo("/admin/groups"), $"{added}");
        Assert.That(added.Page.Body!.TextContent, Does.Contain("The group was registered.").And.Contain("IT & <b>co</b>"));

        var without = await console.SubmitAsync(await console.OpenAsync("admin/groups/group?name=it"), null, ("description", "x"), ("reason", ""));
        Assert.That(without.Page.Body!.TextContent, Does.Contain("Say why"));

        var confirm = await console.OpenAsync((await console.OpenAsync("admin/groups/group?name=it")).Page.QuerySelector("main a[href*='/admin/groups/remove']")!.GetAttribute("href")!);
        Assert.That(confirm.Page.Body!.TextContent, Does.Contain("Remove the group it?"));
        await ApiAsync(Owner, HttpMethod.Patch, "/groups/it", new { description = "changed meanwhile" });
        var stale = await console.SubmitAsync(confirm, null, ("reason", "gone"));
        Assert.That(stale.Status, Is.EqualTo(HttpStatusCode.Conflict), "A newer state is not deleted unseen.");
        var removed = await console.SubmitAsync(stale, null, ("reason", "gone"));
        Assert.That(removed.Page.Body!.TextContent, Does.Contain("The group was removed."));
    }

    [Test]
    public async Task What_is_wrong_is_said_in_the_language_of_the_page_and_in_English_to_programs()
    {
        var console = await ConsoleAsync(Owner);
        var form = await console.OpenAsync("admin/groups/group?ui_locales=de");

        var wrong = await console.SubmitAsync(form, null, ("name", "it\u0007"), ("description", new string('x', 257)), ("claims", """{"sub":"me"}"""), ("reason", new string('x', 501)));
        var program = await ApiAsync(Owner, HttpMethod.Post, "/groups", new { name = "", reason = "new" });

        Assert.That(wrong.Status, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(wrong.Page.QuerySelectorAll(".err").Select(e => e.TextContent.Trim()), Is.EquivalentTo(new[]
        {
            "Eine Gruppe ist ein Name mit 1 bis 128 Zeichen ohne Steuerzeichen.", "Die Beschreibung hat höchstens 256 Zeichen und keine Steuerzeichen.",
            "Der Claim sub kann nicht vergeben werden: Er gehört dem Protokoll.", "Eine Begründung hat höchstens 500 Zeichen.",
        }), $"{wrong}");
        Assert.That(program.Body, Does.Contain("A group is a name of 1 to 128 characters"));
        await console.OpenAsync("admin/groups?ui_locales=en");
    }

    [Test]
    public async Task A_change_asks_for_a_verification_of_the_last_quarter_of_an_hour_and_keeps_what_was_typed()
    {
        var console = await ConsoleAsync(Owner);
        var form = await console.OpenAsync("admin/groups/group");
        await LetTimePassAsync(Owner, TimeSpan.FromMinutes(16));
        try
        {
            var refused = await console.SubmitAsync(form, null, ("name", "late"), ("reason", "new"));

            Assert.That(refused.Status, Is.EqualTo(HttpStatusCode.Forbidden));
            Assert.That(refused.Page.Body!.TextContent, Does.Contain("Verify your identity first"));
            Assert.That(refused.Page.QuerySelector("#group-name")!.GetAttribute("value"), Is.EqualTo("late"));
            Assert.That((await ApiAsync(Owner, HttpMethod.Get, "/groups/late")).Status, Is.EqualTo(HttpStatusCode.NotFound));
            var link = refused.Page.QuerySelector("a[target=_blank]")!.GetAttribute("href")!;
            var verified = await console.VerifyAsync(await console.OpenAsync(link));
            Assert.That(verified.Uri.AbsolutePath, Is.EqualTo("/admin/verified"));
            Assert.That((await console.SubmitAsync(refused, null, ("reason", "new"))).Uri.AbsolutePath, Is.EqualTo("/admin/groups"));
        }
        finally
        {
            await LetTimePassAsync(Owner, TimeSpan.FromMinutes(-16));
        }
    }

    [Test]
    public async Task Without_a_token_in_the_configuration_there_are_no_figures()
    {
        using var agent = new UserAgent();

        Assert.That((await agent.GetAsync(new Uri(Server.Issuer, "metrics"))).Status, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public async Task Who_may_only_read_is_offered_nothing_and_refused_everything()
    {
        var console = await ConsoleAsync(HelpDesk);
        var list = await console.OpenAsync("admin/groups");
        Assert.That(list.Page.Body!.TextContent, Does.Not.Contain("Add group"));

        Assert.That((await console.OpenAsync("admin/groups/group")).Status, Is.EqualTo(HttpStatusCode.NotFound));
    }
}
