using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using IdP.Server.Admin.Access;
using IdP.Testing;

namespace IdP.Tests.Server.Console;

/// <summary>Asks a server every cell of <c>docs/roles.md</c>, which people wrote, and finds no difference.</summary>
internal sealed class RoleTableTests() : ConsoleFixture(TestDatabaseKind.Sqlite)
{
    private const string Never = "\"never\"";
    private static readonly string[] Callers = ["", Auditor, HelpDesk, ClientAdmin, Owner];

    // What can be sent without doing much: changes are for a state that never was, new things have names that are taken.
    private static readonly Dictionary<string, object> Bodies = new()
    {
        ["POST /users"] = new { username = "plain" },
        ["POST /users/{user}/extend"] = new { days = 30 },
        ["POST /users/{user}/password"] = new { password = "quiet-harbour-lantern-40" },
        ["POST /campaigns"] = new { name = "cell", days = 3, users = new[] { "nobody-of-this-name" } },
        ["POST /campaigns/{id}/members"] = new { },
        ["POST /campaigns/{id}/extend"] = new { days = 3 },
        ["POST /campaigns/{id}/remind"] = new { },
        ["POST /campaigns/{id}/close"] = new { },
        ["POST /groups"] = new { name = "finance" },
        ["POST /clients"] = new { clientId = "notes", redirectUris = new[] { "https://notes.example/callback" } },
        ["POST /tokens"] = new { name = "cell", scopes = new[] { "people:read" }, days = 0 },
        ["POST /apply"] = new { },
        ["POST /commands"] = new { arguments = new[] { "tokens", "list" } },
        ["POST /mail/test"] = new { },
        ["POST /keys/rotate"] = new { algorithm = "HS256" },
    };

    private static readonly Dictionary<string, object> Values = new()
    {
        ["email"] = "cell@example.com", ["emailVerified"] = true, ["displayName"] = "Cell", ["groups"] = new[] { "finance" }, ["claims"] = new { cell = 1 }, ["locale"] = "de", ["zoneInfo"] = "Europe/Vienna",
        ["roles"] = new[] { "owner" }, ["password"] = "quiet-harbour-lantern-41", ["mustChangePassword"] = true, ["reason"] = "a cell", ["days"] = 5, ["atNextSignIn"] = true, ["compromised"] = true, ["hours"] = 2,
        ["mustChange"] = true, ["description"] = "Cell", ["type"] = "confidential", ["redirectUris"] = new[] { "https://cell.example/callback" }, ["postLogoutRedirectUris"] = new[] { "https://cell.example/out" },
        ["backChannelLogoutUri"] = "https://cell.example/logout", ["grantTypes"] = new[] { "authorization_code" }, ["scopes"] = new[] { "openid" }, ["consent"] = "explicit", ["tokenEndpointAuthMethod"] = "client_secret_post",
        ["jwks"] = new { }, ["requirePkce"] = true, ["requirePar"] = true, ["dpopBoundAccessTokens"] = true, ["profile"] = "", ["accessTokenFormat"] = "jwt", ["idTokenSigningAlg"] = "ES256",
        ["allowedOrigins"] = new[] { "https://cell.example" }, ["launchUri"] = "https://cell.example/", ["initiateLoginUri"] = "https://cell.example/login", ["disabled"] = true, ["identityVerification"] = "always",
        ["reverifyAfterMinutes"] = 5, ["verificationMethods"] = new[] { "otp" }, ["enrollmentProof"] = "admin", ["rememberBrowserDays"] = 30, ["clientSecret"] = "a secret of some length", ["overlapHours"] = 1, ["algorithm"] = "HS256",
        ["rules"] = new[] { new { identityVerification = "always" } }, ["subject"] = "Cell", ["to"] = "cell@example.com", ["kind"] = "E1", ["language"] = "en", ["text"] = "Cell", ["username"] = "adele",
        ["enrollmentDays"] = 8, ["verificationAttempts"] = 4, ["lockMinutes"] = 0, ["passwordAttempts"] = 9, ["passwordLockMinutes"] = 14, ["addressAttempts"] = 99_000, ["failedCodesCountAsPassword"] = true,
        ["failedPasswordsCountAsVerification"] = true, ["expiryLocks"] = "account", ["portalIdentityVerification"] = "always", ["portalReverifyAfterMinutes"] = 5, ["preferredAuthenticator"] = "Cell",
        ["authenticatorNote"] = "Cell", ["supportContact"] = "Cell", ["reminderMails"] = true, ["reminderDays"] = new[] { 2 }, ["weeklyDigest"] = true, ["refreshTokenGraceSeconds"] = 0, ["auditRetentionDays"] = 0,
        ["deadline"] = "2026-01-01T00:00:00Z", ["users"] = new[] { "nobody-of-this-name" }, ["group"] = "nobody-is-in-it", ["unlockLate"] = true,
        ["input"] = "cell", ["files"] = new { cell = "" }, ["fromEnv"] = new { cell = "" }, ["fromFile"] = new { cell = "" }, ["width"] = 80,
    };

    private static readonly Dictionary<string, string> Queries = new()
    {
        ["search"] = "plain", ["state"] = "active", ["role"] = "any", ["group"] = "finance", ["disabled"] = "false", ["limit"] = "5", ["after"] = "m", ["dryRun"] = "true",
        ["campaign"] = "none", ["person"] = "plain&resource=notes", ["daysLeftAtMost"] = "3", ["daysLeftAtLeast"] = "3",
    };

    protected override IEnumerable<object> Others => [Person("plain"), WithRole(Person("adele"), "auditor")];

    protected override IEnumerable<object> Apps => [App("notes", "notRequired")];

    private sealed record Row(string Request, string Field, string On, string[] Cells, string Scopes)
    {
        public override string ToString() => $"{Request} | {Field} | {On}";
    }

    [Test]
    public async Task No_cell_differs()
    {
        await ApiAsync(Owner, HttpMethod.Post, "/groups", new { name = "finance" });
        var rows = Read();
        var scopes = new Dictionary<string, string>();
        foreach (var scope in Rights.Scopes) scopes[scope] = await TokenAsync(Owner, scope);
        foreach (var admin in Callers.Where(c => c.Length > 0)) await TokenAsync(admin);
        var (cells, wrong) = (0, new ConcurrentBag<string>());

        await Parallel.ForEachAsync(rows, new ParallelOptions { MaxDegreeOfParallelism = 6 }, async (row, _) =>
        {
            for (var i = 0; i < Callers.Length; i++) await CellAsync(row, Callers[i] is { Length: > 0 } admin ? await TokenAsync(admin) : null, row.Cells[i] == "yes", Callers[i]);
            if (row.Scopes == "as above") return;
            foreach (var (scope, token) in scopes) await CellAsync(row, token, row.Scopes == "any" || row.Scopes.Split(' ').Contains(scope), $"owner with {scope} alone");
        });

        Assert.That(string.Join('\n', wrong.Order(StringComparer.Ordinal)), Is.Empty, "docs/roles.md");
        Assert.That(cells, Is.GreaterThan(1000));
        Assert.That(File.ReadAllText(Path.Combine(Repository.Root, "docs/roles.md")), Does.Contain($"{cells:N0} cells"));

        async Task CellAsync(Row row, string? token, bool may, string who)
        {
            var answer = await AskAsync(row, token);
            Interlocked.Increment(ref cells);
            // Whatever else is wrong with the request, the right is not what is missing.
            var let = answer.Status is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden);
            if (let != may) wrong.Add($"{row} | {(who.Length > 0 ? who : "no token")}: {(int)answer.Status} {answer.JsonString("detail")}");
            else if (!let && answer.Status != (token is null ? HttpStatusCode.Unauthorized : HttpStatusCode.Forbidden)) wrong.Add($"{row} | {who}: {(int)answer.Status}");
            else if ((int)answer.Status is 405 or 415 or 429 or >= 500 || (answer.Status == HttpStatusCode.NotFound && !IsUnknown(row))) wrong.Add($"{row} | {who}: {answer}");
        }
    }

    [Test]
    public async Task Every_request_and_every_field_of_the_API_has_a_row()
    {
        var (description, rows) = (await DescriptionAsync(), Read());
        List<string> missing = [.. description.Operations.Except(rows.Select(r => r.Request))];
        foreach (var operation in description.Operations.Where(o => !o.StartsWith("GET", StringComparison.Ordinal)))
        {
            var said = description.Document.GetProperty("paths").GetProperty(operation.Split(' ')[1]).GetProperty(operation.Split(' ')[0].ToLowerInvariant());
            if (!said.TryGetProperty("requestBody", out var body)) continue;
            // A file of people has columns, each row of it judged by the rights; ImportTests.
            if (!body.GetProperty("content").TryGetProperty("application/json", out var json)) continue;
            var name = json.GetProperty("schema").GetProperty("$ref").GetString()!.Split('/')[^1];
            var schema = description.Document.GetProperty("components").GetProperty("schemas").GetProperty(name);
            var needed = schema.TryGetProperty("required", out var required) ? required.EnumerateArray().Select(r => r.GetString()!).ToHashSet() : [];
            // A document's sections are all or nothing; of a token only what it gives matters.
            if (operation is "POST /apply" or "POST /tokens") continue;
            missing.AddRange(schema.GetProperty("properties").EnumerateObject().Select(p => p.Name).Where(field => !needed.Contains(field) && !rows.Any(r => r.Request == operation && r.Field == field)).Select(field => $"{operation} | {field}"));
        }

        Assert.That(string.Join('\n', missing), Is.Empty, "docs/roles.md");
        Assert.That(rows.Select(r => r.Request).Except(description.Operations), Is.Empty);
        Assert.That(rows.Where(r => r.Request == "POST /tokens" && r.Field.StartsWith("scopes", StringComparison.Ordinal)).Select(r => r.Field["scopes: ".Length..]), Is.EquivalentTo(Rights.Scopes));
    }

    private static bool IsUnknown(Row row) => row.Request.Contains("/campaigns/{id}", StringComparison.Ordinal) || row.Request is "DELETE /tokens/{id}" or "DELETE /groups/{name}" or "POST /keys/{kid}/revoke" or "DELETE /mail/templates/{kind}/{language}" or "POST /mail/outbox/{id}/retry";

    private Task<Exchange> AskAsync(Row row, string? token)
    {
        var (method, path) = (row.Request.Split(' ')[0], row.Request.Split(' ')[1]);
        path = path.Replace("{user}", row.On == "a person with a role" ? "adele" : "plain", StringComparison.Ordinal).Replace("/clients/{id}", "/clients/notes", StringComparison.Ordinal)
            .Replace("{name}", method == "DELETE" ? "nothing" : "finance", StringComparison.Ordinal).Replace("{kind}/{language}", method == "DELETE" ? "E99/en" : "E1/en", StringComparison.Ordinal)
            .Replace("{kind}/{id}", "client/notes", StringComparison.Ordinal).Replace("{id}", "nothing", StringComparison.Ordinal).Replace("{kid}", "nothing", StringComparison.Ordinal);
        if (Queries.TryGetValue(row.Field, out var query) && (method == "GET" || row.Field == "dryRun")) path += $"?{row.Field}={query}";
        var hasBody = method == "PATCH" || Bodies.ContainsKey(row.Request) || (method == "POST" && row.Field.Length > 0 && row.Request != "POST /users/import");
        return ApiWithAsync(token, new HttpMethod(method), path, hasBody ? Body(row) : null, method == "PATCH" || (method == "DELETE" && path[1..6] is "users" or "clien") || (method != "GET" && path[1..6] is "polic") ? Never : null);
    }

    private static Dictionary<string, object> Body(Row row)
    {
        var body = Bodies.TryGetValue(row.Request, out var known) ? JsonSerializer.SerializeToElement(known).EnumerateObject().ToDictionary(p => p.Name, p => (object)p.Value) : [];
        if (row.Field.StartsWith("scopes: ", StringComparison.Ordinal)) body["scopes"] = new[] { row.Field["scopes: ".Length..] };
        else if (row.Field.Length > 0 && row.Field != "dryRun") body[row.Field] = Values[row.Field];
        // A password goes with a compromised account only.
        if (row is { Request: "POST /users/{user}/reset", Field: "password" }) body["compromised"] = true;
        return body;
    }

    private static List<Row> Read() => [.. File.ReadLines(Path.Combine(Repository.Root, "docs/roles.md")).Where(line => line.StartsWith("| `", StringComparison.Ordinal))
        .Select(line => line.Replace("`", "", StringComparison.Ordinal).Trim('|', ' ').Split('|', StringSplitOptions.TrimEntries))
        .Select(cells => new Row(cells[0], cells[1] == "–" ? "" : cells[1], cells[2], cells[3..8], cells[8]))];
}
