namespace IdP.Browser.Tests.Journeys;

/// <summary>An API asks for more than the application it is called by (RFC 9470).</summary>
internal sealed class StepUpJourneyTests : BrowserTest
{
    private Company company = null!;

    [SetUp]
    public async Task Open_the_company()
    {
        Requires.Oathtool();
        Requires.Zbar();
        company = await Company.OpenAsync(TestDatabaseKind.Sqlite);
    }

    [TearDown]
    public async Task Close_the_company()
    {
        if (company is not null) await company.DisposeAsync();
    }

    [Test]
    public async Task An_unguarded_app_is_sent_back_for_verification_when_its_api_asks()
    {
        var browser = await OpenAsync(new BrowserOptions());
        await browser.OpenAppAsync(company.Notes);
        await browser.SignInAsync();
        await browser.ShowsAsync("Notes");
        Assert.That(await browser.ClaimAsync("acr"), Is.EqualTo("pwd"));

        // What every sign-in opens.
        await browser.Page.Locator("#salary").ClickAsync();
        await Assertions.Expect(browser.Page.Locator("#net")).ToHaveTextAsync("EUR 2600");
        await browser.Page.GoBackAsync();

        // Maya has never enrolled: now she must, although she still has seven days.
        await browser.Page.Locator("#bank-account").ClickAsync();
        await browser.ShowsAsync("Verify your identity", "enrollment that an API asks for");
        Assert.That(await browser.Button("Skip for now").CountAsync(), Is.Zero);
        var (key, _) = await browser.EnrollAsync();
        await browser.SaveCodesAsync();
        await Assertions.Expect(browser.Page.Locator("#iban")).ToHaveTextAsync("AT61 1904 3002 3457 3201");
        await browser.ShowsAsync("Notes", "what the API gave");

        // Another browser, and she has enrolled: the code alone.
        var other = await OpenAsync(new BrowserOptions());
        await other.OpenAppAsync(company.Notes);
        await other.SignInAsync();
        await other.Page.Locator("#bank-account").ClickAsync();
        await Assertions.Expect(other.Page.Locator("#onetimecode")).ToBeVisibleAsync();
        Assert.That(await other.Page.Locator("#password").CountAsync(), Is.Zero);
        await other.VerifyAsync(key);
        await Assertions.Expect(other.Page.Locator("#iban")).ToBeVisibleAsync();

        // What the application knows of the sign-in now is what was proven.
        await other.Page.GotoAsync(company.Notes);
        Assert.That(await other.ClaimAsync("acr"), Is.EqualTo("mfa"));
    }
}
