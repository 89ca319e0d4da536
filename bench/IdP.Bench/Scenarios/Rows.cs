using IdP.Bench.Subjects;
using IdP.Storage.Database;

namespace IdP.Bench.Scenarios;

/// <summary>What the operations cost with few rows and with many.</summary>
internal static class Rows
{
    private const int FewPeople = 1000;
    private const string NoClaims = "{}";

    private static readonly string[] Operations = ["authorize", "code", "refresh", "userinfo", "introspection_reference"];

    public static async Task RunAsync(Arguments arguments, Programs programs)
    {
        var database = await programs.DatabaseAsync();
        await (await StartAsync(programs, database)).DisposeAsync();
        await LayDownAsync(database, 0, FewPeople);
        // With few rows once before and once after each other's warm caches would differ: both are a new process.
        var few = await PricesAsync(arguments, programs, database);
        await LayDownAsync(database, FewPeople, arguments.Rows);
        var many = await PricesAsync(arguments, programs, database);
        Console.WriteLine($"\n| operation | {FewPeople:n0} people, {10 * FewPeople:n0} tokens | {arguments.Rows:n0} people, {10L * arguments.Rows:n0} tokens | ratio (target at most 1.3) |\n| --- | --- | --- | --- |");
        for (var i = 0; i < Operations.Length; i++)
        {
            Console.WriteLine($"| {Operations[i]} | {few[i].Median:0.000} | {many[i].Median:0.000} | {many[i].Median / few[i].Median:0.00} |");
        }
    }

    private static async Task<OidcSubject> StartAsync(Programs programs, DatabaseOptions database)
    {
        var (process, address) = programs.StartServer(database, people: 0);
        await process.AnswersAsync(new Uri(address, "readyz"));
        return new OidcSubject("idp", process, address, () => Sessions.LayDownAsync(database, 32));
    }

    private static async Task<List<Price>> PricesAsync(Arguments arguments, Programs programs, DatabaseOptions database)
    {
        await using var server = await StartAsync(programs, database);
        var prices = new List<Price>();
        foreach (var operation in Operations) prices.AddRange(await new Measurement(arguments).RunAsync(operation, [server]));
        return prices;
    }

    /// <summary>People with one authorization and ten refresh tokens each, nine of them used; keys lie as randomly as real ones.</summary>
    private static async Task LayDownAsync(DatabaseOptions options, int from, int to)
    {
        await using var database = new IdPDatabase(options);
        var sqlite = options.Provider == DatabaseProvider.Sqlite;
        var random = sqlite ? "lower(hex(randomblob(16)))" : "md5(random()::text)";
        var (no, yes) = sqlite ? ("0", "1") : ("false", "true");
        var now = DateTimeOffset.UtcNow;
        for (var start = from; start < to; start += 50_000)
        {
            var end = Math.Min(start + 50_000, to);
            var counting = $"WITH RECURSIVE n(i) AS (SELECT {start} UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {end})";
            await database.WriteAsync(async s =>
            {
                await s.ExecuteAsync($"""
                    {counting} INSERT INTO users (id, user_name, normalized_user_name, display_name, email_verified, must_change_password, roles, groups, claims,
                        created_at, updated_at, credential_generation)
                    SELECT {random}, 'row' || i, 'ROW' || i, 'Row ' || i, {yes}, {no}, '[]', '[]', '{NoClaims}', @p0, @p0, 0 FROM n
                    """, now);
                await s.ExecuteAsync($"""
                    INSERT INTO authorizations (id, type, user_id, client_id, scope, acr, amr, auth_time, skipped, credential_generation, created_at)
                    SELECT {random}, 'AdHoc', u.id, 'bench-es256', 'openid offline_access', 'mfa', 'pwd otp mfa', @p0, {no}, 0, @p0
                    FROM users u WHERE u.user_name LIKE 'row%' AND NOT EXISTS (SELECT 1 FROM authorizations a WHERE a.user_id = u.id)
                    """, now);
                return await s.ExecuteAsync($"""
                    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10)
                    INSERT INTO refresh_tokens (hash, authorization_id, client_id, issued_at, expires_at, used_at)
                    SELECT {random} || '-of-43-chars' , a.id, a.client_id, @p0, @p1, CASE WHEN i < 10 THEN @p0 ELSE NULL END
                    FROM authorizations a CROSS JOIN n
                    WHERE a.session_id IS NULL AND NOT EXISTS (SELECT 1 FROM refresh_tokens r WHERE r.authorization_id = a.id)
                    """, now, now.AddDays(30));
            });
        }
    }
}
