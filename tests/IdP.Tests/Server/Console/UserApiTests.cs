using System.Net;
using System.Text.Json;
using IdP.Testing;
using Patch = System.Collections.Generic.Dictionary<string, object?>;

namespace IdP.Tests.Server.Console;

/// <summary>People through the API: what can be done, and what cannot.</summary>
[TestFixtureSource(typeof(TestDatabase), nameof(TestDatabase.All))]
internal sealed class UserApiTests(TestDatabaseKind kind) : ConsoleFixture(kind)
{
    protected override IEnumerable<object> Others =>
        [Person("plain"), Person("raced"), Person("other"), Enrolled("enrolled"), Required("late"), Required("period"), Person("gone"), Person("lent"), Person("page-1"), Person("page-2"), Person("page-3")];

    [Test]
    public async Task A_person_is_added_shown_changed_and_removed()
    {
        var added = await ApiAsync(Owner, HttpMethod.Post, "/users",
            new { username = "Nora", email = "nora@example.com", displayName = "Nora Näf", password = "quiet-harbour-lantern-28", mustChangePassword = true, groups = new[] { "finance" } });
        Assert.That(added.Status, Is.EqualTo(HttpStatusCode.Created), $"{added}");
        Assert.That(added.Body, Does.Not.Contain("lantern").And.Not.Contain("ash\""));
        var path = added.Header("Location")!["/api/v1".Length..];

        var shown = await ApiAsync(HelpDesk, HttpMethod.Get, path);
        Assert.That(shown.Status, Is.EqualTo(HttpStatusCode.OK), $"{shown}");
        Assert.That(shown.Header("ETag"), Is.EqualTo(added.Header("ETag")));
        Assert.That(shown.Json.GetProperty("mustChangePassword").GetBoolean(), Is.True);
        Assert.That((await ApiAsync(HelpDesk, HttpMethod.Get, "/users/NORA@example.com")).JsonString("id"), Is.EqualTo(shown.JsonString("id")));

        var changed = await ApiAsync(Owner, HttpMethod.Patch, path, new { displayName = "Nora N.", reason = "married" }, shown.Header("ETag"));
        Assert.That(changed.Json.GetProperty("changes")[0].GetProperty("text").GetString(), Does.Contain("Nora N."), $"{changed}");
        Assert.That(changed.Json.GetProperty("user").GetProperty("email").GetString(), Is.EqualTo("nora@example.com"), "A missing field keeps its value.");
        Assert.That((await ApiAsync(Owner, HttpMethod.Patch, path, new { displayName = "Nora N." })).Json.GetProperty("changes").GetArrayLength(), Is.Zero);

        AssertProblem(await ApiAsync(Owner, HttpMethod.Delete, path, ifMatch: shown.Header("ETag")), HttpStatusCode.PreconditionFailed, "changedMeanwhile");
        Assert.That((await ApiAsync(Owner, HttpMethod.Delete, path + "?reason=left", ifMatch: changed.Header("ETag"))).Status, Is.EqualTo(HttpStatusCode.NoContent));
        AssertProblem(await ApiAsync(Owner, HttpMethod.Get, path), HttpStatusCode.NotFound, "notFound");
    }

    [Test]
    public async Task Of_ten_changes_at_once_with_one_etag_one_is_made()
    {
        var seen = (await ApiAsync(Owner, HttpMethod.Get, "/users/raced")).Header("ETag");

        var races = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => ApiAsync(Owner, HttpMethod.Patch, "/users/raced", new { displayName = $"Number {i}" }, seen)));

        Assert.That(races.Count(r => r.Status == HttpStatusCode.OK), Is.EqualTo(1), string.Join('\n', races.Select(r => r.ToString())));
        Assert.That(races.Count(r => r.JsonString("code") == "changedMeanwhile"), Is.EqualTo(9));
        Assert.That(await CountEventsAsync("raced", "user.changed"), Is.EqualTo(1));
    }

    [Test]
    public async Task A_list_is_read_part_by_part_searched_and_filtered()
    {
        List<string> names = [];
        for (string? next = ""; next is not null;)
        {
            var part = await ApiAsync(Auditor, HttpMethod.Get, $"/users?search=PAGE-&limit=2{(next.Length > 0 ? "&after=" + next : "")}");
            names.AddRange(part.Json.GetProperty("items").EnumerateArray().Select(u => u.GetProperty("username").GetString()!));
            next = part.JsonString("next") is { Length: > 0 } more ? more : null;
        }

        Assert.That(names, Is.EqualTo(["page-1", "page-2", "page-3"]));
        var active = await ApiAsync(Auditor, HttpMethod.Get, "/users?state=active&search=enrolled");
        Assert.That(active.Json.GetProperty("items").EnumerateArray().Single().GetProperty("id").GetString(), Is.Not.Empty, $"{active}");
        foreach (var wrong in new[] { "limit=0", "limit=201", "limit=x", "state=nope", "limit=1&limit=2", "search=%00" })
            AssertProblem(await ApiAsync(Auditor, HttpMethod.Get, "/users?" + wrong), HttpStatusCode.BadRequest, "invalid");
    }

    [Test]
    public async Task Each_act_is_done_and_says_what_it_did_or_why_not()
    {
        var required = await ActAsync("plain", "require", new { days = 3 });
        Assert.That(required.Json.GetProperty("user").GetProperty("state").GetString(), Is.EqualTo("period"), $"{required}");
        AssertProblem(await ActAsync("plain", "require"), HttpStatusCode.Conflict, "alreadyRequired");
        Assert.That((await ActAsync("plain", "extend", new { days = 9 })).Json.GetProperty("user").GetProperty("daysLeft").GetInt32(), Is.EqualTo(9));
        AssertProblem(await ActAsync("plain", "extend", new { days = 2 }), HttpStatusCode.Conflict, "notLonger");
        AssertProblem(await ActAsync("plain", "unlock"), HttpStatusCode.Conflict, "notLocked");
        Assert.That((await ActAsync("plain", "enrollment-pass", new { hours = 1 })).JsonString("pass"), Is.Not.Empty);
        Assert.That((await ActAsync("plain", "lift", by: Owner)).JsonString("outcome"), Is.EqualTo("lifted"));
        AssertProblem(await ActAsync("plain", "lift", by: Owner), HttpStatusCode.Conflict, "notRequired");

        await LetTheDeadlinePassAsync("late");
        AssertProblem(await ActAsync("late", "extend", new { days = 9 }), HttpStatusCode.Conflict, "periodOver");
        AssertProblem(await ActAsync("late", "unlock"), HttpStatusCode.Conflict, "sayHowToGoOn");
        Assert.That((await ActAsync("late", "unlock", new { atNextSignIn = true })).Json.GetProperty("ended")[0].GetString(), Is.EqualTo("enrollmentExpired"));

        AssertProblem(await ActAsync("enrolled", "enrollment-pass"), HttpStatusCode.Conflict, "enrolled");
        Assert.That((await ActAsync("enrolled", "reset", new { reason = "a lost phone" })).Json.GetProperty("removedAuthenticators").GetInt32(), Is.EqualTo(1));
        AssertProblem(await ActAsync("other", "reset"), HttpStatusCode.Conflict, "nothingToReset");

        Assert.That((await ActAsync("gone", "disable")).JsonString("outcome"), Is.EqualTo("disabled"));
        AssertProblem(await ActAsync("gone", "disable"), HttpStatusCode.Conflict, "alreadyDisabled");
        Assert.That((await ActAsync("gone", "enable")).Json.GetProperty("user").GetProperty("disabled").GetBoolean(), Is.False);
        Assert.That((await ActAsync("gone", "end-sessions")).Json.GetProperty("endedSessions").GetInt32(), Is.Zero);
        Assert.That((await ActAsync("gone", "password", new { password = "quiet-harbour-lantern-29", mustChange = true }, Owner)).JsonString("outcome"), Is.EqualTo("passwordSet"));
    }

    [TestCase("extend", """{"days":0}""", "days")]
    [TestCase("extend", "{}", "days")]
    [TestCase("unlock", """{"days":1,"atNextSignIn":true}""", "atNextSignIn")]
    [TestCase("reset", """{"password":"quiet-harbour-lantern-30"}""", "password")]
    [TestCase("password", """{"password":"short"}""", "password")]
    [TestCase("enrollment-pass", """{"hours":169}""", "hours")]
    [TestCase("require", """{"dayz":1}""", "dayz")]
    public async Task An_act_with_a_field_that_cannot_be_used_is_not_done(string act, string body, string field)
    {
        var answer = await ActAsync("other", act, body, Owner);

        AssertProblem(answer, HttpStatusCode.BadRequest, "invalid");
        Assert.That(answer.Json.GetProperty("errors").TryGetProperty(field, out _), Is.True, $"{answer}");
    }

    // Neither what is the server's own nor what only the declarative document knows.
    [TestCase("id", "x")]
    [TestCase("passwordHash", "x")]
    [TestCase("credentialGeneration", 7)]
    [TestCase("normalizedUserName", "OLGA")]
    [TestCase("createdAt", "2020-01-01T00:00:00Z")]
    [TestCase("disabledAt", "2020-01-01T00:00:00Z")]
    [TestCase("state", "active")]
    [TestCase("totpSecret", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [TestCase("Roles", new[] { "owner" })]
    [TestCase("ETag", "x")]
    public async Task What_is_no_field_is_assigned_by_nobody(string field, object value)
    {
        foreach (var (method, path, known) in new[] { (HttpMethod.Post, "/users", "username"), (HttpMethod.Patch, "/users/other", "displayName") })
        {
            var answer = await ApiAsync(Owner, method, path, new Patch { [known] = "somebody", [field] = value });

            AssertProblem(answer, HttpStatusCode.BadRequest, "invalid");
            Assert.That(answer.Json.GetProperty("errors").TryGetProperty(field, out _), Is.True, $"{answer}");
        }
    }

    [Test]
    public async Task Nobody_climbs()
    {
        foreach (var lesser in new[] { Auditor, HelpDesk, ClientAdmin })
        {
            AssertProblem(await ApiAsync(lesser, HttpMethod.Post, "/users", new { username = "mallory", roles = new[] { "owner" } }), HttpStatusCode.Forbidden, "forbidden");
            AssertProblem(await ApiAsync(lesser, HttpMethod.Patch, "/users/" + lesser, new { roles = new[] { "owner" } }), HttpStatusCode.Forbidden, "forbidden");
            AssertProblem(await ApiAsync(lesser, HttpMethod.Patch, "/users/other", new { groups = new[] { "finance" } }), HttpStatusCode.Forbidden, "forbidden");
            AssertProblem(await ApiAsync(lesser, HttpMethod.Post, "/users/other/password", new { password = "quiet-harbour-lantern-31" }), HttpStatusCode.Forbidden, "forbidden");
        }

        // A password that the help desk chooses would open the account.
        AssertProblem(await ActAsync("other", "reset", new { compromised = true, password = "quiet-harbour-lantern-31" }), HttpStatusCode.Forbidden, "forbidden");
        foreach (var act in new[] { "require", "extend", "unlock", "reset", "disable", "enable", "end-sessions", "enrollment-pass" })
            AssertProblem(await ActAsync(Auditor, act, act == "extend" ? new { days = 9 } : null), HttpStatusCode.Forbidden, "forbidden");

        // Rights to write people, without the one for roles.
        var writer = await TokenAsync(Owner, "people:read", "people:write");
        AssertProblem(await ApiWithAsync(writer, HttpMethod.Post, "/users", new { username = "mallory", roles = new[] { "auditor" } }), HttpStatusCode.Forbidden, "forbidden");
        AssertProblem(await ApiWithAsync(writer, HttpMethod.Patch, "/users/" + HelpDesk, new { displayName = "x" }), HttpStatusCode.Forbidden, "forbidden");
        AssertProblem(await ApiWithAsync(writer, HttpMethod.Delete, "/users/" + Auditor), HttpStatusCode.Forbidden, "forbidden");

        AssertProblem(await ApiAsync(Owner, HttpMethod.Patch, "/users/" + Owner, new { roles = Array.Empty<string>() }), HttpStatusCode.Conflict, "lastOwner");
        AssertProblem(await ApiAsync(Owner, HttpMethod.Delete, "/users/" + Owner), HttpStatusCode.Conflict, "lastOwner");
        AssertProblem(await ApiAsync(Owner, HttpMethod.Post, $"/users/{Owner}/disable"), HttpStatusCode.Conflict, "lastOwner");
    }

    [Test]
    public async Task A_token_loses_what_its_owner_loses()
    {
        await ApiAsync(Owner, HttpMethod.Patch, "/users/lent", new { roles = new[] { "helpDesk", "auditor" } });
        var token = await TokenAsync("lent", "people:read", "people:support", "audit:read");
        Assert.That((await ApiWithAsync(token, HttpMethod.Post, "/users/period/extend", new { days = 30 })).Status, Is.EqualTo(HttpStatusCode.OK));

        await ApiAsync(Owner, HttpMethod.Patch, "/users/lent", new { roles = new[] { "auditor" } });
        AssertProblem(await ApiWithAsync(token, HttpMethod.Post, "/users/period/extend", new { days = 40 }), HttpStatusCode.Forbidden, "forbidden");
        Assert.That((await ApiWithAsync(token, HttpMethod.Get, "/users/period")).Status, Is.EqualTo(HttpStatusCode.OK));

        await ApiAsync(Owner, HttpMethod.Patch, "/users/lent", new { roles = Array.Empty<string>() });
        Assert.That((await ApiWithAsync(token, HttpMethod.Get, "/users/period")).Status, Is.EqualTo(HttpStatusCode.Forbidden).Or.EqualTo(HttpStatusCode.Unauthorized));
    }

    [Test]
    public async Task What_a_token_may_not_read_it_is_not_shown_in_the_answer_to_a_change()
    {
        var support = await TokenAsync(Owner, "people:support");

        var answer = await ApiWithAsync(support, HttpMethod.Post, "/users/other/end-sessions");

        Assert.That(answer.Json.GetProperty("user").ValueKind, Is.EqualTo(JsonValueKind.Null), $"{answer}");
        AssertProblem(await ApiWithAsync(support, HttpMethod.Post, "/users/other/end-sessions", ifMatch: "\"x\""), HttpStatusCode.BadRequest, "invalid");
    }

    private Task<Exchange> ActAsync(string person, string act, object? body = null, string by = HelpDesk) => ApiAsync(by, HttpMethod.Post, $"/users/{person}/{act}", body);
}
