using IdP.Server.Admin.Groups;
using IdP.Testing;

namespace IdP.Tests.Server.Configuration;

[TestFixtureSource(typeof(TestDatabase), nameof(TestDatabase.All))]
internal sealed class GroupDocumentTests(TestDatabaseKind kind) : AdminFixture(kind)
{
    private const string Document = """
        { "groups": [ { "name": "sales", "description": "Who sells", "claims": { "department": "Sales", "roles": ["seller"] } } ] }
        """;

    [Test]
    public async Task A_dry_run_says_what_a_real_one_does_and_a_second_one_changes_nothing()
    {
        var tried = await ApplyAsync(Document, dryRun: true);
        Assert.That(await Get<ShowGroup>().HandleAsync("sales"), Is.Null);

        var applied = await ApplyAsync(Document);
        var before = await CountAuditAsync();
        var again = await ApplyAsync(Document);

        Assert.That(tried.Differences.Single().ToString(), Is.EqualTo(applied.Differences.Single().ToString()));
        Assert.That((applied.Differences[0].Subject, applied.Differences[0].Text), Is.EqualTo(("group sales", "will be added with the claims department, roles")));
        Assert.That((again.Differences.Count, await CountAuditAsync()), Is.EqualTo((0, before)));
        var group = (await Get<ShowGroup>().HandleAsync("sales"))!;
        Assert.That((group.Description, group.Claims["department"].GetString(), group.Claims["roles"].GetArrayLength()), Is.EqualTo(("Who sells", "Sales", 1)));
    }

    [Test]
    public async Task What_is_left_out_stays_and_claims_are_replaced_as_a_whole()
    {
        await ApplyAsync(Document);

        var result = await ApplyAsync("""{ "groups": [ { "name": "sales", "claims": { "roles": ["buyer"], "floor": 3 } } ] }""");

        Assert.That(result.Differences.Select(d => $"{d.Subject}: {d.Text}"), Is.EqualTo(new[] { "group sales: claims: roles changed +floor -department" }));
        Assert.That((await Get<ShowGroup>().HandleAsync("sales"))!.Description, Is.EqualTo("Who sells"));
    }

    [TestCase("""{ "claims": {} }""", "$.groups[0].name", "is missing.")]
    [TestCase("""{ "name": "" }""", "$.groups[0].name", "A group is a name of 1 to 128 characters without control characters.")]
    [TestCase("""{ "name": "a", "members": [] }""", "$.groups[0].members", "is no key here. Keys are name, description, claims.")]
    [TestCase("""{ "name": "a" }, { "name": "a" }""", "$.groups[1].name", "a is in the document twice.")]
    [TestCase("""{ "name": "a", "claims": { "sub": "x" } }""", "$.groups[0].claims", "The claim sub cannot be given: it is the protocol's own.")]
    [TestCase("""{ "name": "a", "claims": { "acr": "mfa" } }""", "$.groups[0].claims", "The claim acr cannot be given: it is the protocol's own.")]
    [TestCase("""{ "name": "a", "claims": { "email": "x@example.com" } }""", "$.groups[0].claims", "The claim email cannot be given: it comes from a property of the person.")]
    [TestCase("""{ "name": "a", "claims": { "x": ["\ud800"] } }""", "$.groups[0].claims", "The claim x has half a surrogate pair in a text.")]
    [TestCase("""{ "name": "a", "claims": { "x": [[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]] } }""", "$.groups[0].claims", "The claim x has more than 16 lists or objects in each other.")]
    public void What_is_wrong_is_named(string groups, string path, string problem)
    {
        var (_, errors) = Read($$"""{ "groups": [ {{groups}} ] }""");

        Assert.That(errors.Select(e => (e.Path, e.Problem)), Does.Contain((path, problem)));
    }
}
