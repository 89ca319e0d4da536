using System.Net;
using IdP.Testing;

namespace IdP.Tests.Server.Console;

/// <summary>Pages that more people see than may change them: who sends the form of one who may, is refused, and nothing is done.</summary>
internal sealed class SentByReaderTests() : ConsoleFixture(TestDatabaseKind.Sqlite)
{
    private const string FormToken = "__RequestVerificationToken";

    protected override IEnumerable<object> Others => [Person("plain"), Required("asked"), WithRole(Person("adele"), "auditor")];

    protected override IEnumerable<object> Apps => [App("notes", "required")];

    protected override IReadOnlyDictionary<string, string>? Configuration => new Dictionary<string, string>
    {
        // Nobody listens there: a mail is written, and that is all.
        ["IdP__Mail__Host"] = "127.0.0.1", ["IdP__Mail__Port"] = $"{FreePort.Find()}", ["IdP__Mail__UseTls"] = "false", ["IdP__Mail__From"] = "id@larkfield.example",
    };

    [TestCase(Auditor, "clients/client?id=notes", null, "displayName=Sent", "/clients/notes")]
    [TestCase(Auditor, "clients/client?id=notes", null, "displayName=Sent&confirm=true", "/clients/notes", Description = "past the look at what gets weaker")]
    [TestCase(HelpDesk, "clients/remove?id=notes", null, "", "/clients/notes")]
    [TestCase(HelpDesk, "clients/secret?id=notes", null, "overlap=1", "/clients/notes")]
    [TestCase(HelpDesk, "groups/group?name=it", null, "description=Sent", "/groups/it")]
    [TestCase(HelpDesk, "groups/group", null, "name=sent", "/groups", HttpStatusCode.NotFound)]
    [TestCase(HelpDesk, "groups/remove?name=it", null, "", "/groups/it")]
    [TestCase(HelpDesk, "policies/policy?id=notes", "[value=save]", "reverifyAfterMinutes=9", "/policies/client/notes")]
    [TestCase(HelpDesk, "policies/policy?id=notes", "[value=save]", "action=publish", "/policies/client/notes")]
    [TestCase(HelpDesk, "policies/policy?id=notes", "[value=save]", "action=look", "/policies/client/notes")]
    [TestCase(HelpDesk, "mail/template?kind=E1&language=en", null, "subject=Sent", "/mail/templates/E1/en")]
    [TestCase(HelpDesk, "mail/template?kind=E1&language=en", null, "action=test", "/audit?event=mail.tested")]
    [TestCase(HelpDesk, "settings/group?name=attempts", null, "passwordAttempts=9", "/settings")]
    [TestCase(HelpDesk, "people/add", null, "username=sent", "/users")]
    [TestCase(HelpDesk, "people/{plain}/edit", null, "displayName=Sent", "/users/plain")]
    [TestCase(HelpDesk, "people/{asked}/lift", null, "", "/users/asked", HttpStatusCode.NotFound)]
    [TestCase(HelpDesk, "people/{plain}/remove", null, "", "/users/plain", HttpStatusCode.NotFound)]
    [TestCase(HelpDesk, "people/{adele}/disable", null, "", "/users/adele")]
    [TestCase(HelpDesk, "people/{adele}/pass", null, "hours=3", "/users/adele")]
    [TestCase(Auditor, "people/{plain}/disable", null, "", "/users/plain", HttpStatusCode.NotFound)]
    [TestCase(Auditor, "keys/rotate", null, "algorithm=ES256", "/keys")]
    [TestCase(HelpDesk, "campaigns/start", null, "name=sent", "/campaigns")]
    public async Task What_one_may_not_change_one_cannot_send(string reader, string path, string? button, string values, string thing, HttpStatusCode status = HttpStatusCode.Forbidden)
    {
        await ApiAsync(Owner, HttpMethod.Post, "/groups", new { name = "it" });
        foreach (var name in new[] { "plain", "asked", "adele" }) path = path.Replace($"{{{name}}}", (await ApiAsync(Owner, HttpMethod.Get, $"/users/{name}")).JsonString("id"), StringComparison.Ordinal);
        var form = await (await ConsoleAsync(Owner)).OpenAsync("admin/" + path);
        var before = (await ApiAsync(Owner, HttpMethod.Get, thing)).Body;
        var browser = await ConsoleAsync(reader);
        var token = (await browser.OpenAsync("admin")).Page.QuerySelector($"[name={FormToken}]")!.GetAttribute("value")!;

        var fields = HtmlForm.Fill(form, new Dictionary<string, string>(), button, button is null ? "main form[method=post]" : null).Fields.ToList();
        foreach (var value in $"{values}&reason=sent&{FormToken}={token}".Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, typed) = (value.Split('=')[0], value[(value.IndexOf('=', StringComparison.Ordinal) + 1)..]);
            fields.RemoveAll(f => f.Key == name);
            fields.Add(new(name, typed));
        }

        var sent = await browser.Browser.PostAsync(form.Uri, fields);

        Assert.That(sent.Status, Is.EqualTo(status), $"{sent}");
        Assert.That((await ApiAsync(Owner, HttpMethod.Get, thing)).Body, Is.EqualTo(before));
    }
}
