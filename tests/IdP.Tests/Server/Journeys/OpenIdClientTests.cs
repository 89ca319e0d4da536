using System.Text.Json;
using IdP.Testing;

namespace IdP.Tests.Server.Journeys;

/// <summary>Client libraries that know nothing of this code (npm openid-client and jose) walk all the way, with <c>tests/node/code-flow.mjs</c>.</summary>
[TestFixtureSource(typeof(TestDatabase), nameof(TestDatabase.All))]
internal sealed class OpenIdClientTests(TestDatabaseKind kind) : ServerFixture(kind)
{
    protected override IEnumerable<object> People => [Enrolled("for-rs256"), Enrolled("for-es256"), Enrolled("for-public")];

    protected override IEnumerable<object> Apps => [App("rs256", "required"), App("es256", "always", alg: "ES256"), App("public", "whenEnrolled", method: "none")];

    [TestCase("rs256", "RS256", true, "true", "false")]
    [TestCase("es256", "ES256", true, "true", "false")]
    // RFC 7662 §2.1: whoever cannot authenticate learns nothing about tokens.
    [TestCase("public", "RS256", false, "invalid_client", "invalid_client")]
    public async Task An_independent_client_library_gets_from_discovery_to_the_logout(string app, string alg, bool hasSecret, string before, string after)
    {
        Requires.Node();
        var person = "for-" + app;
        var given = JsonSerializer.Serialize(new
        {
            issuer = Server.Issuer.OriginalString, clientId = app, clientSecret = hasSecret ? Secret : null, alg, redirectUri = RedirectUri(app),
            signedOutUri = $"https://{app}.example/signed-out", username = person, password = Password, code = await Phone(person).NextCodeAsync(),
        });

        var said = JsonDocument.Parse((await NodeScript.RunAsync("code-flow.mjs", given)).Succeeded()).RootElement;

        var expected = new Dictionary<string, string>
        {
            ["pages"] = "/signin /verify", ["alg"] = alg, ["acr"] = "mfa", ["amr"] = "pwd otp mfa", ["name"] = person, ["email"] = $"{person}@example.com",
            ["sameSubject"] = "true", ["clientId"] = app, ["rotated"] = "true", ["before"] = before, ["after"] = after, ["reuse"] = "invalid_grant",
            ["left"] = $"https://{app}.example/signed-out?state=bye", ["silent"] = "login_required",
        };
        var found = said.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.ValueKind == JsonValueKind.String ? p.Value.GetString()! : p.Value.GetRawText());
        Assert.That(found, Is.EquivalentTo(expected));
    }
}
