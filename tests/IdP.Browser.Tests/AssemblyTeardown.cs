using IdP.Browser.Tests;
using IdP.Testing;

// No namespace: this belongs to every test of the assembly.
#pragma warning disable CA1050, MA0047
[SetUpFixture]
public sealed class AssemblyTeardown
{
    [OneTimeTearDown]
    public async Task Stop_what_the_tests_share()
    {
        await Chromium.StopAsync();
        await PostgresCluster.StopSharedAsync();
    }
}
