using System.Net;
using System.Text.Json;
using IdP.Bench.Processes;
using IdP.Storage;
using IdP.Storage.Audit;
using IdP.Storage.Database;

namespace IdP.Bench.Scenarios;

/// <summary>What the console's pages and the API's lists cost with many people, clients and audit events.</summary>
internal static class Administration
{
    private const int Clients = 2000;
    private const int Events = 200_000;
    private const int Requests = 20;
    private const string NoClaims = "{}";

    private static readonly string[] Scopes =
        ["people:read", "groups:read", "clients:read", "policies:read", "settings:read", "keys:read", "mail:read", "campaigns:read", "audit:read", "tokens:write"];

    // Searches that find nothing, few and many; the last part of a list; each filter, also where it finds nobody.
    private static readonly string[] Pages =
    [
        "/admin", "/admin/people", "/admin/people?q=person77777", "/admin/people?q=nobody-of-that-name", "/admin/people?q=person", "/admin/people?state=period",
        "/admin/people?state=notEnrolled", "/admin/people?state=mustEnroll", "/admin/people?state=locked", "/admin/people?state=lockedAttempts", "/admin/people?state=frozen",
        "/admin/people?days=3", "/admin/people?days=7", "/admin/people?group=finance", "/admin/people?campaign=bench&state=waiting", "/admin/people?campaign=few&state=mustEnroll",
        "/admin/campaigns", "/admin/campaigns/campaign?id=bench", "/admin/campaigns/campaign?id=closed3", "/admin/clients", "/admin/clients?q=app-1999", "/admin/policies",
        "/admin/simulator", "/admin/groups", "/admin/settings", "/admin/keys", "/admin/mail", "/admin/mail/outbox", "/admin/tokens", "/admin/audit", "/admin/audit?event=sign_in.completed",
        "/admin/audit?person=person4711",
    ];

    private static readonly string[] Lists =
    [
        "/users", "/users?search=person77777", "/users?search=nobody-of-that-name", "/users?search=person&after=PERSON9", "/users?state=period", "/users?state=notEnrolled",
        "/users?state=mustEnroll", "/users?state=locked", "/users?state=lockedAttempts", "/users?state=lockedPassword", "/users?state=frozen", "/users?role=any", "/users?group=finance",
        "/users?daysLeftAtMost=3", "/users?daysLeftAtMost=7", "/users?campaign=bench", "/users?campaign=bench&state=waiting&daysLeftAtMost=5", "/users?campaign=few&state=mustEnroll",
        "/campaigns", "/campaigns?state=running", "/campaigns/bench", "/clients", "/clients?search=app-1999", "/groups", "/tokens", "/audit", "/audit?event=sign_in.completed",
        "/audit?person=person4711", "/mail/outbox",
    ];

    public static async Task RunAsync(Arguments arguments, Programs programs)
    {
        var options = await programs.DatabaseAsync();
        var (process, address) = programs.StartServer(options, people: 0, document: Seed.Administration(Clients));
        await using var server = process;
        await process.AnswersAsync(new Uri(address, "readyz"));
        var token = await LayDownAsync(options, arguments.Rows);
        var cookie = (await Sessions.LayDownAsync(options, 1))[0];

        Console.WriteLine($"\nconsole: {arguments.Rows:n0} people, {Clients:n0} clients, {Events:n0} audit events; CPU of the server for one request, the mean of {Requests} (target: under 200 ms)\n");
        Console.WriteLine(arguments.Postgres ? "| page or list | ms | of the database ms | KB |\n| --- | --- | --- | --- |" : "| page or list | ms | KB |\n| --- | --- | --- |");
        using var http = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = address };
        // What the runtime compiles anew while a server is young is not the price of a page either.
        foreach (var path in Pages.Concat(Lists.Select(list => "/api/v1" + list)).Concat(Enumerable.Repeat("/admin/people", 60)).Concat(Enumerable.Repeat("/admin", 5)))
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.TryAddWithoutValidation("Cookie", cookie);
            if (path.StartsWith("/api/", StringComparison.Ordinal)) request.Headers.TryAddWithoutValidation("Authorization", "Bearer idp_" + token);
            (await http.SendAsync(request)).Dispose();
        }

        await Task.Delay(TimeSpan.FromSeconds(2));
        foreach (var page in Pages) await MeasureAsync(http, process, programs, page, ("Cookie", cookie));
        foreach (var list in Lists) await MeasureAsync(http, process, programs, "/api/v1" + list, ("Authorization", "Bearer idp_" + token));
    }

    private static async Task MeasureAsync(HttpClient http, BenchProcess process, Programs programs, string path, (string Name, string Value) header)
    {
        async Task<(HttpStatusCode Status, long Length)> AskAsync()
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.TryAddWithoutValidation(header.Name, header.Value);
            using var answer = await http.SendAsync(request);
            return (answer.StatusCode, (await answer.Content.ReadAsByteArrayAsync()).LongLength);
        }

        // Twice before: what is compiled and planned once is not the price of a page.
        var (status, length) = (await AskAsync(), (await AskAsync()).Length);
        if (status.Status != HttpStatusCode.OK)
        {
            Console.WriteLine($"| `{path}` | answers {(int)status.Status} | |");
            return;
        }

        var (before, databaseBefore) = (process.Cpu, await programs.DatabaseCpuAsync());
        for (var i = 0; i < Requests; i++) await AskAsync();
        var (own, ofDatabase) = (process.Cpu - before, await programs.DatabaseCpuAsync() - databaseBefore);
        Console.WriteLine($"| `{path}` | {own.TotalMilliseconds / Requests:0.0} |{(ofDatabase is { } cpu ? $" {cpu.TotalMilliseconds / Requests:0.0} |" : "")} {length / 1000.0:0.0} |");
    }

    /// <summary>People of every state, and what they did; keys lie as randomly as real ones.</summary>
    /// <returns>The handle of an API token.</returns>
    private static async Task<string> LayDownAsync(DatabaseOptions options, int people)
    {
        await using var database = new IdPDatabase(options);
        var sqlite = options.Provider == DatabaseProvider.Sqlite;
        var random = sqlite ? "lower(hex(randomblob(11)))" : "substr(md5(random()::text), 1, 22)";
        var (no, yes) = sqlite ? ("0", "1") : ("false", "true");
        var now = DateTimeOffset.UtcNow;
        for (var start = 0; start < people; start += 20_000)
        {
            var counting = $"WITH RECURSIVE n(i) AS (SELECT {start} UNION ALL SELECT i + 1 FROM n WHERE i + 1 < {Math.Min(start + 20_000, people)})";
            await database.WriteAsync(async s => await s.ExecuteAsync($"""
                {counting} INSERT INTO users (id, user_name, normalized_user_name, email, normalized_email, display_name, email_verified, must_change_password,
                    roles, groups, claims, created_at, updated_at, last_sign_in_at, credential_generation)
                SELECT {random}, 'person' || i, 'PERSON' || i, 'person' || i || '@example.com', 'PERSON' || i || '@EXAMPLE.COM', 'Person ' || i, {yes}, {no},
                    '[]', CASE WHEN i % 10 = 0 THEN '["finance"]' ELSE '[]' END, '{NoClaims}', @p0, @p0, @p0, 0 FROM n
                """, now));
        }

        await database.WriteAsync(async s =>
        {
            // Of ten: four enrolled, one who skipped, one who signed in, one who did not, one late, one locked by codes, one
            // of whom nothing was asked. Every thousandth is turned off.
            var last = sqlite ? "CAST(substr(user_name, 7) AS INTEGER) % 10" : "CAST(substr(user_name, 7) AS bigint) % 10";
            await s.ExecuteAsync($"""
                INSERT INTO enrollments (user_id, required_at, required_by, deadline, cause, must_enroll, locked_at, lock_reference, active_since, skips)
                SELECT id, @p0, 'admin', CASE WHEN {last} < 4 THEN NULL WHEN {last} = 7 THEN @p1 ELSE @p2 END, 'New', {no},
                    CASE WHEN {last} = 7 THEN @p0 ELSE NULL END, CASE WHEN {last} = 7 THEN 'LK-' || {last} ELSE NULL END, CASE WHEN {last} < 4 THEN @p0 ELSE NULL END, CASE WHEN {last} = 4 THEN 2 ELSE 0 END
                FROM users WHERE user_name LIKE 'person%' AND {last} < 9
                """, now, now.AddDays(-1), now.AddDays(5));
            await s.ExecuteAsync($"UPDATE users SET last_sign_in_at = NULL WHERE user_name LIKE 'person%' AND {last} = 6");
            await s.ExecuteAsync("UPDATE users SET disabled_at = @p0 WHERE user_name LIKE 'person%555'", now);
            await s.ExecuteAsync($"""
                INSERT INTO totp_authenticators (id, user_id, name, protected_secret, last_step, confirmed_at)
                SELECT {random}, id, 'App', 'none', 0, @p0 FROM users WHERE user_name LIKE 'person%' AND {last} < 4
                """, now);
            await s.ExecuteAsync($"""
                INSERT INTO attempt_counts (kind, owner, failures, last_at, locked_at, reference)
                SELECT 'verification', id, 5, @p0, @p0, 'LK-BENCH' FROM users WHERE user_name LIKE 'person%' AND {last} = 8
                """, now);
            return await CampaignsAsync(s, sqlite, random, last, now);
        });

        var ids = await database.ReadAsync(s => s.AllAsync("SELECT id FROM users ORDER BY user_name", row => row.GetString(0)));
        for (var start = 0; start < Events; start += 10_000)
        {
            await database.WriteAsync(async s =>
            {
                for (var i = start; i < start + 10_000; i++)
                {
                    await s.AuditAsync(new AuditEvent
                    {
                        At = now.AddSeconds(i - Events), Event = i % 3 == 0 ? AuditEvents.SignedIn : i % 3 == 1 ? AuditEvents.Verified : AuditEvents.Authorized,
                        Actor = "user:" + ids[i % ids.Count], UserId = ids[i % ids.Count], Resource = $"client:app-{i % Clients}", Outcome = "success", Reason = "A right code.",
                        Address = "203.0.113.24", UserAgent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
                    });
                }

                return 0;
            });
        }

        var source = new RandomSource();
        var handle = Handle.New(source);
        await database.WriteAsync(s => s.ExecuteAsync($"""
            INSERT INTO api_tokens (id, hash, name, user_id, scopes, created_at, credential_generation, expires_at)
            SELECT @p0, @p1, 'bench', id, @p2, @p3, credential_generation, @p4 FROM users WHERE user_name = @p5
            """, source.NewId(), Handle.HashOf(handle), JsonSerializer.Serialize(Scopes), now, now.AddDays(1), Seed.Person));
        // PostgreSQL does this by itself, some minutes later; nobody does it for a SQLite file.
        if (!sqlite) await database.ReadAsync(async s => await s.ExecuteAsync("ANALYZE"));
        return handle;
    }

    /// <summary>One of everybody with its mails, one of a tenth and one of a few; and closed ones, with the numbers they were closed with.</summary>
    private static async ValueTask<int> CampaignsAsync(Statements s, bool sqlite, string random, string last, DateTimeOffset now)
    {
        const string Member = "INSERT INTO campaign_members (campaign_id, user_id, added_at) SELECT @p1, id, @p0 FROM users WHERE user_name LIKE";
        foreach (var (id, people) in new[] { ("bench", "person%"), ("tenth", "person7%"), ("few", "person77%") })
        {
            await s.ExecuteAsync("INSERT INTO campaigns (id, name, deadline, created_at, created_by) VALUES (@p0, 'All staff', @p1, @p2, 'cli:bench')", id, now.AddDays(5), now);
            await s.ExecuteAsync($"{Member} '{people}'", now, id);
        }

        for (var i = 0; i < 40; i++)
        {
            await s.ExecuteAsync(
                "INSERT INTO campaigns (id, name, deadline, created_at, created_by, closed_at, closed_with) VALUES (@p0, 'Staff of before', @p1, @p2, 'cli:bench', @p1, '[11000,0,1,2,3,4,5]')",
                $"closed{i}", now.AddDays(-i), now.AddDays(-30 - i));
            await s.ExecuteAsync($"{Member} 'person{i % 9 + 1}_555'", now, $"closed{i}");
        }

        var number = last[..last.LastIndexOf('%')];
        var body = sqlite ? "printf('%.*c', 800, 'x')" : "repeat('x', 800)";
        foreach (var (kind, state, whom) in new[] { ("E1", "Sent", $"{last} < 9"), ("E2", "Sent", $"{last} IN (4, 5, 6)"), ("E2", "Failed", $"{last} = 8") })
        {
            await s.ExecuteAsync($"""
                INSERT INTO outbox_messages (id, kind, user_id, "to", subject, text, html, state, attempts, created_at, next_attempt_at)
                SELECT {random}, '{kind}', id, email, 'Set it up', {body}, {body}, '{state}', 1, @p0 + {number}, @p0 FROM users WHERE user_name LIKE 'person%' AND {whom}
                """, now);
        }

        return 0;
    }
}
