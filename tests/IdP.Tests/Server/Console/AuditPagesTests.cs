using System.Net;
using System.Text.Json;
using IdP.Storage.Audit;
using IdP.Testing;

namespace IdP.Tests.Server.Console;

/// <summary>The audit log in the console, by the API and by the command line.</summary>
internal sealed class AuditPagesTests() : ConsoleFixture(TestDatabaseKind.Sqlite)
{
    private const string Hostile = "<script>alert(1)</script>\u202eevil\u001b[31m";

    [Test]
    public async Task An_auditor_and_an_owner_see_it_and_nobody_else([Values(Owner, Auditor, HelpDesk, ClientAdmin)] string admin)
    {
        var may = admin is Owner or Auditor;
        var console = await ConsoleAsync(admin);
        foreach (var path in new[] { "admin/audit", "admin/audit/export?format=csv" })
            Assert.That((await console.OpenAsync(path)).Status, Is.EqualTo(may ? HttpStatusCode.OK : HttpStatusCode.Forbidden), path);
        foreach (var path in new[] { "/audit", "/audit/export?format=jsonl", "/audit/verify" })
            Assert.That((await ApiAsync(admin, HttpMethod.Get, path)).Status, Is.EqualTo(may ? HttpStatusCode.OK : HttpStatusCode.Forbidden), path);
        Assert.That((await console.OpenAsync("admin")).Page.QuerySelector("a[href$='/admin/audit']"), may ? Is.Not.Null : Is.Null);
    }

    [Test]
    public async Task The_page_filters_and_its_links_export_the_same()
    {
        var console = await ConsoleAsync(Auditor);

        var page = await console.OpenAsync($"admin/audit?person={Auditor}&event=verification.*&outcome=success");

        var rows = page.Page.QuerySelectorAll("tbody tr");
        Assert.That(rows, Is.Not.Empty);
        Assert.That(rows.Select(r => r.TextContent), Is.All.Contain("verification.").And.All.Contain(Auditor));
        var file = await console.OpenAsync(page.Page.QuerySelector("a[href*='format=jsonl']")!.GetAttribute("href")!);
        Assert.That(file.Body.TrimEnd().Split('\n').Select(l => JsonDocument.Parse(l).RootElement.GetProperty("username").GetString()), Is.All.EqualTo(Auditor));
        Assert.That(file.Body.TrimEnd().Split('\n'), Has.Length.EqualTo(rows.Length));
        Assert.That((file.Header("Content-Type"), file.Header("Content-Disposition")), Is.EqualTo(("application/jsonl", file.Header("Content-Disposition"))));
        Assert.That(file.Header("Content-Disposition"), Does.StartWith("attachment; filename=audit-").And.Contain(".jsonl"));

        var wrong = await console.OpenAsync("admin/audit?event=nothing&from=soon");
        Assert.That((wrong.Status, wrong.Page.QuerySelector("#event")!.GetAttribute("aria-invalid"), wrong.Page.QuerySelector("#from")!.GetAttribute("aria-invalid")), Is.EqualTo((HttpStatusCode.BadRequest, "true", "true")));
        Assert.That((await console.OpenAsync("admin/audit/export?format=xml")).Status, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public async Task The_field_for_an_event_offers_every_event_and_says_what_a_star_does()
    {
        var page = (await (await ConsoleAsync(Auditor)).OpenAsync("admin/audit")).Page;

        var field = page.QuerySelector("#event")!;
        Assert.That(page.QuerySelectorAll($"datalist[id='{field.GetAttribute("list")}'] option").Select(o => o.GetAttribute("value")), Is.EqualTo(AuditEvents.All));
        Assert.That(page.QuerySelector($"[id='{field.GetAttribute("aria-describedby")}']")?.TextContent, Is.EqualTo("enrollment.* finds all that begin so."));
    }

    [Test]
    public async Task A_person_and_an_application_lead_to_their_rows_and_rows_lead_to_what_is_still_there()
    {
        foreach (var id in new[] { "linked", "gone" }) await ApiAsync(Owner, HttpMethod.Post, "/clients", new { clientId = id, redirectUris = new[] { "https://linked.example/callback" } });
        await ApiAsync(Owner, HttpMethod.Delete, "/clients/gone");
        var (console, olga) = (await ConsoleAsync(Auditor), (await ApiAsync(Owner, HttpMethod.Get, $"/users/{Owner}")).JsonString("id")!);
        await ConsoleAsync(Owner);

        var ofPerson = await console.OpenAsync(ToAudit(await console.OpenAsync($"admin/people/{olga}"))!);
        var ofClient = await console.OpenAsync(ToAudit(await console.OpenAsync("admin/clients/client?id=linked"))!);
        var ofGone = await console.OpenAsync("admin/audit?resource=client:gone");

        Assert.That(ofPerson.Page.QuerySelectorAll("tbody td:last-child").Select(c => c.TextContent), Is.Not.Empty.And.All.Contains(Owner));
        Assert.That(ofPerson.Page.QuerySelectorAll($"tbody td:nth-child(3) a[href$='/admin/people/{olga}']"), Is.Not.Empty, "who did it");
        Assert.That(ofClient.Page.QuerySelectorAll("tbody td:last-child a").Select(a => a.GetAttribute("href")), Is.Not.Empty.And.All.EndsWith("/admin/clients/client?id=linked"));
        Assert.That((ofGone.Page.QuerySelectorAll("tbody tr").Length > 1, ofGone.Page.QuerySelectorAll("tbody td:last-child a").Length), Is.EqualTo((true, 0)), "What is gone has no page.");
        Assert.That(ToAudit(await (await ConsoleAsync(HelpDesk)).OpenAsync($"admin/people/{olga}")), Is.Null, "Whoever may not read it is not sent there.");
    }

    private static string? ToAudit(Exchange page) => page.Page.QuerySelector("main a[href*='/admin/audit?']")?.GetAttribute("href");

    [Test]
    public async Task The_API_lists_part_by_part_and_refuses_what_it_does_not_know()
    {
        var first = await ApiAsync(Auditor, HttpMethod.Get, "/audit?limit=2&event=api_token.*");
        var next = await ApiAsync(Auditor, HttpMethod.Get, $"/audit?limit=2&event=api_token.*&after={first.JsonString("next")}");

        long[] ids = [.. new[] { first, next }.SelectMany(page => page.Json.GetProperty("items").EnumerateArray()).Select(row => row.GetProperty("id").GetInt64())];
        Assert.That(ids, Has.Length.GreaterThan(2).And.Ordered.Descending);
        foreach (var (query, field) in new[] { ("evnt=x", "evnt"), ("event=x", "event"), ("after=x", "after"), ("limit=0", "limit"), ("outcome=success&outcome=denied", "outcome"), ("from=1", "from") })
        {
            var refused = await ApiAsync(Auditor, HttpMethod.Get, "/audit?" + query);
            AssertProblem(refused, HttpStatusCode.BadRequest, "invalid");
            Assert.That(refused.Json.GetProperty("errors").TryGetProperty(field, out _), Is.True, $"{query}: {refused}");
        }

        AssertProblem(await ApiAsync(Auditor, HttpMethod.Get, "/audit/export?format=xml"), HttpStatusCode.BadRequest, "invalid");
    }

    [Test]
    public async Task The_command_line_lists_and_exports()
    {
        var listed = JsonDocument.Parse(await CommandAsync("audit", "list", "--event", "api_token.created", "--limit", "1", "--json")).RootElement;
        Assert.That((listed.GetProperty("rows").GetArrayLength(), listed.GetProperty("rows")[0].GetProperty("event").GetString()), Is.EqualTo((1, "api_token.created")));
        Assert.That(await CommandAsync("audit", "list", "--person", Owner), Does.Contain(Owner).And.Contain("UTC"));
        Assert.That((await CommandAsync("audit", "export", "--format", "csv", "--outcome", "success")).Split("\r\n"), Has.Length.GreaterThan(3).And.ItemAt(0).StartsWith("\"id\""));
        var file = Path.Combine(Server.Folder, "audit.jsonl");
        Assert.That(await CommandAsync("audit", "export", "--output", file), Does.Contain("rows were written"));
        Assert.That((await Server.CommandAsync("audit", "export", "--output", file)).ExitCode, Is.EqualTo(1), "It overwrites nothing.");
    }

    [Test]
    public async Task What_came_from_outside_is_shown_and_does_nothing_and_what_was_forged_is_named_everywhere()
    {
        var console = await ConsoleAsync(Auditor);
        var whole = await console.SubmitAsync(await console.OpenAsync("admin/audit"), "main form[method=post] button");
        Assert.That(whole.Page.QuerySelector(".note.ok")!.TextContent, Does.Contain("none is missing"), $"{whole}");
        var kept = Path.Combine(Server.Folder, "checkpoint.json");
        await File.WriteAllTextAsync(kept, await CommandAsync("audit", "checkpoint"));
        Assert.That(await CommandAsync("audit", "verify", "--checkpoint", kept), Does.Contain("are as they were written, and none is missing"));

        // Through a door that has no key: so it is forged, too.
        await using (var database = Database.Open())
        {
            await database.WriteAsync(async s =>
            {
                await s.AuditAsync(new AuditEvent { At = DateTimeOffset.UtcNow, Event = AuditEvents.SignedOut, Actor = Hostile, UserId = Hostile, Resource = Hostile, Outcome = "success", Reason = Hostile, Address = Hostile, UserAgent = Hostile, Reference = "XX-EVIL-22" });
                return true;
            });
        }

        var page = await console.OpenAsync("admin/audit?reference=xx-evil-22");
        Assert.That(page.Page.QuerySelectorAll("tbody tr"), Has.Length.EqualTo(1));
        Assert.That(page.Page.QuerySelectorAll("main script"), Is.Empty);
        Assert.That(page.Page.QuerySelector("tbody tr")!.TextContent, Does.Contain(@"<script>alert(1)</script>\u202eevil\u001b[31m"));
        Assert.That(page.Body.Where(c => c is '\u202e' or '\u001b'), Is.Empty);

        var forged = await console.SubmitAsync(page, "main form[method=post] button");
        Assert.That(forged.Page.QuerySelector(".note.bad")!.TextContent, Does.Match(@"Row \d+ was inserted"), $"{forged}");
        Assert.That((await ApiAsync(Auditor, HttpMethod.Get, "/audit/verify")).Json.GetProperty("faults")[0].GetProperty("kind").GetString(), Is.EqualTo("rowInserted"));
        var verified = await Server.CommandAsync("audit", "verify", "--json");
        Assert.That((verified.ExitCode, JsonDocument.Parse(verified.Output).RootElement.GetProperty("intact").GetBoolean()), Is.EqualTo((1, false)));
        Assert.That(verified.Error, Does.Match(@"Row \d+ was inserted"));
        await Eventually.TrueAsync(
            async () => (await ApiAsync(Auditor, HttpMethod.Get, "/audit?event=audit.damaged")).Json.GetProperty("items").GetArrayLength() > 0, () => "the server notices by itself");
        // Other tests find a whole log.
        await ExecuteAsync("DELETE FROM audit_events WHERE reference = 'XX-EVIL-22'");
    }
}
