using System.Text.Json;

namespace IdP.Browser.Tests;

/// <summary>Looks for accessibility faults with axe-core (WCAG 2.2 A and AA, and axe's best practices).</summary>
internal static class Axe
{
    private static readonly Lazy<string> Script =
        new(() => File.ReadAllText(Path.Combine(Repository.NodeModules, "axe-core", "axe.min.js")));

    /// <summary>Faults of the page as it stands, one line each; empty is what tests want.</summary>
    public static async Task<IReadOnlyList<string>> AxeAsync(this BrowserSession session)
    {
        Requires.Node();
        return session.Options.JavaScript ? await RunAsync(session.Page) : await OnCopyAsync(session);
    }

    // Without script axe cannot run, so it looks at a copy: the very text of the page, at the same address, in a context
    // with script. Nothing is asked for twice, so pages that are shown once (recovery codes) can be looked at, too.
    private static async Task<IReadOnlyList<string>> OnCopyAsync(BrowserSession session)
    {
        await using var copy = await BrowserSession.OpenAsync(session.Options with { JavaScript = true });
        await copy.Context.AddCookiesAsync((await session.Context.CookiesAsync()).Select(cookie => new Cookie
        {
            Name = cookie.Name, Value = cookie.Value, Domain = cookie.Domain, Path = cookie.Path, Expires = cookie.Expires,
            HttpOnly = cookie.HttpOnly, Secure = cookie.Secure, SameSite = cookie.SameSite,
        }));
        var html = await session.Page.ContentAsync();
        var address = session.Page.Url;
        await copy.Page.RouteAsync("**/*", async route =>
        {
            if (route.Request.IsNavigationRequest) await route.FulfillAsync(new() { ContentType = "text/html; charset=utf-8", Body = html });
            else if (route.Request.ResourceType == "script") await route.AbortAsync();
            else await route.ContinueAsync();
        });
        await copy.Page.GotoAsync(address);
        return await RunAsync(copy.Page);
    }

    // Evaluated through the debugger, so the page's Content-Security-Policy stays as it is.
    private static async Task<IReadOnlyList<string>> RunAsync(IPage page)
    {
        await page.EvaluateAsync(Script.Value);
        var violations = await page.EvaluateAsync<JsonElement>("async () => (await axe.run()).violations");
        return [.. violations.EnumerateArray().SelectMany(Lines)];
    }

    private static IEnumerable<string> Lines(JsonElement violation) => violation.GetProperty("nodes").EnumerateArray()
        .Select(node => $"{violation.GetProperty("id")} ({violation.GetProperty("impact")}): "
            + $"{violation.GetProperty("help")}: {node.GetProperty("html")}");
}
