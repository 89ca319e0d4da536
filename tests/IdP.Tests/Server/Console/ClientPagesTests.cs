using System.Net;
using IdP.Testing;

namespace IdP.Tests.Server.Console;

/// <summary>The console's pages about applications.</summary>
internal sealed class ClientPagesTests() : ConsoleFixture(TestDatabaseKind.Sqlite)
{
    protected override IEnumerable<object> Apps => [App("payroll", "required"), App("wiki", "notRequired"), App("board", "always"), App("gone", "required")];

    protected override IEnumerable<object> Others => [Person("paula"), Person("peter")];

    [TestCase("?q=pay", "payroll", "wiki")]
    [TestCase("?policy=guarded", "payroll", "wiki")]
    [TestCase("?policy=notRequired", "wiki", "payroll")]
    [TestCase("?type=Web", "payroll", null)]
    [TestCase("?type=Machine", null, "payroll")]
    public async Task The_list_is_searched_and_filtered(string query, string? has, string? hasNot)
    {
        var page = await (await ConsoleAsync(Auditor)).OpenAsync("admin/clients" + query);
        var ids = page.Page.QuerySelectorAll("tbody .mono").Select(e => e.TextContent).ToList();

        if (has is not null) Assert.That(ids, Does.Contain(has));
        if (hasNot is not null) Assert.That(ids, Does.Not.Contain(hasNot));
        Assert.That(page.Page.QuerySelector("a.go"), Is.Null, "An auditor registers nothing.");
    }

    [TestCase("Web", "https://new.example/cb", true)]
    [TestCase("SinglePage", "https://spa.example/", false)]
    [TestCase("Native", "com.example.app:/cb", false)]
    [TestCase("Machine", null, true)]
    [TestCase("Device", null, false)]
    public async Task A_client_is_registered_by_the_recipe_for_its_kind(string kind, string? redirectUri, bool hasSecret)
    {
        var console = await ConsoleAsync(ClientAdmin);
        var form = await console.OpenAsync("admin/clients/new?kind=" + kind);
        Assert.That(form.Page.QuerySelector("#redirectUris"), redirectUri is null ? Is.Null : Is.Not.Null);
        var id = "new-" + kind.ToLowerInvariant();
        List<(string, string)> values = [("clientId", id), ("displayName", "New <b>app</b>"), ("reason", "asked for")];
        if (redirectUri is not null) values.Add(("redirectUris", redirectUri));

        var added = await console.SubmitAsync(form, null, [.. values]);

        Assert.That(added.Page.QuerySelector("h1")!.TextContent, Is.EqualTo("New <b>app</b> is registered"), $"{added}");
        Assert.That(added.Page.QuerySelector("#client-secret"), hasSecret ? Is.Not.Null : Is.Null);
        Assert.That(added.Page.Body!.TextContent, Does.Contain("/.well-known/openid-configuration").And.Contain(id));
        var again = await console.OpenAsync("admin/clients/client?id=" + id);
        Assert.That(again.Page.QuerySelector("#client-secret"), Is.Null, "It is shown once.");
        Assert.That((await console.SubmitAsync(await console.OpenAsync("admin/clients/new?kind=" + kind), null, [.. values])).Status, Is.EqualTo(HttpStatusCode.Conflict));
    }

    [Test]
    public async Task Of_many_who_save_at_once_one_does_and_the_others_are_told()
    {
        var console = await ConsoleAsync(ClientAdmin);
        var form = await console.OpenAsync("admin/clients/client?id=wiki");

        var saved = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => console.SubmitAsync(form, null, ("description", $"Words {i}"), ("reason", "at once")))));

        Assert.That(saved.Count(s => s.Status == HttpStatusCode.Conflict), Is.EqualTo(7), string.Join('\n', saved.Select(s => s.Status)));
    }

    [Test]
    public async Task What_gets_weaker_is_said_with_its_people_before_it_is_saved()
    {
        var console = await ConsoleAsync(ClientAdmin);
        var form = await console.OpenAsync("admin/clients/client?id=payroll");
        Assert.That(form.Page.Body!.TextContent, Does.Contain("Everybody verifies, every 8 hours; inside the enrollment period people may skip."));

        var asked = await console.SubmitAsync(form, null, ("identityVerification", "NotRequired"), ("reason", "pilot is over"));

        Assert.That(asked.Page.Body!.TextContent, Does.Contain("payroll no longer asks anybody for identity verification.").And.Contain("6 people will no longer be asked."));
        Assert.That(await CommandAsync("clients", "show", "payroll"), Does.Contain("required"), "Nothing is saved yet.");
        var saved = await console.SubmitAsync(asked, "button[name=confirm]");
        Assert.That(saved.Page.Body!.TextContent, Does.Contain("The client was saved."), $"{saved}");
        Assert.That(await CommandAsync("clients", "show", "payroll"), Does.Contain("notRequired"));

        // What protects more is saved at once.
        var back = await console.SubmitAsync(await console.OpenAsync("admin/clients/client?id=payroll"), null, ("identityVerification", "Required"), ("reason", "back"));
        Assert.That(back.Page.Body!.TextContent, Does.Contain("The client was saved."), $"{back}");
    }

    [Test]
    public async Task A_value_that_cannot_be_is_said_at_its_field_and_a_change_of_somebody_else_is_not_overwritten()
    {
        var console = await ConsoleAsync(ClientAdmin);
        var form = await console.OpenAsync("admin/clients/client?id=wiki");

        var wrong = await console.SubmitAsync(form, null, ("redirectUris", "https://wiki.example/callback\nhttp://evil.example/"), ("reverifyAfterMinutes", "soon"), ("reason", "x"));
        Assert.That(wrong.Status, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(wrong.Page.QuerySelector("#redirectUris-error"), Is.Not.Null, $"{wrong}");
        Assert.That(wrong.Page.QuerySelector("#reverifyAfterMinutes-error"), Is.Not.Null);

        await CommandAsync("clients", "set", "wiki", "--description", "changed meanwhile");
        var stale = await console.SubmitAsync(form, null, ("displayName", "Mine"), ("reason", "x"));
        Assert.That(stale.Status, Is.EqualTo(HttpStatusCode.Conflict), $"{stale}");
    }

    [Test]
    public async Task A_secret_is_rotated_with_an_overlap_and_shown_once()
    {
        var console = await ConsoleAsync(ClientAdmin);

        var rotated = await console.SubmitAsync(await console.OpenAsync("admin/clients/secret?id=board"), null, ("overlap", "2"), ("reason", "yearly"));

        Assert.That(rotated.Page.QuerySelector("#client-secret")!.TextContent, Has.Length.EqualTo(43));
        Assert.That(rotated.Page.Body!.TextContent, Does.Contain("The old secret works until"));
        Assert.That(rotated.Header("Cache-Control"), Does.Contain("no-store"));
        Assert.That((await console.OpenAsync("admin/clients/client?id=board")).Page.Body!.TextContent, Does.Contain("works until"));
    }

    [Test]
    public async Task A_client_is_deleted_after_a_page_that_says_what_goes_with_it()
    {
        var console = await ConsoleAsync(ClientAdmin);
        var asked = await console.OpenAsync("admin/clients/remove?id=gone");
        Assert.That(asked.Page.QuerySelector("button.go")!.TextContent, Is.EqualTo("Delete gone"));

        var removed = await console.SubmitAsync(asked, null, ("reason", "not used"));

        Assert.That(removed.Page.Body!.TextContent, Does.Contain("The client was deleted."));
        Assert.That((await console.OpenAsync("admin/clients/client?id=gone")).Status, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [TestCase("redirect_uri=https%3A%2F%2Fpayroll.example%2Fcallback%2F", "They differ by a slash at the end.")]
    [TestCase("redirect_uri=https%3A%2F%2Fpayroll.example%2FCallback", "They differ by capital and small letters.")]
    [TestCase("redirect_uri=http%3A%2F%2Fpayroll.example%2Fcallback", "They differ by the scheme")]
    [TestCase("redirect_uri=https%3A%2F%2Fpayroll.example%3A8443%2Fcallback", "They differ by the port.")]
    [TestCase("redirect_uri=https%3A%2F%2Fpayroll.example%2Fcallback%3Fa%3Db", "They differ by what follows the question mark.")]
    [TestCase("client_id=payrol", "The client id is another one")]
    [TestCase("scope=openid%20admin", "A scope is missing, or the client may not ask for it")]
    [TestCase("code_challenge=", "PKCE is missing or wrong")]
    [TestCase("response_type=token", "The response type must be code")]
    [TestCase("prompt=none%20login", "The value of prompt is wrong")]
    [TestCase("nonce=", "A nonce is missing")]
    [TestCase("acr_values=gold", "A level in acr_values is not known here")]
    [TestCase("", "The server takes this")]
    public async Task The_connection_test_says_what_the_endpoint_says(string change, string expected)
    {
        var console = await ConsoleAsync(HelpDesk);
        var parameters = new Dictionary<string, string>
        {
            ["client_id"] = "payroll", ["redirect_uri"] = "https%3A%2F%2Fpayroll.example%2Fcallback", ["response_type"] = "code", ["scope"] = "openid", ["state"] = "s", ["nonce"] = "n",
            ["code_challenge"] = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", ["code_challenge_method"] = "S256",
        };
        if (change.Length > 0) parameters[change.Split('=')[0]] = change.Split('=')[1];
        var uri = new Uri(Server.Issuer, "connect/authorize?" + string.Join('&', parameters.Select(p => $"{p.Key}={p.Value}")));
        if (change == "code_challenge=") uri = new Uri(uri.ToString().Replace("&code_challenge_method=S256", "", StringComparison.Ordinal));

        var explained = await console.SubmitAsync(await console.OpenAsync("admin/clients/test?id=payroll"), null, ("request", uri.OriginalString));

        var said = explained.Page.Body!.TextContent;
        Assert.That(said, Does.Contain(expected), $"{explained}");
        Assert.That(explained.Page.QuerySelectorAll("h3").Count(h => h.TextContent.Contains("PKCE", StringComparison.Ordinal)), Is.LessThan(2), "One thing is said once.");
        using var agent = new UserAgent();
        var answer = await agent.GetAsync(uri);
        var error = answer.IsRedirect && answer.Location!.AbsolutePath != "/signin" || answer.Status == HttpStatusCode.BadRequest;
        Assert.That(said.Contains("The server refuses this", StringComparison.Ordinal), Is.EqualTo(error), $"The test and the endpoint disagree: {answer}");
    }

    [TestCase("https://payroll.example/callback", "The server takes this")]
    [TestCase("https://payroll.example/callback/", "They differ by a slash at the end.")]
    [TestCase("POST /connect/token\nAuthorization: Basic cGF5cm9sbDpzZWNyZXQ=\n\ngrant_type=refresh_token&refresh_token=x", "The server takes this")]
    [TestCase("curl -u payroll:secret -d grant_type=client_credentials", "The client is not registered for this grant type")]
    [TestCase("grant_type=refresh_token&client_id=payroll&client_secret=hush-hush-hush-hush", "The app authenticates in another way than it is registered for")]
    [TestCase("hello", "This is no request that is known here")]
    public async Task The_connection_test_reads_redirect_uris_and_token_requests_too(string pasted, string expected)
    {
        var console = await ConsoleAsync(HelpDesk);

        var explained = await console.SubmitAsync(await console.OpenAsync("admin/clients/test?id=payroll"), null, ("request", pasted));

        Assert.That(explained.Page.Body!.TextContent, Does.Contain(expected), $"{explained}");
        Assert.That(explained.ToString(), Does.Not.Contain("hush-hush"), "A secret is not shown again.");
    }

    [Test]
    public async Task Who_may_only_read_cannot_change()
    {
        var console = await ConsoleAsync(HelpDesk);
        var form = await console.OpenAsync("admin/clients/client?id=wiki");

        Assert.That(form.Page.QuerySelector("button.go"), Is.Null);
        using var sent = console.Submission(form, ("displayName", "Mine"), ("reason", "x"))();
        using var past = new UserAgent();
        Assert.That((await past.SendAsync(sent)).Status, Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That((await console.OpenAsync("admin/clients/new?kind=Web")).Status, Is.EqualTo(HttpStatusCode.Forbidden));
    }
}
