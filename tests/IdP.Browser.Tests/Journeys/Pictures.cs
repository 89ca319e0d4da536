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

        var other = await OpenAsync(new BrowserOptions(Width: 860));
        await other.OpenAppAsync(company.Notes);
        await other.SignInAsync();
        await other.OpenAppAsync(company.Payroll);
        await TakeAsync(other, "7-only-the-code");
        Assert.That(key, Is.Not.Empty);
    }

    private static Task TakeAsync(BrowserSession browser, string name) => browser.Page.ScreenshotAsync(new()
    {
        Path = Path.Combine(Repository.Root, "docs", "journey", name + ".png"),
        Clip = new() { X = 0, Y = 0, Width = 860, Height = 640 },
    });
}
