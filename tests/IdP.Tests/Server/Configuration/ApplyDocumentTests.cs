using System.Text;
using IdP.Server.Configuration;
using IdP.Testing;

namespace IdP.Tests.Server.Configuration;

internal sealed class ApplyDocumentTests
{
    [TestCase("""{ "client": [] }""", "$.client")]
    [TestCase("""{ "clients": [ { "clientId": "a", "redirectUriss": [] } ] }""", "$.clients[0].redirectUriss")]
    [TestCase("""{ "users": [ { "username": "a", "we ird": 1 } ] }""", "$.users[0]['we ird']")]
    [TestCase("""{ "users": [ { "username": "a", "password": { "fromVault": "x" } } ] }""", "$.users[0].password.fromVault")]
    [TestCase("""{ "settings": { "enrolmentDays": 7 } }""", "$.settings.enrolmentDays")]
    public void A_key_that_is_unknown_is_reported_with_its_path(string json, string path) => Assert.That(Paths(json), Has.Member(path));

    [TestCase("""{ "clients": [ { "clientId": "a" }, { "clientId": "a" } ] }""", "$.clients[1].clientId")]
    [TestCase("""{ "users": [ { "username": "maya" }, { "username": "MAYA" } ] }""", "$.users[1].username")]
    [TestCase("""{ "mailTemplates": [ { "kind": "E1", "language": "de" }, { "kind": "e1", "language": "DE" } ] }""", "$.mailTemplates[1].kind")]
    [TestCase("""{ "users": [ { "username": "a", "email": "x@y.z" }, { "username": "b", "email": "X@y.z" } ] }""", "$.users[1].email")]
    [TestCase("""{ "users": [ { "username": "x@y.z" }, { "username": "b", "email": "x@y.z" } ] }""", "$.users[1].email")]
    public void Whoever_is_in_the_document_twice_is_reported(string json, string path) => Assert.That(Paths(json), Is.EqualTo(new[] { path }));

    [TestCase("""{ "users": [ { "username": "a", "username": "b" } ] }""", "$.users[0].username")]
    [TestCase("""{ "users": [], "users": [] }""", "$.users")]
    [TestCase("""{ "users": [ { "username": "a", "claims": { "x": 1, "x": 2 } } ] }""", "$.users[0].claims.x")]
    public void A_key_that_is_given_twice_is_reported(string json, string path) => Assert.That(Paths(json), Is.EqualTo(new[] { path }));

    [TestCase("""{ "settings": { "enrollmentDays": "7" } }""", "$.settings.enrollmentDays")]
    [TestCase("""{ "settings": { "expiryLocks": 1 } }""", "$.settings.expiryLocks")]
    [TestCase("""{ "settings": { "expiryLocks": "1" } }""", "$.settings.expiryLocks")]
    [TestCase("""{ "settings": { "reminderDays": 3 } }""", "$.settings.reminderDays")]
    [TestCase("""{ "settings": { "reminderDays": ["3"] } }""", "$.settings.reminderDays")]
    [TestCase("""{ "settings": { "reminderDays": null } }""", "$.settings.reminderDays")]
    [TestCase("""{ "mailTemplates": [ { "kind": "E99", "language": "en" } ] }""", "$.mailTemplates[0].kind")]
    [TestCase("""{ "mailTemplates": [ { "kind": "E1", "language": "../en" } ] }""", "$.mailTemplates[0].language")]
    [TestCase("""{ "mailTemplates": [ { "kind": "E1" } ] }""", "$.mailTemplates[0].language")]
    [TestCase("""{ "mailTemplates": [ { "kind": "E2", "language": "en", "text": "until {nmae}" } ] }""", "$.mailTemplates[0].text")]
    [TestCase("""{ "mailTemplates": [ { "kind": "E2", "language": "en", "text": "[Go](https://evil.example)" } ] }""", "$.mailTemplates[0].text")]
    [TestCase("""{ "mailTemplates": [ { "kind": "E2", "language": "en", "html": "<b>" } ] }""", "$.mailTemplates[0].html")]
    [TestCase("""{ "users": [ { "username": "a", "email": null } ] }""", "$.users[0].email")]
    [TestCase("""{ "users": [ { "username": "a", "verification": "sometimes" } ] }""", "$.users[0].verification")]
    [TestCase("""{ "users": [ { "username": "a", "totpSecret": "GEZDGNBVGY3TQOJQ" } ] }""", "$.users[0].totpSecret")]
    [TestCase("""{ "users": [ { "username": "a", "password": "seven77" } ] }""", "$.users[0].password")]
    [TestCase("""{ "users": [ { "username": "a", "claims": { "sub": "x" } } ] }""", "$.users[0].claims")]
    [TestCase("""{ "users": [ { "username": "a", "roles": ["emperor"] } ] }""", "$.users[0].roles[0]")]
    [TestCase("""{ "users": [ { "email": "x@y.z" } ] }""", "$.users[0].username")]
    [TestCase("""{ "clients": [ { "clientId": "a", "type": "Public" } ] }""", "$.clients[0].type")]
    [TestCase("""{ "clients": [ { "clientId": "a", "redirectUris": [1] } ] }""", "$.clients[0].redirectUris[0]")]
    [TestCase("""{ "clients": [ { "clientId": "a", "clientSecret": "short" } ] }""", "$.clients[0].clientSecret")]
    [TestCase("""{ "users": [ { "username": "\ud800" } ] }""", "$")]
    [TestCase("""{ "users": [ { "\ud800": 1 } ] }""", "$")]
    [TestCase("""{ "settings": { "supportContact": "\ud800" } }""", "$")]
    [TestCase("""{ "clients": {} }""", "$.clients")]
    [TestCase("""[]""", "$")]
    public void A_value_that_cannot_be_is_reported_with_its_path(string json, string path) => Assert.That(Paths(json), Has.Member(path));

    [Test]
    public void Comments_and_trailing_commas_are_allowed() => Assert.That(Paths("""{ /* people */ "users": [ { "username": "a", }, ], } // end"""), Is.Empty);

    [Test]
    public void What_is_not_JSON_is_said_with_line_and_column()
    {
        Assert.That(Read("{\n  \"users\": [ nobody ] }").Errors.Single().Problem, Is.EqualTo("The document is not JSON: line 2, column 15."));
    }

    [Test]
    public void A_secret_in_a_file_is_read_beside_the_document_without_its_last_line_break()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder.File("app.secret"), "a secret with a break at its end\n");

        var (document, _) = Read("""{ "clients": [ { "clientId": "a", "clientSecret": { "fromFile": "app.secret" } } ] }""", folder.Path);

        Assert.That(document!.Clients[0].Secret, Is.EqualTo("a secret with a break at its end"));
    }

    [TestCase("""{ "fromFile": "nowhere.secret" }""", "nowhere.secret")]
    [TestCase("""{ "fromEnv": "IDP_TEST_THAT_IS_NOT_SET" }""", "IDP_TEST_THAT_IS_NOT_SET")]
    public void A_secret_that_is_missing_is_named(string source, string name)
    {
        var error = Read($$"""{ "clients": [ { "clientId": "a", "clientSecret": {{source}} } ] }""").Errors.Single();

        Assert.That(error.Path, Is.EqualTo("$.clients[0].clientSecret"));
        Assert.That(error.Problem, Does.Contain(name));
    }

    [Test]
    public async Task A_file_that_is_too_large_is_refused_unread()
    {
        using var folder = new TempFolder();
        await using (var file = File.Create(folder.File("big.json"))) file.SetLength(ApplyDocument.MostBytes + 1);

        var (_, errors) = await ApplyDocument.ReadFileAsync(folder.File("big.json"), CancellationToken.None);

        Assert.That(errors.Single().Problem, Does.Contain("larger than 16 MB"));
    }

    private static (ApplyDocument? Document, IReadOnlyList<DocumentError> Errors) Read(string json, string folder = "/") => ApplyDocument.Read(Encoding.UTF8.GetBytes(json), folder);

    private static IEnumerable<string> Paths(string json) => Read(json).Errors.Select(e => e.Path);
}
