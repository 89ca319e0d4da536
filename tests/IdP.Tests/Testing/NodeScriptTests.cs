using IdP.Testing;

namespace IdP.Tests.Testing;

internal sealed class NodeScriptTests
{
    [Test]
    public async Task The_independent_peers_are_installed_and_load()
    {
        var result = await NodeScript.RunAsync("versions.mjs");

        Assert.That(result.Succeeded(), Does.Contain("openid-client 6."));
    }
}
