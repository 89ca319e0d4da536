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

    /// <summary>Faults of the page's colours alone, after the colour scheme was changed: nothing else depends on it.</summary>
    public static Task<IReadOnlyList<string>> AxeColoursAsync(this BrowserSession session) => RunAsync(session.Page, "runOnly: ['color-contrast', 'link-in-text-block'], ");

    /// <summary>
    /// Faults of a page whose browser runs no script, seen in another one's window: the very text of the page, at the same
    /// address, with what only a script makes of it left out.
    /// </summary>
    /// <param name="session">The browser without script.</param>
    /// <param name="copy">A browser with script, kept for one page after the other.</param>
    public static async Task<IReadOnlyList<string>> AxeOnAsync(this BrowserSession session, BrowserSession copy)
    {
        Requires.Node();
        var html = await session.Page.ContentAsync();
        await copy.Page.UnrouteAllAsync();
        await copy.Page.RouteAsync("**/*", async route =>
        {
            if (route.Request.IsNavigationRequest) await route.FulfillAsync(new() { ContentType = "text/html; charset=utf-8", Body = html });
            else if (route.Request.ResourceType == "script") await route.FulfillAsync(new() { ContentType = "text/javascript", Body = "" });
            else await route.ContinueAsync();
        });
        await copy.Page.GotoAsync(session.Page.Url);
        // What the stylesheet says for browsers without script.
        await copy.Page.EvaluateAsync("() => { const sheet = new CSSStyleSheet(); sheet.replaceSync('.js{display:none!important}'); document.adoptedStyleSheets = [sheet]; }");
        return await RunAsync(copy.Page);
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
    private static async Task<IReadOnlyList<string>> RunAsync(IPage page, string options = "")
    {
        await page.EvaluateAsync(Script.Value);
        var violations = await page.EvaluateAsync<JsonElement>($"async () => (await axe.run({{ {options}resultTypes: ['violations'] }})).violations");
        return [.. violations.EnumerateArray().SelectMany(Lines)];
    }

    private static IEnumerable<string> Lines(JsonElement violation) => violation.GetProperty("nodes").EnumerateArray()
        .Select(node => $"{violation.GetProperty("id")} ({violation.GetProperty("impact")}): "
            + $"{violation.GetProperty("help")}: {node.GetProperty("html")}");
}
