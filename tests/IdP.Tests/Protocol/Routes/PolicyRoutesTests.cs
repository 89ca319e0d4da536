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

    internal static IEnumerable<TestCaseData> Cases(IEnumerable<Cell> cells) =>
        cells.Select(cell => new TestCaseData(cell).SetArgDisplayNames(cell.Route, cell.State, cell.Mode));

    internal static async Task CheckAsync(RouteBench bench, Cell cell)
    {
        var got = await RouteWalks.GoAsync(bench, cell);

        Assert.That(got, Is.EqualTo(cell.Expected), $"{cell.Route} | {cell.State} | {cell.Mode}: expected {cell.Expected}, got {got}");
    }
}

/// <summary>The routes on which statements decide, on PostgreSQL.</summary>
internal sealed class PolicyRoutesOnPostgresTests
{
    private static readonly string[] Sample =
    [
        "Authorization request", "Single sign-on", "Refresh token from before", "Code from before", "Something happens while the page is open",
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
