using IdP.Testing;

namespace IdP.Tests.Verification;

/// <summary>A test with a bench of its own.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal abstract class BenchTest(TestDatabaseKind kind)
{
    protected TestDatabaseKind Kind => kind;

    protected SignInBench Bench { get; private set; } = null!;

    [SetUp]
    public async Task Open() => Bench = await SignInBench.CreateAsync(kind);

    [TearDown]
    public async Task Close()
    {
        // A missing database ignored the test before there was a bench.
        if (Bench is not null) await Bench.DisposeAsync();
    }
}
