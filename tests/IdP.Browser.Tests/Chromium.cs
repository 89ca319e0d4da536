using System.Reflection;

namespace IdP.Browser.Tests;

/// <summary>The one browser of this run, started by whoever asks first. Tests get contexts, which share nothing.</summary>
internal static class Chromium
{
    private static readonly Lazy<Task<(IPlaywright Driver, IBrowser Browser)>> Lazily = new(StartAsync);

    // The sandbox needs rights that containers rarely give; the rest keeps the browser from calling its maker.
    private static readonly string[] Flags =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
    ];

    public static async Task<IBrowser> SharedAsync()
    {
        Requires.Browser();
        return (await Lazily.Value).Browser;
    }

    public static async Task StopAsync()
    {
        if (!Lazily.IsValueCreated) return;
        var (driver, browser) = await Lazily.Value;
        await browser.CloseAsync();
        driver.Dispose();
    }

    private static async Task<(IPlaywright Driver, IBrowser Browser)> StartAsync()
    {
        // The package is used where NuGet put it, with the system's Node, instead of a copy of 135 MB in the output.
        Default("PLAYWRIGHT_DRIVER_SEARCH_PATH", PackageFolder());
        Default("PLAYWRIGHT_NODEJS_PATH", Programs.Find("node"));
        Assertions.SetDefaultExpectTimeout((float)Eventually.Patience.TotalMilliseconds);
        var driver = await Playwright.CreateAsync();
        var browser = await driver.Chromium.LaunchAsync(new() { ExecutablePath = Requires.Chromium, Args = Flags });
        return (driver, browser);
    }

    private static string? PackageFolder() => typeof(Chromium).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "PlaywrightPackage").Value;

    private static void Default(string name, string? value)
    {
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable(name))) Environment.SetEnvironmentVariable(name, value);
    }
}
