using System.Text.Json;
using IdP.Bench.Subjects;

namespace IdP.Bench;

/// <summary>The declarative document that the measured server starts with.</summary>
internal static class Seed
{
    public const string Person = "bench";
    public const string Password = "quiet-harbour-lantern-27";

    /// <summary>RFC 6238 appendix B's secret; every person has it.</summary>
    public const string TotpSecret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

    /// <param name="people">How many besides <see cref="Person"/>, named bench0, bench1, …; a hash each at the first start.</param>
    public static string Document(int people) => JsonSerializer.Serialize(new
    {
        users = Names(people).Select(name => new
        {
            username = name, email = name + "@example.com", emailVerified = true, displayName = "Bench Person", password = Password, totpSecret = TotpSecret,
        }),
        clients = Client.All.Select(client => new
        {
            clientId = client.Id, clientSecret = Client.Secret, displayName = client.Id, type = "confidential",
            redirectUris = new[] { Client.RedirectUri },
            grantTypes = new[] { "authorization_code", "refresh_token", "client_credentials" },
            scopes = new[] { "openid", "profile", "email", "offline_access", "api" },
            consent = "implicit", identityVerification = "required", reverifyAfterMinutes = 480,
            tokenEndpointAuthMethod = "client_secret_basic", accessTokenFormat = client.Format, idTokenSigningAlg = client.Algorithm,
        }),
    });

    /// <summary>An owner, and so many applications of which every second is guarded.</summary>
    public static string Administration(int clients) => JsonSerializer.Serialize(new
    {
        users = new[] { new { username = Person, email = Person + "@example.com", emailVerified = true, displayName = "Bench Person", password = Password, totpSecret = TotpSecret, roles = new[] { "owner" } } },
        groups = Enumerable.Range(0, 50).Select(i => new { name = i == 0 ? "finance" : $"group-{i}" }),
        clients = Enumerable.Range(0, clients).Select(i => new
        {
            clientId = $"app-{i}", displayName = $"Application {i}", type = "public", tokenEndpointAuthMethod = "none", redirectUris = new[] { Client.RedirectUri },
            grantTypes = new[] { "authorization_code" }, scopes = new[] { "openid" }, identityVerification = i % 2 == 0 ? "required" : "notRequired",
        }),
    });

    public static IEnumerable<string> Names(int people) => Enumerable.Range(0, people).Select(i => Person + i).Prepend(Person);
}
