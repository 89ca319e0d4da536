using System.Net;
using System.Text.Json;
using IdP.Testing;

namespace IdP.Tests.Server.Console;

/// <summary>Nobody's change is overwritten or deleted unseen: by no operation that takes <c>If-Match</c>, and by no form of the console.</summary>
internal sealed class StaleChangeTests() : ConsoleFixture(TestDatabaseKind.Sqlite)
{
    private const string Policy = "/policies/client/notes";

    // What is deleted comes last.
    private static readonly (string Operation, string Thing, string Path, object? Body)[] Operations =
    [
        ("PATCH /users/{user}", "/users/kim", "/users/kim", new { locale = "de" }),
        ("PATCH /groups/{name}", "/groups/finance", "/groups/finance", new { claims = new { mine = true } }),
        ("PATCH /clients/{id}", "/clients/notes", "/clients/notes", new { displayName = "Mine" }),
        ("PATCH /policies/{kind}/{id}", Policy, Policy, new { identityVerification = "always" }),
        ("PATCH /policies/{kind}/{id}/draft", Policy, Policy + "/draft", new { identityVerification = "whenEnrolled" }),
        ("POST /policies/{kind}/{id}/publish", Policy, Policy + "/publish", null),
        ("DELETE /policies/{kind}/{id}/draft", Policy, Policy + "/draft", null),
        ("PATCH /settings", "/settings", "/settings", new { lockMinutes = 0, enrollmentDays = 3 }),
        ("PATCH /mail/templates/{kind}/{language}", "/mail/templates/E1/en", "/mail/templates/E1/en", new { text = "Mine: [Set it up]({link})" }),
        ("DELETE /mail/templates/{kind}/{language}", "/mail/templates/E1/en", "/mail/templates/E1/en", null),
        ("DELETE /users/{user}", "/users/kim", "/users/kim", null),
        ("DELETE /groups/{name}", "/groups/finance", "/groups/finance", null),
        ("DELETE /clients/{id}", "/clients/notes", "/clients/notes", null),
    ];

    private int theirs;

    protected override IEnumerable<object> Others => [Person("kim"), Person("lee")];

    protected override IEnumerable<object> Apps => [App("notes", "required"), App("wiki", "required")];

    [Test]
    public async Task No_operation_that_takes_If_Match_does_anything_for_who_saw_an_older_state()
    {
        await ApiAsync(Owner, HttpMethod.Post, "/groups", new { name = "finance" });
        var wrong = new List<string>();
        foreach (var (operation, thing, path, body) in Operations)
        {
            var method = new HttpMethod(operation.Split(' ')[0]);
            var seen = await ShownAsync(thing);
            await ChangeMeanwhileAsync(thing);
            var now = await ShownAsync(thing);

            var stale = await ApiAsync(Owner, method, path, body, seen.Header("ETag"));
            if (stale.Status != HttpStatusCode.PreconditionFailed || stale.JsonString("code") != "changedMeanwhile") wrong.Add($"{operation}: {stale}");
            else if ((await ShownAsync(thing)).Body != now.Body) wrong.Add($"{operation} changed something all the same.");
            // RFC 9110 §13.1.1: one of a list is enough.
            var fresh = await ApiAsync(Owner, method, path, body, $"{seen.Header("ETag")}, {now.Header("ETag")}");
            if ((int)fresh.Status is < 200 or > 299) wrong.Add($"{operation}, as it is now: {fresh}");
        }

        Assert.That(string.Join('\n', wrong), Is.Empty);
        Assert.That(Operations.Select(o => o.Operation), Is.EquivalentTo(await ConditionalAsync()), "every operation that takes it");
    }

    [Test]
    public async Task Words_that_somebody_took_away_meanwhile_are_another_state()
    {
        const string French = "/mail/templates/E2/fr";
        var words = new { subject = "Bientôt", text = "[Configurer]({link})" };
        var made = await ApiAsync(Owner, HttpMethod.Patch, French, words);
        await ApiAsync(Owner, HttpMethod.Delete, French);

        AssertProblem(await ApiAsync(Owner, HttpMethod.Patch, French, words, made.Header("ETag")), HttpStatusCode.PreconditionFailed, "changedMeanwhile");
        AssertProblem(await ApiAsync(Owner, HttpMethod.Delete, French, ifMatch: made.Header("ETag")), HttpStatusCode.PreconditionFailed, "changedMeanwhile");
    }

    [TestCase("people/{id}/edit", "/users/lee", null, "displayName=Mine")]
    [TestCase("groups/group?name=it", "/groups/it", null, "description=Mine")]
    [TestCase("groups/remove?name=it", "/groups/it", null, "")]
    [TestCase("clients/client?id=wiki", "/clients/wiki", null, "displayName=Mine")]
    [TestCase("clients/client?id=wiki", "/clients/wiki", null, "identityVerification=NotRequired", Description = "weaker, which would be confirmed first")]
    [TestCase("clients/remove?id=wiki", "/clients/wiki", null, "")]
    [TestCase("policies/policy?id=wiki", "/policies/client/wiki", "[value=save]", "reverifyAfterMinutes=9")]
    [TestCase("policies/policy?id=wiki", "/policies/client/wiki", "[value=add]", "networks=10.0.0.0/8")]
    [TestCase("policies/policy?id=wiki", "/policies/client/wiki", "[value=look]", "")]
    [TestCase("policies/policy?id=wiki", "/policies/client/wiki", "[value=drop]", "")]
    [TestCase("settings/group?name=enrollment", "/settings", null, "enrollmentDays=2")]
    [TestCase("settings/group?name=enrollment", "/settings", null, "enrollmentDays=300", Description = "weaker, which would be confirmed first")]
    [TestCase("mail/template?kind=E2&language=en", "/mail/templates/E2/en", null, "subject=Mine")]
    [TestCase("mail/reset?kind=E2&language=en", "/mail/templates/E2/en", null, "")]
    public async Task No_form_of_the_console_does_anything_for_who_saw_an_older_state(string page, string thing, string? button, string values)
    {
        await ApiAsync(Owner, HttpMethod.Post, "/groups", new { name = "it" });
        await ChangeMeanwhileAsync(thing);
        var console = await ConsoleAsync(Owner);
        var form = await console.OpenAsync("admin/" + page.Replace("{id}", (await ShownAsync("/users/lee")).JsonString("id"), StringComparison.Ordinal));
        await ChangeMeanwhileAsync(thing);
        var now = await ShownAsync(thing);

        // What changes nobody's sign-in yet, a draft, needs no reason.
        if (button is null) values += "&reason=an old tab";

        var stale = await console.SubmitAsync(form, button, [.. values.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(v => v.Split('=')).Select(v => (v[0], v[1]))]);

        Assert.That(stale.Status, Is.EqualTo(HttpStatusCode.Conflict), $"{stale}");
        Assert.That((await ShownAsync(thing)).Body, Is.EqualTo(now.Body));
    }

    [Test]
    public async Task What_was_looked_at_before_it_is_published_is_what_is_published()
    {
        await ChangeMeanwhileAsync("/policies/client/wiki");
        var console = await ConsoleAsync(ClientAdmin);
        var asked = await console.SubmitAsync(await console.OpenAsync("admin/policies/policy?id=wiki"), "[value=look]");
        await ChangeMeanwhileAsync("/policies/client/wiki");

        var stale = await console.SubmitAsync(asked, "[value=publish]", ("reason", "looked at another draft"));

        Assert.That(stale.Status, Is.EqualTo(HttpStatusCode.Conflict), $"{stale}");
        Assert.That((await ShownAsync("/policies/client/wiki")).Json.GetProperty("draft").ValueKind, Is.EqualTo(JsonValueKind.Object));
    }

    private Task<Exchange> ShownAsync(string thing) => ApiAsync(Owner, HttpMethod.Get, thing);

    // Somebody else changes it, each time to something else. Of a policy it is the draft, which is part of what one sees.
    private async Task ChangeMeanwhileAsync(string thing)
    {
        var number = ++theirs;
        object change = thing.Split('/')[1] switch
        {
            "users" => new { displayName = $"Theirs {number}" },
            "settings" => new { enrollmentDays = 20 + number },
            "policies" => new { reverifyAfterMinutes = 100 + number },
            "mail" => new { subject = $"Theirs {number}" },
            _ => new { description = $"Theirs {number}" },
        };
        var changed = await ApiAsync(Owner, HttpMethod.Patch, thing.StartsWith("/policies", StringComparison.Ordinal) ? thing + "/draft" : thing, change);
        Assert.That(changed.Status, Is.EqualTo(HttpStatusCode.OK), $"{changed}");
    }

    private async Task<IEnumerable<string>> ConditionalAsync() =>
        from path in (await DescriptionAsync()).Document.GetProperty("paths").EnumerateObject()
        from method in path.Value.EnumerateObject()
        where method.Value.TryGetProperty("parameters", out var parameters) && parameters.EnumerateArray().Any(p => p.TryGetProperty("name", out var name) && name.ValueEquals("If-Match"))
        select $"{method.Name.ToUpperInvariant()} {path.Name}";
}
