using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using IdP.Testing;
using IdP.Tests.Server.Journeys;

namespace IdP.Tests.Server.Console;

/// <summary>The program with an admin of every role, to be asked through the API and through the console.</summary>
internal abstract class ConsoleFixture(TestDatabaseKind kind) : ServerFixture(kind)
{
    protected const string Owner = "olga";
    protected const string ClientAdmin = "carl";
    protected const string HelpDesk = "hanna";
    protected const string Auditor = "anna";

    private readonly Dictionary<string, string> tokens = [];
    private readonly Dictionary<string, Visitor> consoles = [];
    private ApiDescription? description;

    protected override IEnumerable<object> People => [.. Admins, .. Others];

    protected override IEnumerable<object> Apps => [];

    /// <summary>People besides the admins.</summary>
    protected virtual IEnumerable<object> Others => [];

    private static IEnumerable<object> Admins =>
        [Admin(Owner, "owner"), Admin(ClientAdmin, "clientAdmin"), Admin(HelpDesk, "helpDesk"), Admin(Auditor, "auditor")];

    /// <summary>A token with every scope that the admin's role gives.</summary>
    protected async Task<string> TokenAsync(string admin, params string[] scopes)
    {
        if (scopes.Length == 0 && tokens.TryGetValue(admin, out var known)) return known;
        if (admin != Owner || scopes.Length > 0) await TokenAsync(Owner);
        var wanted = scopes.Length > 0 ? scopes : [.. IdP.Server.Admin.Access.Rights.Scopes];
        // The first by command, the others by it.
        var token = tokens.TryGetValue(Owner, out var maker)
            ? (await ApiWithAsync(maker, HttpMethod.Post, "/tokens", new { name = "tests", username = admin, scopes = wanted })).JsonString("token")!
            : JsonDocument.Parse(await CommandAsync(["tokens", "add", admin, "tests", .. wanted.SelectMany(s => new[] { "--scope", s }), "--json"])).RootElement.GetProperty("token").GetString()!;
        if (scopes.Length == 0) tokens[admin] = token;
        return token;
    }

    /// <summary>Asks the API.</summary>
    /// <param name="admin">Whose token; null: none.</param>
    protected async Task<Exchange> ApiAsync(string? admin, HttpMethod method, string path, object? body = null, string? ifMatch = null) =>
        await ApiWithAsync(admin is null ? null : await TokenAsync(admin), method, path, body, ifMatch);

    protected async Task<Exchange> ApiWithAsync(string? token, HttpMethod method, string path, object? body = null, string? ifMatch = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(Server.Issuer, "api/v1" + path));
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (ifMatch is not null) request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        if (body is string raw) request.Content = new StringContent(raw, Encoding.UTF8, "application/json");
        else if (body is HttpContent content) request.Content = content;
        else if (body is not null) request.Content = JsonContent.Create(body);
        using var agent = new UserAgent();
        var answer = await agent.SendAsync(request);
        Assert.That((await DescriptionAsync()).Problems(answer), Is.Empty, $"openapi.json: {answer}");
        return answer;
    }

    /// <summary>The server's own description, against which every answer is held.</summary>
    protected async Task<ApiDescription> DescriptionAsync()
    {
        if (description is not null) return description;
        using var agent = new UserAgent();
        return description = new ApiDescription((await agent.GetAsync(new Uri(Server.Issuer, "api/v1/openapi.json"))).Json);
    }

    /// <summary>The admin's browser, signed in to the console and verified.</summary>
    protected async Task<Visitor> ConsoleAsync(string admin)
    {
        if (consoles.TryGetValue(admin, out var known))
        {
            // A change asks for a verification of the last quarter of an hour, and on a busy machine a fixture may last longer.
            await ExecuteAsync("UPDATE sessions SET verified_at = @p0 WHERE user_id = (SELECT id FROM users WHERE user_name = @p1)", DateTimeOffset.UtcNow, admin);
            return known;
        }

        var browser = Browser(admin);
        var page = await browser.VerifyAsync(await browser.SignInAsync(await browser.OpenAsync("admin")));
        Assert.That(page.Uri.AbsolutePath, Is.EqualTo("/admin"), $"{page}");
        return consoles[admin] = browser;
    }

    protected static void AssertProblem(Exchange answer, HttpStatusCode status, string code)
    {
        Assert.That(answer.Status, Is.EqualTo(status), $"{answer}");
        Assert.That(answer.Header("Content-Type"), Does.StartWith("application/problem+json"));
        Assert.That(answer.JsonString("code"), Is.EqualTo(code), $"{answer}");
    }

    private static object Admin(string name, string role) => WithRole(Enrolled(name), role);

    protected static object WithRole(object person, string role)
    {
        var seed = (Dictionary<string, object>)person;
        seed["roles"] = new[] { role };
        return seed;
    }
}
