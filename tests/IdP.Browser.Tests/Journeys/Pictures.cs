namespace IdP.Browser.Tests.Journeys;

/// <summary>Makes the pictures of the README anew: <c>tests/run --filter FullyQualifiedName~Pictures</c>.</summary>
[Explicit("Writes into docs/.")]
internal sealed class Pictures : BrowserTest
{
    [Test]
    public async Task Of_the_journey()
    {
        await using var company = await Company.OpenAsync(TestDatabaseKind.Sqlite);
        var browser = await OpenAsync(new BrowserOptions(Width: 860));
        await browser.OpenAppAsync(company.Payroll);
        await TakeAsync(browser, "1-sign-in");
        await browser.SignInAsync();
        await TakeAsync(browser, "2-verify-your-identity");
        await browser.Button("I have the app").ClickAsync();
        await TakeAsync(browser, "3-add-to-your-app");
        await browser.Page.GoBackAsync();
        var (key, _) = await browser.EnrollAsync();
        await TakeAsync(browser, "4-recovery-codes");
        await browser.SaveCodesAsync();
        await TakeAsync(browser, "5-let-in");
        await browser.Page.GotoAsync(company.Portal);
        await TakeAsync(browser, "6-portal");
        await browser.Page.GotoAsync(company.Portal + "/security");
        await TakeAsync(browser, "8-security");
        await browser.Page.GotoAsync(company.Portal + "/activity");
        await TakeAsync(browser, "9-activity");
        await browser.Page.GotoAsync(company.Server.Issuer.OriginalString + "/help/reset");
        await TakeAsync(browser, "10-help");

        var other = await OpenAsync(new BrowserOptions(Width: 860));
        await other.OpenAppAsync(company.Notes);
        await other.SignInAsync();
        await other.OpenAppAsync(company.Payroll);
        await TakeAsync(other, "7-only-the-code");
        await other.Page.Locator("#onetimecode").FillAsync(await Totp.WrongCodeAsync(key, DateTimeOffset.UtcNow));
        await other.Button("Verify").ClickAsync();
        await TakeAsync(other, "11-wrong-code");
        await other.Page.GetByText("Use a recovery code").ClickAsync();
        await TakeAsync(other, "12-recovery-code");
        other.Faults.Clear(); // The status of a wrong code is 400, and the console says so.
    }

    [Test]
    public async Task Of_another_language_and_of_the_lock()
    {
        await using var company = await Company.OpenAsync(TestDatabaseKind.Sqlite);
        var browser = await OpenAsync(new BrowserOptions(Width: 860, Locale: "de-AT"));
        await browser.OpenAppAsync(company.Payroll);
        await TakeAsync(browser, "13-german-sign-in");
        await browser.SignInAsync();
        await TakeAsync(browser, "14-german-verify-your-identity");

        await company.LetTheDeadlinePassAsync();
        var late = await OpenAsync(new BrowserOptions(Width: 860, Dark: true));
        await late.OpenAppAsync(company.Payroll);
        await late.SignInAsync();
        await TakeAsync(late, "15-locked");
        late.Faults.Clear();
    }

    private static Task TakeAsync(BrowserSession browser, string name) => browser.Page.ScreenshotAsync(new()
    {
        Path = Path.Combine(Repository.Root, "docs", "journey", name + ".png"),
        Clip = new() { X = 0, Y = 0, Width = 860, Height = 680 },
    });
}
