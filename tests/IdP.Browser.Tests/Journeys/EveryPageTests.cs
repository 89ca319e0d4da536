using System.Text.Json;

namespace IdP.Browser.Tests.Journeys;

/// <summary>
/// Every page in every state: axe finds nothing in the dark, in the light, with and without script; nothing scrolls
/// sideways or is cut off on the narrowest screen, at 200 % zoom, with wide text and from right to left; and everything to
/// press can be reached and seen with the keyboard. One server and one window see them all, once with script in the dark
/// and once without it in the light, so that each state has every mode in two walks.
/// </summary>
internal sealed class EveryPageTests : BrowserTest
{
    private const string Key = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    private const string Secret = "a secret that only the tests use, long enough";

    private static readonly string[] Open =
    [
        "/signin", "/signout?done=1", "/help", "/help/set-up", "/help/sign-in", "/help/reset", "/help/contact", "/help/privacy", "/dev/mail", "/nowhere", "/setup",
        "/error?reason=client", "/error?reason=link", "/error?reason=request", "/error?reason=server", "/error?reason=toomany",
        "/signin/forgot", "/signin/reset", "/not-me",
    ];

    private TestDatabase database = null!;
    private ServerInProcess server = null!;
    private BrowserSession browser = null!;
    private BrowserSession? copy;

    [SetUp]
    public async Task Start_the_server()
    {
        Requires.Oathtool();
        database = await TestDatabase.CreateAsync(TestDatabaseKind.Sqlite);
        server = await ServerInProcess.StartAsync(database, JsonSerializer.Serialize(new
        {
            settings = new { supportContact = "support@example.com", preferredAuthenticator = "Microsoft Authenticator" },
            users = new[]
            {
                User("plain"), User("skipper", required: true), User("late", required: true), User("strict"), User("due"),
                User("enrolled", Key), User("guesser", Key),
            },
            clients = new[] { Client("payroll", "required"), Client("vault", "always"), Client("shop", "notRequired", "explicit"), Device() },
        }));
    }

    [TearDown]
    public async Task Stop_the_server()
    {
        if (server is not null) await server.DisposeAsync();
        if (database is not null) await database.DisposeAsync();
    }

    [TestCase("en", true)]
    [TestCase("de", false)]
    public async Task Passes_the_scan_and_fits(string language, bool javaScript)
    {
        browser = await OpenAsync(new BrowserOptions(javaScript, Width: 320, Dark: javaScript));
        copy = javaScript ? null : await OpenAsync(new BrowserOptions(Width: 320));
        await browser.Context.SetExtraHTTPHeadersAsync(new Dictionary<string, string> { ["Accept-Language"] = language });
        if (javaScript) await browser.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        await NobodyAsync();
        await SetUpAsync();
        await VerifyAsync();
        await PortalAsync();

        // Chromium tells of every answer that is no success; those are the states that this test is about.
        Assert.That(browser.Faults.Where(fault => !fault.Contains("responded with a status of", StringComparison.Ordinal)), Is.Empty);
        browser.Faults.Clear();
    }

    private async Task NobodyAsync()
    {
        foreach (var page in Open)
        {
            await GoAsync(page);
            await LookAsync(page);
        }

        await SignInAsync("plain", "/signin", "not the password");
        await LookAsync("wrong password");
    }

    private async Task SetUpAsync()
    {
        await SignInAsync("skipper", Authorize("payroll"));
        await LookAsync("enroll, days left");
        await ExecuteAsync("UPDATE enrollments SET deadline = @p0 WHERE user_id = (SELECT id FROM users WHERE user_name = 'skipper')", DateTimeOffset.UtcNow.AddHours(5));
        await SignInAsync("skipper", Authorize("payroll"));
        await LookAsync("enroll, hours left");
        await GoAsync("/portal");
        await LookAsync("portal, hours left");
        await ExecuteAsync("UPDATE enrollments SET deadline = @p0 WHERE user_id = (SELECT id FROM users WHERE user_name = 'late')", DateTimeOffset.UtcNow.AddMinutes(-1));
        await SignInAsync("late", Authorize("payroll"));
        await LookAsync("locked by the deadline");

        await SignInAsync("strict", Authorize("vault"));
        await LookAsync("enroll, no skip");
        await PressAsync("[name=next]");
        await LookAsync("app");
        var shownKey = (await browser.Page.Locator("#key").TextContentAsync())!.Replace(" ", "", StringComparison.Ordinal);
        Assert.That(await CopyAsync("key"), Is.EqualTo(copy is null ? shownKey : null));
        var key = (await browser.Page.Locator("#key").TextContentAsync())!;
        await TypeAsync("#onetimecode", "12");
        await LookAsync("app, wrong code");
        await TypeAsync("#onetimecode", await Totp.CodeAsync(key.Replace(" ", "", StringComparison.Ordinal), DateTimeOffset.UtcNow));
        await LookAsync("recovery codes");
        var codes = await browser.Page.Locator("ol.codes li").AllTextContentsAsync();
        Assert.That(await CopyAsync("codes"), Is.EqualTo(copy is null ? string.Join('\n', codes) : null));
        Assert.That(await PrintsAsync(), Is.EqualTo(copy is null ? 1 : 0));
        var file = await browser.Page.RunAndWaitForDownloadAsync(() => PressAsync("[value=download]"));
        Assert.That(await File.ReadAllTextAsync((await file.PathAsync())!), Does.EndWith(string.Join('\n', codes) + "\n"));
    }

    private async Task VerifyAsync()
    {
        await SignInAsync("guesser", Authorize("payroll"));
        await LookAsync("verify");
        for (var tries = 0; tries < 9 && await browser.Page.Locator("#onetimecode").CountAsync() > 0; tries++)
        {
            await TypeAsync("#onetimecode", await Totp.WrongCodeAsync(Key, DateTimeOffset.UtcNow));
            if (tries is 0 or 3) await LookAsync("verify, wrong code");
        }

        await LookAsync("locked by wrong codes");

        await SignInAsync("enrolled", Authorize("payroll"));
        var query = new Uri(browser.Page.Url).Query;
        await GoAsync("/verify/help" + query);
        await LookAsync("other ways");
        await GoAsync("/verify/recovery" + query);
        await LookAsync("recovery");
        await TypeAsync("#recovery", "0000-0000-0000-0000");
        await LookAsync("recovery, wrong code");
        await GoAsync("/verify?to=%2Fportal%2Fsecurity");
        await TypeAsync("#onetimecode", await Totp.CodeAsync(Key, DateTimeOffset.UtcNow.AddSeconds(30)));
        foreach (var page in new[] { "/portal", "/portal/security", "/portal/security/reset", "/portal/security/recovery-codes", "/portal/activity" })
        {
            await GoAsync(page);
            await LookAsync(page + ", enrolled");
        }

        await GoAsync("/portal/security/recovery-codes");
        await PressAsync("main .go");
        var code = (await browser.Page.Locator("ol.codes li").First.TextContentAsync())!;
        await SignInAsync("enrolled", Authorize("payroll"));
        await GoAsync("/verify/recovery" + new Uri(browser.Page.Url).Query);
        await TypeAsync("#recovery", code.Trim());
        await LookAsync("recovered");
    }

    private async Task PortalAsync()
    {
        await SignInAsync("plain", Authorize("shop"));
        await LookAsync("consent");
        foreach (var page in new[] { "/portal", "/portal/security", "/portal/sessions", "/portal/activity", "/portal/security/setup", "/portal/security/password", "/portal/security/compromised", "/portal/security/passkeys", "/portal/security/authenticators/add", "/admin", "/signout", "/device" })
        {
            await GoAsync(page);
            await LookAsync(page);
        }

        await TypeAsync("#user_code", "BBBBBBBB");
        await LookAsync("device, wrong code");
        using var tv = new RelyingParty(server.Issuer, "tv") { TokenEndpointAuthMethod = "none" };
        var begun = await tv.PostAsync("connect/device", new() { ["scope"] = "openid" });
        await TypeAsync("#user_code", begun.JsonString("user_code")!);
        await LookAsync("device, asks");
        await PressAsync("[value=allow]");
        await LookAsync("device, connected");
        await GoAsync("/signout");
        await PressAsync("main .go");
        await LookAsync("signed out");

        await ExecuteAsync("UPDATE users SET must_change_password = @p0 WHERE user_name = 'due'", true);
        await SignInAsync("due", "/portal");
        await LookAsync("a new password is due");
    }

    private async Task LookAsync(string state)
    {
        Assert.That(await browser.Heading.CountAsync(), Is.EqualTo(1), state);
        if (copy is not null)
        {
            Assert.That(await browser.AxeOnAsync(copy), Is.Empty, state + " without script, in the light");
        }
        else
        {
            await browser.PassesAxeAsync(state);
            await browser.Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light, ReducedMotion = ReducedMotion.Reduce });
            Assert.That(await browser.AxeColoursAsync(), Is.Empty, state + " in the light");
            await browser.Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark, ReducedMotion = ReducedMotion.Reduce });
        }

        await browser.HasNoSlipsAsync(state);
        await browser.FitsAsync(state);
        await browser.IsReachedByKeyboardAsync(state);
    }

    // Null: without script there is nothing to press.
    private async Task<string?> CopyAsync(string what)
    {
        var button = browser.Page.Locator($"[data-copy={what}]");
        if (copy is not null)
        {
            await Assertions.Expect(button).ToBeHiddenAsync();
            return null;
        }

        await button.ClickAsync();
        return await browser.Page.EvaluateAsync<string>("navigator.clipboard.readText()");
    }

    private async Task<int> PrintsAsync()
    {
        if (copy is not null) return 0;
        await browser.Page.EvaluateAsync("() => { window.printed = 0; window.print = () => window.printed++; }");
        await PressAsync("[data-print]");
        return await browser.Page.EvaluateAsync<int>("window.printed");
    }

    private Task GoAsync(string path) => browser.Page.GotoAsync(new Uri(server.Issuer, path).ToString());

    private Task PressAsync(string selector) => browser.Page.Locator(selector).First.ClickAsync();

    private async Task TypeAsync(string field, string text)
    {
        await browser.Page.Locator(field).FillAsync(text);
        // A click waits for the page that it leads to.
        await PressAsync($"form:has({field}) .go");
    }

    private async Task SignInAsync(string name, string path, string password = Company.Password)
    {
        await browser.Context.ClearCookiesAsync();
        await GoAsync(path);
        await browser.Page.Locator("#username").FillAsync(name);
        await browser.Page.Locator("#password").FillAsync(password);
        await PressAsync("main .go");
    }

    private string Authorize(string client)
    {
        using var app = new RelyingParty(server.Issuer, client, Secret, $"https://{client}.example/callback");
        return app.NewAuthorizationRequest("openid profile").To(new Uri(server.Issuer, "connect/authorize")).ToString();
    }

    private async Task<int> ExecuteAsync(string sql, params object?[] arguments)
    {
        await using var opened = database.Open();
        return await opened.WriteAsync(s => s.ExecuteAsync(sql, arguments));
    }

    private static Dictionary<string, object> User(string name, string? key = null, bool required = false)
    {
        var user = new Dictionary<string, object> { ["username"] = name, ["displayName"] = name, ["email"] = name + "@example.com", ["password"] = Company.Password };
        if (key is not null) user["totpSecret"] = key;
        if (required) user["verification"] = "required";
        return user;
    }

    private static object Client(string id, string mode, string consent = "implicit") => new
    {
        clientId = id, clientSecret = Secret, displayName = id, type = "confidential", redirectUris = new[] { $"https://{id}.example/callback" },
        grantTypes = new[] { "authorization_code" }, scopes = new[] { "openid", "profile" }, consent, identityVerification = mode,
    };

    private static object Device() => new
    {
        clientId = "tv", displayName = "tv", type = "public", tokenEndpointAuthMethod = "none",
        grantTypes = new[] { "urn:ietf:params:oauth:grant-type:device_code" }, scopes = new[] { "openid" }, identityVerification = "notRequired",
    };
}
