using System.Net;
using System.Text;
using System.Text.Json;
using IdP.Server.Admin;
using IdP.Testing;

namespace IdP.Tests.Server.Console;

/// <summary>A thousand names that mean harm, through the API and on the pages that list them.</summary>
internal sealed class HostileNamesTests() : ConsoleFixture(TestDatabaseKind.Sqlite)
{
    private const int Names = 1000;
    private static readonly string[] Callback = ["https://hostile.example/callback"];

    private static readonly string[] Bits =
    [
        "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "\"><svg onload=alert(1)>", "' onmouseover='alert(1)", "</title><h1>", "<!--", "-->", "]]>", "&lt;b&gt;", "&#x27;", "javascript:alert(1)",
        "{{7*7}}", "${7*7}", "@(1+1)", "'; DROP TABLE users; --", "\" OR 1=1 --", "%' OR '%'='", "\\", "%00", "%2e%2e%2f", "../../etc/passwd", "..\\..\\x", "C:\\con", "/", "?a=b#c", "\0", "\r\nSet-Cookie: a=b",
        "\n", "\t", "\u001b[31m", "\u0007", "\u202e", "\u2066", "\u200f", "\u200b", "\ufeff", "\u2028", "\u0085", "\ud800", "\udfff", "\uffff", "=1+1", "+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0", "é", "e\u0301", "ﬁ", "İ",
        "😀", "👨‍👩‍👧", "中文", "עברית", "العربية", "\u0430dmin", "admin", "null", "undefined", "true", "0", " ", "　", "a", "Z", "'", "\"", "`", "|", ";", ",", "<", ">", "&",
    ];

    [Test]
    public async Task They_are_stored_as_they_are_or_refused_and_shown_as_text()
    {
        var random = new Random(20260101);
        string[] tokens = [await TokenAsync(Owner), await TokenAsync(Owner, "people:read", "people:write", "groups:read", "groups:write", "clients:read", "clients:write"), await TokenAsync(Owner, "people:read", "people:write", "groups:read", "groups:write", "clients:read", "clients:write")];
        var (stored, refused) = (0, 0);
        List<(string Id, string Username, string DisplayName)> people = [];
        for (var i = 0; i < Names; i++)
        {
            var (username, shown, token) = (Hostile(random), Hostile(random), tokens[i % tokens.Length]);
            var answer = i % 10 == 8 ? await ApiWithAsync(token, HttpMethod.Post, "/groups", Body(("name", $"{i}{username}"), ("description", shown)))
                : i % 10 == 9 ? await ApiWithAsync(token, HttpMethod.Post, "/clients", Body(("clientId", $"c{i}"), ("displayName", shown), ("description", username)))
                : await ApiWithAsync(token, HttpMethod.Post, "/users", Body(("username", username), ("displayName", shown)));
            if (answer.Status != HttpStatusCode.Created)
            {
                // Never a fault of ours; taken names are other spellings of one that is there.
                Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.BadRequest).Or.EqualTo(HttpStatusCode.Conflict), $"{Escape(username)} / {Escape(shown)}: {answer}");
                refused++;
                continue;
            }

            Assert.That(new[] { username, shown }.Any(Texts.HasControls), Is.False, $"{Escape(username)} / {Escape(shown)}");
            stored++;
            if (answer.Json.TryGetProperty("user", out var user)) people.Add((user.GetProperty("id").GetString()!, username, shown.Length == 0 ? username : shown));
        }

        Assert.That(stored, Is.GreaterThan(300), $"{refused} refused");
        Assert.That(refused, Is.GreaterThan(100), $"{stored} stored");
        foreach (var (id, username, displayName) in people.Where((_, i) => i % 4 == 0))
        {
            var person = await ApiWithAsync(tokens[1], HttpMethod.Get, "/users/" + id);
            Assert.That((person.JsonString("username"), person.JsonString("displayName")), Is.EqualTo((username, displayName)));
        }

        // Found again by what they are called, and every part of the list is one.
        Assert.That(await CountAsync(tokens[1]), Is.EqualTo(people.Count + 4));
        await PagesAsync();
    }

    // Whatever they are called, the pages hold the elements and attributes that they hold for anybody.
    private async Task PagesAsync()
    {
        var console = await ConsoleAsync(Owner);
        foreach (var path in new[] { "admin/people", "admin/groups", "admin/clients" })
        {
            var page = await console.OpenAsync(path);
            var seen = 0;
            while (true)
            {
                Assert.That(page.Status, Is.EqualTo(HttpStatusCode.OK), $"{page.Uri}");
                var html = page.Page;
                Assert.That(html.QuerySelectorAll("script:not([src]), img[src=x], svg[onload], iframe, object, embed, base"), Is.Empty, $"{page.Uri}");
                Assert.That(html.All.SelectMany(e => e.Attributes).Where(a => a.Name.StartsWith("on", StringComparison.OrdinalIgnoreCase) || a.Name.Any(c => c is '"' or '\'' or '<')), Is.Empty, $"{page.Uri}");
                Assert.That(html.All.SelectMany(e => e.Attributes).Where(a => a.Name is "href" or "src" or "action" && a.Value.TrimStart().StartsWith("javascript:", StringComparison.OrdinalIgnoreCase)), Is.Empty, $"{page.Uri}");
                Assert.That(html.QuerySelectorAll("h1"), Has.Count.EqualTo(1), $"{page.Uri}");
                seen++;
                if (html.QuerySelector("a[href*='after=']")?.GetAttribute("href") is not { } next || seen > 40) break;
                page = await console.OpenAsync(new Uri(page.Uri, next).PathAndQuery.TrimStart('/'));
            }
        }
    }

    private async Task<int> CountAsync(string token)
    {
        var (count, after) = (0, "");
        while (true)
        {
            var part = await ApiWithAsync(token, HttpMethod.Get, "/users?limit=200" + (after.Length > 0 ? "&after=" + Uri.EscapeDataString(after) : ""));
            count += part.Json.GetProperty("items").GetArrayLength();
            if (part.Json.GetProperty("next").GetString() is not { } next) return count;
            after = next;
        }
    }

    private static string Hostile(Random random)
    {
        var name = new StringBuilder();
        for (var i = random.Next(1, 4); i > 0; i--) name.Append(Bits[random.Next(Bits.Length)]);
        if (random.Next(20) == 0) name.Append('x', random.Next(100, 400));
        return name.Append(random.Next(3) == 0 ? "" : random.Next(10_000).ToString(System.Globalization.CultureInfo.InvariantCulture)).ToString();
    }

    // By hand: a writer refuses half a surrogate pair, and the server must refuse it, too.
    private static string Body(params (string Name, string Value)[] fields) =>
        "{" + string.Join(',', fields.Select(f => $"\"{f.Name}\":\"{Escape(f.Value)}\"")) + (fields[0].Name == "clientId" ? $",\"redirectUris\":[\"{Callback[0]}\"]" : "") + "}";

    private static string Escape(string text) => string.Concat(text.Select(c => c is >= ' ' and <= '~' and not ('"' or '\\') ? c.ToString() : $"\\u{(int)c:x4}"));
}
