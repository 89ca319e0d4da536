using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using IdP.Testing;

namespace IdP.Tests.Server.Console;

/// <summary>Every change that the API can make, made once, with the bodies that its own description gives as examples.</summary>
internal sealed class ExampleTests() : ConsoleFixture(TestDatabaseKind.Sqlite)
{
    // A mail that failed, and a mail server, are nothing that this server has; what verbs do is theirs to note.
    private static readonly string[] Untried = ["POST /mail/outbox/{id}/retry", "POST /mail/test", "POST /commands"];

    private readonly Dictionary<string, string> reasons = [];
    private ApiDescription description = null!;

    [Test]
    public async Task Every_example_works_and_every_change_is_in_the_audit_log_with_its_reason()
    {
        description = await DescriptionAsync();
        await ChangeAsync("POST /groups");
        await ChangeAsync("PATCH /groups/{name}", "/groups/finance");
        await ChangeAsync("POST /users");
        using var people = new StringContent("username,displayName\njo,Jo\n", Encoding.UTF8, "text/csv");
        await ChangeAsync("POST /users/import", body: people);
        foreach (var act in new[] { "require", "extend", "enrollment-pass", "lift", "disable", "enable", "end-sessions" }) await ChangeAsync($"POST /users/{{user}}/{act}", $"/users/maya/{act}");
        await ChangeAsync("POST /users/{user}/password", "/users/maya/password", """{"password":"quiet-harbour-lantern-33"}""");
        await ChangeAsync("PATCH /users/{user}", "/users/maya");
        await ChangeAsync("POST /campaigns/{id}/close", $"/campaigns/{await CampaignAsync()}/close");
        await ChangeAsync("POST /users/{user}/reset", "/users/maya/reset");
        await ExecuteAsync("UPDATE enrollments SET must_enroll = FALSE, deadline = @p0", DateTimeOffset.UtcNow.AddMinutes(-1));
        await ChangeAsync("POST /users/{user}/unlock", "/users/maya/unlock");
        await ClientAsync();

        await ChangeAsync("PATCH /settings");
        await ChangeAsync("PATCH /mail/templates/{kind}/{language}", "/mail/templates/E1/en", """{"subject":"Please set it up"}""");
        await ChangeAsync("DELETE /mail/templates/{kind}/{language}", "/mail/templates/E1/en");
        await ChangeAsync("DELETE /tokens/{id}", $"/tokens/{(await ChangeAsync("POST /tokens")).JsonString("id")}");
        await ChangeAsync("POST /keys/{kid}/revoke", $"/keys/{(await ChangeAsync("POST /keys/rotate")).Json.GetProperty("keys")[0].GetProperty("kid").GetString()}/revoke");
        await ChangeAsync("POST /apply");
        await ChangeAsync("DELETE /users/{user}", "/users/maya");
        await ChangeAsync("DELETE /groups/{name}", "/groups/finance");
        Assert.That((await ApiAsync(Owner, HttpMethod.Post, "/commands", Example("POST /commands"))).Status, Is.EqualTo(HttpStatusCode.OK));

        Assert.That(reasons.Keys.Concat(Untried), Is.EquivalentTo(description.Operations.Where(o => !o.StartsWith("GET ", StringComparison.Ordinal))), "every change of the API");
        var log = (await ApiAsync(Auditor, HttpMethod.Get, "/audit?limit=200&actor=" + Owner)).Json.GetProperty("items").EnumerateArray().Select(row => row.GetProperty("reason").GetString()).ToList();
        Assert.That(reasons.Where(r => !log.Exists(text => text?.Contains(r.Value, StringComparison.Ordinal) is true)).Select(r => r.Key), Is.Empty, "changes without a row");
    }

    private async Task<string> CampaignAsync()
    {
        var id = (await ChangeAsync("POST /campaigns")).Json.GetProperty("campaign").GetProperty("id").GetString()!;
        foreach (var act in new[] { "members", "extend", "remind" }) await ChangeAsync($"POST /campaigns/{{id}}/{act}", $"/campaigns/{id}/{act}");
        return id;
    }

    private async Task ClientAsync()
    {
        await ChangeAsync("POST /clients");
        await ChangeAsync("PATCH /clients/{id}", "/clients/payroll");
        await ChangeAsync("POST /clients/{id}/rotate-secret", "/clients/payroll/rotate-secret");
        await ChangeAsync("PATCH /policies/{kind}/{id}", "/policies/client/payroll");
        await ChangeAsync("PATCH /policies/{kind}/{id}/draft", "/policies/client/payroll/draft");
        await ChangeAsync("DELETE /policies/{kind}/{id}/draft", "/policies/client/payroll/draft");
        await ApiAsync(Owner, HttpMethod.Patch, "/policies/client/payroll/draft", Example("PATCH /policies/{kind}/{id}/draft"));
        await ChangeAsync("POST /policies/{kind}/{id}/publish", "/policies/client/payroll/publish");
        await ChangeAsync("DELETE /clients/{id}", "/clients/payroll");
    }

    private async Task<Exchange> ChangeAsync(string operation, string? path = null, object? body = null)
    {
        var (method, template) = (operation.Split(' ')[0], operation.Split(' ')[1]);
        path ??= template;
        var reason = reasons[operation] = $"example {reasons.Count + 1:000}";
        if (Said(operation).GetRawText().Contains("\"name\":\"reason\"", StringComparison.Ordinal)) path += "?reason=" + Uri.EscapeDataString(reason);
        else body = With(body as string ?? Example(operation) ?? "{}", reason);
        var answer = await ApiAsync(Owner, new HttpMethod(method), path, body ?? Example(operation));
        Assert.That((int)answer.Status, Is.InRange(200, 299), $"{operation}: {answer}");
        return answer;
    }

    private static string With(string json, string reason)
    {
        var body = JsonNode.Parse(json)!;
        body["reason"] = reason;
        return body.ToJsonString();
    }

    private JsonElement Said(string operation) => description.Document.GetProperty("paths").GetProperty(operation.Split(' ')[1]).GetProperty(operation.Split(' ')[0].ToLowerInvariant());

    private string? Example(string operation) =>
        Said(operation).TryGetProperty("requestBody", out var body) && body.GetProperty("content").TryGetProperty("application/json", out var json) && json.TryGetProperty("example", out var example) ? example.GetRawText() : null;
}
