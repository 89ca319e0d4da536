using IdP.Testing;

// Fixtures run beside each other, because most of them wait for a server: each has its own database, port and people, and
// changes nothing that belongs to the process. None measures time: that is for bench/.
[assembly: Parallelizable(ParallelScope.Fixtures)]
[assembly: LevelOfParallelism(6)]

// No namespace: this belongs to every test of the assembly.
#pragma warning disable CA1050, MA0047
[SetUpFixture]
public sealed class AssemblyTeardown
{
    [OneTimeTearDown]
    public Task Stop_what_the_tests_share() => PostgresCluster.StopSharedAsync();
}
