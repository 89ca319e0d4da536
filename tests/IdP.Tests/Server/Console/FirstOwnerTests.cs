using System.Net;
using System.Text.Json;
using IdP.Server.Admin.Access;
using IdP.Testing;
using IdP.Tests.Server.Journeys;

namespace IdP.Tests.Server.Console;

/// <summary>No owner yet, but lesser admins: the one-time link is the only way to the first one.</summary>
internal sealed class FirstOwnerTests() : ConsoleFixture(TestDatabaseKind.Sqlite)
{
    private static readonly string[] Wanted = ["owner"];

    protected override IEnumerable<object> People => base.People.Where(p => p is not Dictionary<string, object> person || (string)person["username"] != Owner);

    [Test]
    public async Task Neither_api_nor_console_nor_a_document_nor_the_command_line_makes_the_first_owner()
    {
        foreach (var admin in new[] { ClientAdmin, HelpDesk })
        {
            var token = JsonDocument.Parse(await CommandAsync(["tokens", "add", admin, "tests", .. Rights.Scopes.SelectMany(s => new[] { "--scope", s }), "--json"])).RootElement.GetProperty("token").GetString();
            foreach (var (method, path, body) in new (HttpMethod, string, object)[]
            {
                (HttpMethod.Patch, $"/users/{admin}", new { roles = Wanted }), (HttpMethod.Post, "/users", new { username = "eve", roles = Wanted }),
                (HttpMethod.Post, "/apply", new { users = new[] { new { username = "eve", roles = Wanted } } }), (HttpMethod.Post, "/tokens", new { name = "x", scopes = new[] { "roles:write" } }),
            })
            {
                var answer = await ApiWithAsync(token, method, path, body);
                Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.Forbidden), $"{admin} {path} {answer}");
            }
        }

        var file = Path.Combine(Server.Folder, "take.json");
        await File.WriteAllTextAsync(file, """{ "users": [ { "username": "carl", "roles": ["owner"] } ] }""");
        foreach (var command in new[] { new[] { "apply", file }, ["users", "set", ClientAdmin, "--role", "owner"], ["users", "add", "eve", "--no-password", "--role", "admin"] })
        {
            var result = await Server.CommandAsync(command);
            Assert.That((result.ExitCode, result.Error), Is.EqualTo((1, result.Error)), command[0]);
            Assert.That(result.Error, Does.Contain("the first one comes by the one-time link alone"), command[0]);
        }

        // The link does, once.
        var link = JsonDocument.Parse(await CommandAsync("setup-link", "--json")).RootElement.GetProperty("url").GetString()!;
        using var browser = new UserAgent();
        var page = await browser.GetAsync(new Uri(link));
        await browser.SubmitAsync(page, new Dictionary<string, string> { ["username"] = "first", ["display_name"] = "First", ["password"] = Password, ["password_again"] = Password });
        Assert.That(JsonDocument.Parse(await CommandAsync("users", "show", "first", "--json")).RootElement.GetProperty("roles")[0].GetString(), Is.EqualTo("owner"));
        Assert.That((await Server.CommandAsync("setup-link")).ExitCode, Is.EqualTo(1));
    }
}
