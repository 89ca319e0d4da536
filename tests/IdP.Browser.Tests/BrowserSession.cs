namespace IdP.Browser.Tests;

/// <summary>How a person's browser is set up.</summary>
/// <param name="JavaScript">False: no script of a page runs.</param>
/// <param name="Width">Width of the window in CSS pixels; 320 is the narrowest that WCAG 1.4.10 asks for.</param>
/// <param name="Dark">The person prefers a dark colour scheme.</param>
public sealed record BrowserOptions(bool JavaScript = true, int Width = 1280, bool Dark = false, string Locale = "en-GB")
{
    public static BrowserOptions WithoutJavaScript { get; } = new(JavaScript: false);

    public static BrowserOptions Narrow { get; } = new(Width: 320);
}

/// <summary>One person's browser: own cookies, one page open, everything wrong on the console remembered.</summary>
public sealed class BrowserSession : IAsyncDisposable
{
    private readonly List<string> faults = [];

    private BrowserSession(IBrowserContext context, BrowserOptions options, IPage page)
    {
        (Context, Options, Page) = (context, options, page);
        context.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning") Add($"{message.Type}: {message.Text} ({message.Location})");
        };
        context.WebError += (_, error) => Add($"exception: {error.Error}");
    }

    public IBrowserContext Context { get; }

    public BrowserOptions Options { get; }

    public IPage Page { get; }

    /// <summary>
    /// Errors, warnings and broken rules of Content-Security-Policy that the console showed. A test whose act is one of
    /// these takes it out: <c>Faults.Clear()</c>.
    /// </summary>
    public IList<string> Faults => faults;

    public static async Task<BrowserSession> OpenAsync(BrowserOptions? options = null)
    {
        options ??= new BrowserOptions();
        var browser = await Chromium.SharedAsync();
        var context = await browser.NewContextAsync(new()
        {
            JavaScriptEnabled = options.JavaScript,
            ColorScheme = options.Dark ? ColorScheme.Dark : ColorScheme.Light,
            ViewportSize = new() { Width = options.Width, Height = 900 },
            Locale = options.Locale,
            TimezoneId = "UTC",
        });
        context.SetDefaultTimeout((float)Eventually.Patience.TotalMilliseconds);
        return new BrowserSession(context, options, await context.NewPageAsync());
    }

    /// <summary>Saves a picture of the whole page in the artifacts folder and returns its path.</summary>
    public async Task<string> ScreenshotAsync(string name)
    {
        var file = Path.Combine(Repository.Artifacts, "screenshots", $"{FileName(name)}.png");
        await Page.ScreenshotAsync(new() { Path = file, FullPage = true });
        return file;
    }

    /// <summary>Reads the QR code in the picture of an element, as a phone would.</summary>
    public async Task<string> ReadQrAsync(ILocator element) => await QrReader.ReadAsync(await element.ScreenshotAsync());

    public async ValueTask DisposeAsync() => await Context.CloseAsync();

    private void Add(string fault)
    {
        lock (faults) faults.Add(fault);
    }

    private static string FileName(string name)
    {
        var safe = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' ? c : '_'));
        return safe.Length <= 120 ? safe : safe[..120];
    }
}
