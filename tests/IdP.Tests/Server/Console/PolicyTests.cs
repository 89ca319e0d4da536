using System.Net;
using System.Text.Json;
using IdP.Testing;

namespace IdP.Tests.Server.Console;

/// <summary>Rules, drafts and the simulator, by API and console.</summary>
[TestFixtureSource(typeof(TestDatabase), nameof(TestDatabase.All))]
internal sealed class PolicyTests(TestDatabaseKind kind) : ConsoleFixture(kind)
{
    protected override IEnumerable<object> Apps => [App("payroll", "required"), App("wiki", "notRequired"), App("desk", "notRequired"), App("notes", "notRequired"), App("shop", "required"), App("till", "notRequired")];

    protected override IEnumerable<object> Others => [Enrolled("paula"), Person("peter"), Enrolled("grace"), Enrolled("luke")];

    [Test]
    public async Task Rules_are_set_by_API_and_the_next_sign_in_follows_them()
    {
        // The tests come from this machine, whose address is a loopback one.
        var set = await ApiAsync(ClientAdmin, HttpMethod.Patch, "/policies/client/desk", new { rules = new[] { new { networks = new[] { "127.0.0.0/8", "::1" }, identityVerification = "always", outside = false } } });
        Assert.That(set.Status, Is.EqualTo(HttpStatusCode.OK), $"{set}");
        Assert.That(set.Json.GetProperty("rules")[0].GetProperty("networks")[1].GetString(), Is.EqualTo("::1/128"));

        var journey = await Browser("paula").OpenAsync(AppOf("desk"));
        await journey.SignInAsync();
        Assert.That(journey.At, Is.EqualTo("/verify"));

        await ApiAsync(ClientAdmin, HttpMethod.Patch, "/policies/client/desk", new { rules = new[] { new { networks = new[] { "127.0.0.0/8", "::1" }, identityVerification = "always", outside = true } } });
        var (_, tokens) = await SignInAsync("paula", "desk");
        // What comes of it is judged with the address at which it was given, and only with that.
        var refreshed = await AppOf("desk").RefreshAsync(tokens.GetProperty("refresh_token").GetString()!);
        Assert.That(refreshed.Status, Is.EqualTo(HttpStatusCode.OK), $"{refreshed}");
        await ForgetAddressesAsync();
        var refused = await AppOf("desk").RefreshAsync(refreshed.JsonString("refresh_token")!);
        Assert.That(refused.Status, Is.EqualTo(HttpStatusCode.BadRequest), "An address that nobody knows matches no exception.");
    }

    [TestCase("""{"rules":[{"networks":["10.0.0.0/33"],"identityVerification":"always"}]}""", "rules[0]")]
    [TestCase("""{"rules":[{"identityVerification":"always"}]}""", "rules[0]")]
    [TestCase("""{"rules":[{"group":"a","identityVerification":"always"},{"group":"a","identityVerification":"required"}]}""", "rules[1]")]
    [TestCase("""{"rules":[{"group":"a","outside":true,"identityVerification":"always"}]}""", "rules[0]")]
    [TestCase("""{"reverifyAfterMinutes":-1}""", "reverifyAfterMinutes")]
    public async Task A_rule_that_cannot_be_is_answered_by_field(string body, string field)
    {
        var answer = await ApiAsync(Owner, HttpMethod.Patch, "/policies/client/wiki", body);

        AssertProblem(answer, HttpStatusCode.BadRequest, "invalid");
        Assert.That(answer.Json.GetProperty("errors").TryGetProperty(field, out _), Is.True, $"{answer}");
    }

    [Test]
    public async Task A_draft_asks_nobody_and_is_counted_until_it_is_made_the_policy()
    {
        var made = await ApiAsync(ClientAdmin, HttpMethod.Patch, "/policies/client/notes/draft", new { identityVerification = "required" });
        Assert.That(made.Status, Is.EqualTo(HttpStatusCode.OK), $"{made}");
        var (_, tokens) = await SignInAsync("paula", "notes");
        Assert.That(ClaimsOf(tokens.GetProperty("id_token").GetString()!).GetProperty("acr").GetString(), Is.EqualTo("pwd"));
        await SignInAsync("peter", "notes");

        var draft = (await ApiAsync(Auditor, HttpMethod.Get, "/policies/client/notes")).Json.GetProperty("draft");
        Assert.That(draft.GetProperty("people").GetInt32(), Is.EqualTo(2), $"{draft}");
        Assert.That(draft.GetProperty("wouldAsk").GetInt32(), Is.EqualTo(2));
        Assert.That(draft.GetProperty("asked").GetInt32(), Is.Zero);
        Assert.That(draft.GetProperty("newly").GetInt32(), Is.EqualTo(2));

        AssertProblem(await ApiAsync(HelpDesk, HttpMethod.Post, "/policies/client/notes/publish"), HttpStatusCode.Forbidden, "forbidden");
        var published = await ApiAsync(ClientAdmin, HttpMethod.Post, "/policies/client/notes/publish");
        Assert.That(published.JsonString("identityVerification"), Is.EqualTo("required"), $"{published}");
        Assert.That(published.Json.TryGetProperty("draft", out var gone) && gone.ValueKind != JsonValueKind.Null, Is.False);
        AssertProblem(await ApiAsync(ClientAdmin, HttpMethod.Post, "/policies/client/notes/publish"), HttpStatusCode.Conflict, "noDraft");
    }

    [TestCase("paula", "payroll", "", "verify", "otp")]
    [TestCase("paula", "wiki", "", "proceed", null)]
    [TestCase("peter", "payroll", "", "enroll", null)]
    [TestCase("paula", "payroll", "&session=verified&minutes=10", "proceed", null)]
    [TestCase("paula", "payroll", "&session=verified&minutes=500", "verify", "otp")]
    [TestCase("paula", "wiki", "&acr=mfa", "verify", "otp")]
    [TestCase("paula", "admin", "&session=password", "verify", "otp")]
    public async Task The_simulator_says_what_the_decision_says(string person, string resource, string more, string result, string? method)
    {
        var answer = await ApiAsync(HelpDesk, HttpMethod.Get, $"/simulate?person={person}&resource={resource}{more}");

        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.OK), $"{answer}");
        var play = answer.Json.GetProperty("play");
        Assert.That(play.GetProperty("result").GetString(), Is.EqualTo(result), $"{answer}");
        Assert.That(play.GetProperty("reasons").GetArrayLength(), Is.GreaterThan(1));
        if (method is not null) Assert.That(play.GetProperty("steps").EnumerateArray().First(s => s.GetProperty("kind").GetString() == result).GetProperty("methods")[0].GetString(), Is.EqualTo(method));
        Assert.That(play.GetProperty("steps").EnumerateArray().Last().GetProperty("kind").GetString(), Is.EqualTo("proceed"));
    }

    [Test]
    public async Task The_simulator_knows_a_remembered_browser_as_what_is_there_and_as_what_would_change_it()
    {
        await ApiAsync(ClientAdmin, HttpMethod.Patch, "/clients/shop", new { rememberBrowserDays = 30 });
        const string Question = "/simulate?person=paula&resource=shop&session=";

        var remembered = await ApiAsync(HelpDesk, HttpMethod.Get, Question + "remembered");
        var tooLong = await ApiAsync(HelpDesk, HttpMethod.Get, Question + $"remembered&minutes={30 * 24 * 60}");
        var password = await ApiAsync(HelpDesk, HttpMethod.Get, Question + "password");
        var nowhere = await ApiAsync(HelpDesk, HttpMethod.Get, "/simulate?person=paula&resource=payroll&session=remembered");
        var page = await (await ConsoleAsync(HelpDesk)).OpenAsync("admin/simulator?person=paula&resource=shop&session=remembered");

        Assert.That(Results(remembered), Is.EqualTo(("proceed", "notRemembered: verify", true)), $"{remembered}");
        Assert.That(remembered.Json.GetProperty("play").GetProperty("steps").EnumerateArray().Last().GetProperty("acr").GetString(), Is.EqualTo("pwd"), "It proves nothing.");
        Assert.That(Results(tooLong), Is.EqualTo(("verify", "", false)), $"{tooLong}");
        Assert.That(Results(password), Is.EqualTo(("verify", "remembered: proceed", false)), $"{password}");
        Assert.That(Results(nowhere), Is.EqualTo(("verify", "", false)), "The policy of Payroll remembers none.");
        Assert.That(page.Page.Body!.TextContent, Does.Contain("The browser is remembered.").And.Contain("In a browser that is not remembered:"));
    }

    private static (string? Result, string Variation, bool Remembered) Results(Exchange answer)
    {
        var play = answer.Json.GetProperty("play");
        var variation = answer.Json.GetProperty("variations").EnumerateArray().Select(v => $"{v.GetProperty("kind").GetString()}: {v.GetProperty("result").GetString()}").FirstOrDefault(v => v.Contains("emembered", StringComparison.Ordinal));
        return (play.GetProperty("result").GetString(), variation ?? "", play.GetProperty("reasons").EnumerateArray().Any(r => r.GetString() == "The browser is remembered."));
    }

    [Test]
    public async Task The_simulator_asks_with_the_groups_and_the_locks_of_the_person()
    {
        await ApiAsync(Owner, HttpMethod.Post, "/groups", new { name = "tills" });
        await ApiAsync(Owner, HttpMethod.Patch, "/users/grace", new { groups = new[] { "tills" } });
        await ApiAsync(Owner, HttpMethod.Patch, "/policies/client/till", new { rules = new[] { new { group = "tills", identityVerification = "always" } } });
        await ExecuteAsync("INSERT INTO attempt_counts (kind, owner, failures, last_at, locked_at) SELECT 'verification', id, 5, @p0, @p0 FROM users WHERE user_name = 'luke'", DateTimeOffset.UtcNow);

        foreach (var (person, resource, result) in new[] { ("grace", "till", "verify"), ("paula", "till", "proceed"), ("luke", "payroll", "locked") })
        {
            var answer = await ApiAsync(HelpDesk, HttpMethod.Get, $"/simulate?person={person}&resource={resource}");
            Assert.That(answer.Json.GetProperty("play").GetProperty("result").GetString(), Is.EqualTo(result), $"{answer}");
        }
    }

    [Test]
    public async Task The_simulator_says_what_would_change_the_result()
    {
        var answer = await ApiAsync(Owner, HttpMethod.Get, "/simulate?person=paula&resource=payroll");

        var variations = answer.Json.GetProperty("variations").EnumerateArray().Select(v => $"{v.GetProperty("kind").GetString()}: {v.GetProperty("result").GetString()}");
        Assert.That(variations, Does.Contain("verified: proceed"), $"{answer}");
        AssertProblem(await ApiAsync(Owner, HttpMethod.Get, "/simulate?person=nobody&resource=payroll"), HttpStatusCode.BadRequest, "invalid");
        AssertProblem(await ApiAsync(Owner, HttpMethod.Get, "/simulate?person=paula&resource=payroll&address=here"), HttpStatusCode.BadRequest, "invalid");
        AssertProblem(await ApiAsync(Owner, HttpMethod.Get, "/simulate?person=paula&resource=payroll&session=1"), HttpStatusCode.BadRequest, "invalid");
        foreach (var end in new[] { "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z" })
            AssertProblem(await ApiAsync(Owner, HttpMethod.Get, $"/simulate?person=paula&resource=payroll&session=remembered&at={end}"), HttpStatusCode.BadRequest, "invalid");
    }

    [Test]
    public async Task Rules_are_changed_in_a_draft_in_the_console_moved_and_made_live_after_what_gets_weaker_was_said()
    {
        var console = await ConsoleAsync(ClientAdmin);
        const string Address = "admin/policies/policy?id=wiki";
        var added = await console.SubmitAsync(await console.OpenAsync(Address), "[value=add]", ("networks", "10.1.2.3/8"), ("outside", "true"), ("mode", "Always"));
        Assert.That(added.Page.Body!.TextContent, Does.Contain("Everybody, outside the network 10.0.0.0/8: Everybody verifies; nobody may skip"), $"{added}");
        Assert.That(added.Page.Body!.TextContent, Does.Contain("In the last 7 days it would have asked 0 of 0 people."));
        var second = await console.SubmitAsync(added, "[value=add]", ("networks", "192.168.0.0/16"), ("outside", ""), ("mode", "NotRequired"));
        var moved = await console.SubmitAsync(second, "[value=up-1]");
        Assert.That(moved.Page.QuerySelector("form ol.list li")!.TextContent, Does.Contain("in the network 192.168.0.0/16"), $"{moved}");
        var wrong = await console.SubmitAsync(moved, "[value=add]", ("networks", "office"), ("outside", ""), ("mode", "NotRequired"));
        Assert.That(wrong.Status, Is.EqualTo(HttpStatusCode.BadRequest), $"{wrong}");
        Assert.That((await ApiAsync(Owner, HttpMethod.Get, "/policies/client/wiki")).Json.GetProperty("rules").GetArrayLength(), Is.Zero, "A draft is not in force.");

        var asked = await console.SubmitAsync(await console.OpenAsync(Address), "[value=look]");
        var live = await console.SubmitAsync(asked, "[value=publish]", ("reason", "office network"));
        Assert.That(live.Page.Body!.TextContent, Does.Contain("The draft is the policy now."), $"{live}");

        var fewer = await console.SubmitAsync(await console.OpenAsync(Address), "[value=remove-1]");
        var look = await console.SubmitAsync(fewer, "[value=look]");
        Assert.That(look.Page.Body!.TextContent, Does.Contain("wiki asks less.").And.Contain("People of no group elsewhere: notRequired instead of always."), $"{look}");
        await console.SubmitAsync(look, "[value=publish]", ("reason", "back"));
        await ApiAsync(Owner, HttpMethod.Patch, "/policies/client/wiki", new { rules = Array.Empty<object>() });
    }

    [Test]
    public async Task Who_may_not_see_people_plays_themselves_and_does_not_learn_who_there_is()
    {
        var other = await ApiAsync(ClientAdmin, HttpMethod.Get, "/simulate?person=paula&resource=payroll");
        var nobody = await ApiAsync(ClientAdmin, HttpMethod.Get, "/simulate?person=nobody&resource=payroll");
        var page = await (await ConsoleAsync(ClientAdmin)).OpenAsync("admin/simulator?person=paula&resource=payroll");

        AssertProblem(other, HttpStatusCode.Forbidden, "forbidden");
        Assert.That((nobody.Status, nobody.Body), Is.EqualTo((other.Status, other.Body)));
        Assert.That(page.Page.QuerySelector("#person-error")?.TextContent, Does.Contain("people:read"));
        Assert.That((await ApiAsync(ClientAdmin, HttpMethod.Get, $"/simulate?person={ClientAdmin}&resource=payroll")).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task The_simulator_in_the_console_shows_steps_rules_and_what_would_change_it()
    {
        var console = await ConsoleAsync(HelpDesk);

        var page = await console.OpenAsync("admin/simulator?person=paula&resource=payroll&at=2027-01-04T09:00&address=203.0.113.7&session=None&minutes=0");

        var said = page.Page.Body!.TextContent;
        Assert.That(said, Does.Contain("paula verifies their identity for payroll").And.Contain("payroll asks everybody to verify.").And.Contain("Verified lately (minutes at most: 480):"), $"{page}");
        Assert.That(page.Page.QuerySelectorAll("ol.trace li.hit"), Has.Length.EqualTo(2));
        Assert.That(said, Does.Contain("acr: mfa"));
        var wrong = await console.OpenAsync("admin/simulator?person=nobody&resource=nothing&address=x");
        Assert.That(wrong.Page.QuerySelectorAll(".err").Select(e => e.Id), Is.EqualTo(new[] { "person-error", "resource-error", "address-error" }), $"{wrong}");
        wrong = await console.OpenAsync("admin/simulator?person=nobody&resource=&at=soon&minutes=x");
        Assert.That(wrong.Page.QuerySelectorAll(".err").Select(e => e.Id), Is.EqualTo(new[] { "person-error", "resource-error", "at-error", "minutes-error" }), $"{wrong}");
        Assert.That((await console.OpenAsync("admin/simulator?person=nobody&resource=payroll")).Page.QuerySelector("#person-error"), Is.Not.Null);
    }

    [Test]
    public async Task The_simulator_says_the_name_that_people_know_and_networks_with_commas_between_them()
    {
        await ApiAsync(Owner, HttpMethod.Patch, "/users/grace", new { displayName = "Grace Hopper" });
        await ApiAsync(ClientAdmin, HttpMethod.Patch, "/policies/client/notes", new { rules = new[] { new { networks = new[] { "198.51.100.0/24", "203.0.113.0/24" }, identityVerification = "always" } } });

        var page = await (await ConsoleAsync(HelpDesk)).OpenAsync("admin/simulator?person=grace&resource=notes&address=203.0.113.7");

        Assert.That(page.Page.QuerySelector("#result")!.TextContent, Does.StartWith("Grace Hopper verifies"));
        Assert.That(page.Page.QuerySelector("ol.trace")!.TextContent, Does.Contain("198.51.100.0/24, 203.0.113.0/24"), $"{page}");
    }

    [Test]
    public async Task A_person_reads_why_they_were_asked()
    {
        var browser = Browser("paula");
        var journey = await browser.OpenAsync(AppOf("payroll"));
        await journey.SignInAsync();
        await journey.VerifyAsync();

        var activity = (await browser.OpenAsync("portal/activity")).Page.QuerySelectorAll("ol.trace").Select(trace => string.Join(" | ", trace.QuerySelectorAll("li").Select(li => li.TextContent)));

        Assert.That(activity, Does.Contain("payroll asks everybody to verify. | Identity verification is asked for. | By a code of an authenticator app."));
        Assert.That(activity, Does.Contain("payroll asks everybody to verify. | The identity was verified recently enough."));
    }

    [Test]
    public async Task The_command_line_sets_rules_and_simulates()
    {
        var set = await CommandAsync("policies", "set", "payroll", "--draft", "--rule", """{"group":"board","networks":["192.0.2.0/24"],"identityVerification":"always"}""");
        Assert.That(set, Does.Contain("group board inside 192.0.2.0/24: always"));
        Assert.That(await CommandAsync("policies", "show", "payroll"), Does.Contain("group board inside 192.0.2.0/24: always").And.Contain("0 of 0 people"));
        var simulated = JsonDocument.Parse(await CommandAsync("policies", "simulate", "paula", "payroll", "--draft", "--session", "password", "--json")).RootElement;
        Assert.That(simulated.GetProperty("play").GetProperty("result").GetString(), Is.EqualTo("verify"), $"{simulated}");
        Assert.That(simulated.GetProperty("isDraft").GetBoolean(), Is.True);
        await CommandAsync("policies", "drop-draft", "payroll");
        Assert.That((await ApiAsync(Owner, HttpMethod.Get, "/policies/client/payroll")).Json.GetProperty("draft").ValueKind, Is.EqualTo(JsonValueKind.Null));
    }

    private async Task ForgetAddressesAsync()
    {
        await using var database = Database.Open();
        await database.WriteAsync(s => s.ExecuteAsync("UPDATE authorizations SET address = NULL"));
    }
}
