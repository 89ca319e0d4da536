using System.Text.Json;
using System.Text.RegularExpressions;
using IdP.Protocol.Logout;
using IdP.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace IdP.Tests.Protocol.Strictness;

/// <summary>Each row of <c>Rejections.txt</c> over HTTP: a valid request, one thing changed, and the answer that it must get.</summary>
internal sealed partial class RejectionTests
{
    private StrictProvider strict = null!;
    private Script script = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => script = new Script(strict = await StrictProvider.StartAsync());

    [OneTimeTearDown]
    public async Task StopAsync() => await strict.DisposeAsync();

    public static IEnumerable<TestCaseData> Rows() => Row.ReadAll().Select(r => new TestCaseData(r).SetArgDisplayNames(r.ToString()));

    [TestCaseSource(nameof(Rows))]
    public async Task It_is_answered_as_the_table_says(Row row)
    {
        var request = await script.BuildAsync(row.Method, row.Path, row.Operations);

        var answer = await strict.SendAsync(request);

        Assert.That(answer.Scandal, Is.Null, answer.ToString());
        Check(row.Expected, answer, request);
    }

    [Test]
    public void There_are_at_least_three_hundred_and_each_has_a_name_of_its_own()
    {
        var rows = Row.ReadAll().Where(r => !r.IsValid).ToList();

        Assert.That(rows, Has.Count.AtLeast(300));
        Assert.That(rows.Select(r => r.ToString()), Is.Unique);
        TestContext.Out.WriteLine($"{rows.Count} rejections, {Row.ReadAll().Count - rows.Count} valid requests");
    }

    private void Check(string expected, RawAnswer answer, RawRequest request)
    {
        var words = expected.Split(' ');
        switch (words)
        {
            case ["page", var reason]:
                Assert.That(answer.Location, Is.EqualTo("/error?reason=" + reason), answer.ToString());
                break;
            case ["to", var path]:
                Assert.That(answer.Location, Does.StartWith(path + "?interaction="), answer.ToString());
                break;
            case ["back", var error]:
                Assert.That(answer.Status, Is.EqualTo(request.Method == "POST" ? 303 : 302), answer.ToString());
                Assert.That(answer.Location, Does.StartWith(Provider.RedirectUri + "?"), answer.ToString());
                var location = new Uri(answer.Location!);
                Assert.That(Provider.Query(location, error == "code" ? "code" : "error"), error == "code" ? Has.Length.EqualTo(43) : Is.EqualTo(error), answer.ToString());
                if (error != "code") Assert.That(Provider.Query(location, "code"), Is.Null);
                Assert.That(Provider.Query(location, "iss"), Is.EqualTo(Provider.Issuer));
                Assert.That(Provider.Query(location, "state"), Is.EqualTo(script.State is "" ? null : script.State));
                break;
            case ["form", var error]:
                Assert.That(answer.Status, Is.EqualTo(200));
                Assert.That(answer.Body, Does.Contain($"action=\"{Provider.RedirectUri}\"").And.Contain($"name=\"error\" value=\"{error}\"").And.Contain($"name=\"iss\" value=\"{Provider.Issuer}\""));
                break;
            case ["goodbye"]:
                Assert.That(answer.Location, Is.EqualTo("/signout?done=1"), answer.ToString());
                break;
            case ["bye"]:
                Assert.That(answer.Location, Does.StartWith(StrictProvider.GoodBye), answer.ToString());
                break;
            case ["confirm", var where]:
                var asked = Uri.UnescapeDataString(AfterLogout().Match(answer.Location ?? "").Groups[1].Value);
                var read = strict.Provider.Services.GetRequiredService<LogoutRequests>().Read(asked);
                Assert.That(read, Is.Not.Null, answer.ToString());
                Assert.That(read!.RedirectUrl is null ? "nowhere" : "registered", Is.EqualTo(where), read.ToString());
                break;
            case ["again"]:
                Assert.That(answer.Location, Does.StartWith("/connect/logout?"), answer.ToString());
                break;
            case ["inactive"]:
                Assert.That((answer.Status, answer.Body), Is.EqualTo((200, """{"active":false}""")));
                break;
            case [var status]:
                Assert.That(answer.Status, Is.EqualTo(int.Parse(status, null)), answer.ToString());
                if (status == "405") Assert.That(answer.Headers, Contains.Key("Allow"));
                break;
            case [var status, var error]:
                Assert.That((answer.Status, Error(answer)), Is.EqualTo((int.Parse(status, null), error)), answer.ToString());
                // RFC 6749 §5.1, §5.2; RFC 6750 §3.
                Assert.That(answer.Headers.GetValueOrDefault("Cache-Control"), Is.EqualTo("no-store"));
                Assert.That(answer.Headers.GetValueOrDefault("Content-Type"), Does.StartWith("application/json"));
                if (status is "401" && (request.Path == "/connect/userinfo" || request.Headers.Any(h => h.Key == "Authorization")))
                {
                    Assert.That(answer.Headers, Contains.Key("WWW-Authenticate"));
                }

                break;
            default:
                throw new FormatException("What is expected cannot be read: " + expected);
        }
    }

    private static string? Error(RawAnswer answer) =>
        answer.Body.StartsWith('{') && JsonElement.Parse(answer.Body).TryGetProperty("error", out var error) ? error.GetString() : null;

    [GeneratedRegex("^/signout\\?logout=(.+)$")]
    private static partial Regex AfterLogout();
}

/// <summary>A line of the table.</summary>
internal sealed record Row(string Section, string Name, string Method, string Path, IReadOnlyList<string> Operations, string Expected)
{
    /// <summary>The section's valid request itself.</summary>
    public bool IsValid => Name == "valid";

    public static string Folder { get; } = System.IO.Path.Combine(Repository.Root, "tests", "IdP.Tests", "Protocol", "Strictness");

    public static IReadOnlyList<Row> ReadAll()
    {
        List<Row> rows = [];
        var (section, method, path, start) = ("", "", "", (IReadOnlyList<string>)[]);
        foreach (var line in File.ReadLines(System.IO.Path.Combine(Folder, "Rejections.txt")))
        {
            if (line.Length == 0 || line[0] == '#') continue;
            var cells = line.Split(" | ");
            if (cells[0].StartsWith("== ", StringComparison.Ordinal))
            {
                (section, var to, start) = (cells[0][3..], cells[1].Split(' '), Split(cells[2]));
                (method, path) = (to[0], to[1]);
                rows.Add(new Row(section, "valid", method, path, start, cells[3]));
            }
            else
            {
                rows.Add(new Row(section, cells[0], method, path, [.. start, .. Split(cells[1])], cells[2]));
            }
        }

        return rows;
    }

    public override string ToString() => $"{Section}: {Name}";

    private static string[] Split(string cell) => cell.Split(" ; ", StringSplitOptions.RemoveEmptyEntries);
}
