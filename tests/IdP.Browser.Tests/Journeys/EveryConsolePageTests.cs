using System.Text.Json;
using System.Text.RegularExpressions;

namespace IdP.Browser.Tests.Journeys;

/// <summary>
/// An owner follows every link of the console once, on the narrowest screen, in the dark: axe finds nothing and nothing
/// scrolls sideways. A new area is looked at as soon as a link leads there.
/// </summary>
internal sealed partial class EveryConsolePageTests : BrowserTest
{
    private const string Key = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

    // Answers that are no page of ours: files, and a mail as a mail program shows it.
    private static readonly string[] NoPages = ["/admin/mail/preview", "/admin/audit/export", "/admin/verified"];

    private static readonly string[] Areas = ["/admin/people", "/admin/clients", "/admin/groups", "/admin/settings", "/admin/keys", "/admin/mail", "/admin/tokens"];

    [Test]
    public async Task Passes_the_scan_and_fits()
    {
        Requires.Oathtool();
        await using var database = await TestDatabase.CreateAsync(TestDatabaseKind.Sqlite);
        await using var server = await ServerInProcess.StartAsync(database, JsonSerializer.Serialize(new
        {
            users = new object[]
            {
                new { username = "olga", displayName = "Olga", email = "olga@example.com", password = Company.Password, totpSecret = Key, roles = new[] { "owner" } },
                new { username = "maya-with-a-long-name-that-does-not-end", displayName = "Maya", email = "maya@example.com", password = Company.Password, verification = "required" },
            },
            groups = new[] { new { name = "finance", description = "People of Payroll" } },
            clients = new[] { new { clientId = "payroll", clientSecret = "a secret that only the tests use, long enough", displayName = "Payroll", redirectUris = new[] { "https://payroll.example/callback/with/a/long/path/that/does/not/end" }, identityVerification = "required" } },
        }));
        await using var browser = await OpenAsync(new BrowserOptions(Width: 320, Dark: true));
        await browser.Page.GotoAsync(new Uri(server.Issuer, "admin").ToString());
        await browser.Page.Locator("#username").FillAsync("olga");
        await browser.Page.Locator("#password").FillAsync(Company.Password);
        await browser.Page.Locator("main .go").First.ClickAsync();
        await browser.Page.Locator("#onetimecode").FillAsync(await Totp.CodeAsync(Key, DateTimeOffset.UtcNow));
        await browser.Page.Locator("form:has(#onetimecode) .go").First.ClickAsync();

        HashSet<string> known = ["/admin"];
        Queue<string> pages = new(["/admin"]);
        while (pages.TryDequeue(out var page))
        {
            var answer = await browser.Page.GotoAsync(new Uri(server.Issuer, page).ToString());
            Assert.That(answer!.Ok, Is.True, page);
            Assert.That(await browser.Heading.CountAsync(), Is.EqualTo(1), page);
            await browser.PassesAxeAsync(page);
            // The list of areas may: it scrolls in itself on a narrow screen.
            var sideways = await browser.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth > document.documentElement.clientWidth");
            Assert.That(sideways, Is.False, $"{page} scrolls sideways");
            await browser.HasNoSlipsAsync(page);
            await browser.IsRoomyAsync(page);
            foreach (var link in await browser.Page.EvaluateAsync<string[]>("[...document.querySelectorAll('.admin a[href]')].map(a => a.pathname + a.search)"))
            {
                var path = link.Split('?')[0];
                if (path.StartsWith("/admin", StringComparison.Ordinal) && !NoPages.Contains(path) && known.Add(Shape(path))) pages.Enqueue(link);
            }
        }

        Assert.That(Areas.Except(known), Is.Empty, "areas that no link leads to");
    }

    // Of people, and of what is done with one, the first of each is enough.
    private static string Shape(string path) => Act().IsMatch(path) ? "/admin/people/{id}/{act}" : Person().IsMatch(path) && path is not ("/admin/people/add" or "/admin/people/bulk") ? "/admin/people/{id}" : path;

    [GeneratedRegex("^/admin/people/[^/]+/(?!edit$)[^/]+$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Act();

    [GeneratedRegex("^/admin/people/[^/]+$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Person();
}
