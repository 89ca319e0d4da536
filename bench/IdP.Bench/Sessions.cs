using System.Net;
using IdP.Bench.Subjects;
using IdP.Storage;
using IdP.Storage.Database;
using IdP.Testing;

namespace IdP.Bench;

/// <summary>Cookies of people who are signed in.</summary>
internal static class Sessions
{
    private const string Insert = """
        INSERT INTO sessions (id, handle_hash, user_id, password_at, verified_at, amr, created_at, last_seen_at, expires_at, credential_generation)
        SELECT @p0, @p1, id, @p2, @p2, 'pwd otp mfa', @p2, @p2, @p3, credential_generation FROM users WHERE user_name = @p4
        """;

    /// <summary>Lays sessions down in our database, as if the person had signed in in so many browsers.</summary>
    public static async Task<IReadOnlyList<string>> LayDownAsync(DatabaseOptions options, int count)
    {
        await using var database = new IdPDatabase(options);
        var random = new RandomSource();
        var handles = Enumerable.Range(0, count).Select(_ => Handle.New(random)).ToList();
        var now = DateTimeOffset.UtcNow;
        await database.WriteAsync(async s =>
        {
            var laid = 0;
            foreach (var handle in handles)
            {
                laid += await s.ExecuteAsync(Insert, "bench-" + Handle.New(random), Handle.HashOf(handle), now, now.AddHours(12), Seed.Person);
            }

            return laid == count ? laid : throw new InvalidOperationException($"The seed did not make the person {Seed.Person}.");
        });
        return [.. handles.Select(handle => "idp_session=" + handle)];
    }

    /// <summary>Signs in to the peer, which asks nothing.</summary>
    public static async Task<IReadOnlyList<string>> OfPeerAsync(Uri address)
    {
        var cookies = new List<string>();
        for (var i = 0; i < 8; i++)
        {
            using var agent = new UserAgent();
            var start = new Uri(address, $"connect/authorize?response_type=code&client_id={Client.Es256.Id}&redirect_uri={Uri.EscapeDataString(Client.RedirectUri)}"
                + "&scope=openid&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256");
            var end = await agent.FollowAsync(await agent.GetAsync(start), new Uri(Client.RedirectUri));
            if (!end.LeadsTo(new Uri(Client.RedirectUri))) throw new InvalidOperationException($"The peer did not sign in: {end}");
            cookies.Add(agent.Cookies.GetCookieHeader(new Uri(address, "connect/authorize")));
        }

        return cookies;
    }
}
