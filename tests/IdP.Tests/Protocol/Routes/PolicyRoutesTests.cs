using IdP.Testing;

namespace IdP.Tests.Protocol.Routes;

/// <summary>Every cell of docs/policy-routes.md, over HTTP.</summary>
internal sealed class PolicyRoutesTests
{
    private RouteBench bench = null!;

    private static IEnumerable<TestCaseData> Cells => Cases(RoutesTable.Cells);

    [OneTimeSetUp]
    public async Task Start() => bench = await RouteBench.StartAsync(TestDatabaseKind.Sqlite);

    [OneTimeTearDown]
    public async Task Stop() => await bench.DisposeAsync();

    [TestCaseSource(nameof(Cells))]
    public Task A_route_leads_where_the_table_says(Cell cell) => CheckAsync(bench, cell);

    [Test]
    public void Every_route_has_a_table() =>
        Assert.That(RoutesTable.Cells.Select(cell => cell.Route).Distinct(), Is.EquivalentTo(RouteWalks.Names));

    [Test]
    public void The_page_counts_its_cells() =>
        Assert.That(RoutesTable.Text, Does.Contain($"{RoutesTable.Cells.Count} cells in {RouteWalks.Names.Count()} tables."));

    // RFC 8693 would be one more way from a token to a token.
    [Test]
    public async Task Token_exchange_is_not_offered()
    {
        const string grantType = "urn:ietf:params:oauth:grant-type:token-exchange";
        using var walk = new Walk(bench, await bench.AddAsync(State.Of("not required")), "unguarded");

        var answer = await walk.App.TokenAsync(new() { ["grant_type"] = grantType, ["subject_token"] = "any", ["subject_token_type"] = "urn:ietf:params:oauth:token-type:access_token" });

        Assert.That((answer.Error, (await walk.App.DiscoverAsync()).Body.Contains(grantType, StringComparison.Ordinal)), Is.EqualTo(("unsupported_grant_type", false)));
    }

    internal static IEnumerable<TestCaseData> Cases(IEnumerable<Cell> cells) =>
        cells.Select(cell => new TestCaseData(cell).SetArgDisplayNames(cell.Route, cell.State, cell.Column));

    internal static async Task CheckAsync(RouteBench bench, Cell cell)
    {
        var got = await RouteWalks.GoAsync(bench, cell);

        Assert.That(got, Is.EqualTo(cell.Expected), $"{cell.Route} | {cell.State} | {cell.Column}: expected {cell.Expected}, got {got}");
    }
}

/// <summary>The routes on which statements decide, on PostgreSQL.</summary>
internal sealed class PolicyRoutesOnPostgresTests
{
    private static readonly string[] Sample =
    [
        "Authorization request", "Single sign-on", "Refresh token from before", "Code from before", "Something happens while the page is open",
        "A device, connected before", "The introspection of a refresh token from before",
    ];

    private RouteBench bench = null!;

    private static IEnumerable<TestCaseData> Cells => PolicyRoutesTests.Cases(RoutesTable.Cells.Where(cell => Sample.Contains(cell.Route)));

    [OneTimeSetUp]
    public async Task Start()
    {
        Requires.Database(TestDatabaseKind.Postgres);
        bench = await RouteBench.StartAsync(TestDatabaseKind.Postgres);
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        if (bench is not null) await bench.DisposeAsync();
    }

    [TestCaseSource(nameof(Cells))]
    public Task A_route_leads_where_the_table_says(Cell cell) => PolicyRoutesTests.CheckAsync(bench, cell);
}
