using IdP.Storage.Changes;
using IdP.Testing;

namespace IdP.Tests.Server.Configuration;

[TestFixtureSource(typeof(TestDatabase), nameof(TestDatabase.All))]
internal sealed class ApiDocumentTests(TestDatabaseKind kind) : AdminFixture(kind)
{
    private const string Document = """
        { "apis": [ { "audience": "https://pay.example", "displayName": "Pay", "scopes": ["pay.read"], "requiredAcr": "mfa" } ] }
        """;

    [Test]
    public async Task An_api_is_registered_and_a_second_run_changes_nothing()
    {
        await ApplyAsync(Document);
        var again = await ApplyAsync(Document);

        var api = (await Get<Catalog>().GetAsync()).Apis["https://pay.example"];
        Assert.That((api.DisplayName, api.Scopes.Single(), api.RequiredAcr, again.Differences.Count), Is.EqualTo(("Pay", "pay.read", "mfa", 0)));
    }

    [Test]
    public async Task A_lower_level_is_called_weaker()
    {
        await ApplyAsync(Document);

        var result = await ApplyAsync(Document.Replace("\"mfa\"", "\"\"", StringComparison.Ordinal));

        Assert.That(result.Differences.Single().Weaker, Is.EqualTo("https://pay.example demands less of people: no level instead of mfa."));
    }

    [TestCase("{ \"scopes\": [\"a\"] }", "$.apis[0].audience")]
    [TestCase("{ \"audience\": \"pay\", \"scopes\": [\"a\"] }", "$.apis[0].audience")]
    [TestCase("{ \"audience\": \"https://a.example#x\", \"scopes\": [\"a\"] }", "$.apis[0].audience")]
    [TestCase("{ \"audience\": \"https://a.example\", \"scopes\": [\"openid\"] }", "$.apis[0].scopes")]
    [TestCase("{ \"audience\": \"https://a.example\", \"scopes\": [] }", "$.apis[0].scopes")]
    [TestCase("{ \"audience\": \"https://a.example\", \"scopes\": [\"a\"], \"requiredAcr\": \"gold\" }", "$.apis[0].requiredAcr")]
    [TestCase("{ \"audience\": \"https://a.example\", \"scopes\": [\"a\"], \"level\": 1 }", "$.apis[0].level")]
    public void What_is_wrong_is_named(string api, string path)
    {
        var (_, errors) = Read($$"""{ "apis": [ {{api}} ] }""");

        Assert.That(errors.Select(e => e.Path), Does.Contain(path));
    }
}
