using IdP.Storage.Users;
using IdP.Testing;
using IdP.Verification.SignIn;

namespace IdP.Tests.Verification.Walks;

/// <summary>
/// People, thieves and admins who do anything in any order. A longer run: <c>IDP_WALKS=20000 IDP_WALK_SEED=7</c>.
/// </summary>
internal sealed class RandomWalkTests
{
    private const int AtOnce = 64;
    private const int Steps = 12;

    [Test]
    public async Task No_walk_reaches_a_guarded_result_without_a_proof()
    {
        var walks = Number("IDP_WALKS", 6_000);
        var first = Number("IDP_WALK_SEED", 1);
        await TestContext.Out.WriteLineAsync($"{walks} walks of {Steps} steps from seed {first} on.");
        await using var bench = await SignInBench.CreateAsync(TestDatabaseKind.Sqlite, AtOnce, new WalkClock(), iterations: 1);
        await AddPeopleAsync(bench, first, walks);

        var reached = new Dictionary<string, int>();
        await Parallel.ForEachAsync(Enumerable.Range(first, walks), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (seed, _) =>
        {
            var walk = new Walk(bench, Id(seed), Name(seed), seed);
            await walk.RunAsync(Steps);
            lock (reached)
            {
                foreach (var place in walk.Reached) reached[place] = reached.GetValueOrDefault(place) + 1;
            }
        });

        await TestContext.Out.WriteLineAsync(string.Join('\n', reached.OrderBy(r => r.Key).Select(r => $"{r.Value,6} walks: {r.Key}")));
        // Walks that never get anywhere would prove nothing.
        string[] places =
        [
            "NotRequired pwd", "NotRequired mfa", "WhenEnrolled pwd", "WhenEnrolled mfa", "Required pwd", "Required mfa", "Always mfa",
            "enrolled", "replaced", "verified", "recovered", "skipped", "locked", "expired", "reset", "remembered",
        ];
        Assert.That(places.Where(place => reached.GetValueOrDefault(place) == 0), Is.Empty);
    }

    private static Task<bool> AddPeopleAsync(SignInBench bench, int first, int count)
    {
        var hash = bench.Get<PasswordHasher>().Hash(SignInBench.Password);
        return bench.Database.WriteAsync(async s =>
        {
            for (var seed = first; seed < first + count; seed++)
            {
                await s.ExecuteAsync("""
                    INSERT INTO users (id, user_name, normalized_user_name, display_name, email_verified, password_hash, must_change_password,
                        roles, groups, claims, created_at, updated_at, credential_generation)
                    VALUES (@p0, @p1, @p2, @p1, @p3, @p4, @p3, '[]', '[]', '{}', @p5, @p5, 0)
                    """, Id(seed), Name(seed), UserNames.Normalize(Name(seed)), false, hash, WalkClock.Start);
            }

            return true;
        });
    }

    private static string Id(int seed) => $"id-{seed}";

    private static string Name(int seed) => $"walker-{seed}";

    private static int Number(string name, int otherwise) => int.TryParse(Environment.GetEnvironmentVariable(name), out var number) ? number : otherwise;
}
