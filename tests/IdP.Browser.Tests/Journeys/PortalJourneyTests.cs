namespace IdP.Browser.Tests.Journeys;

/// <summary>The portal and the help pages: what somebody finds there, with and without JavaScript, narrow and in the dark.</summary>
[TestFixture(true, 1280, false)]
[TestFixture(false, 320, true)]
internal sealed class PortalJourneyTests(bool javaScript, int width, bool dark) : BrowserTest
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
    public async Task Setting_up_from_the_security_page_and_moving_to_a_new_phone()
    {
        var browser = await OpenAsync(new BrowserOptions(javaScript, width, dark));
        await browser.Page.GotoAsync(company.Portal);
        await browser.SignInAsync();
        await browser.ShowsAsync("Your apps");
        await Assertions.Expect(browser.Page.Locator("main")).ToContainTextAsync("7 days left");

        await browser.Page.GotoAsync(company.Portal + "/security");
        await browser.ShowsAsync("Security");
        await browser.Page.GetByRole(AriaRole.Link, new() { Name = "Set up identity verification" }).ClickAsync();
        var (_, codes) = await browser.EnrollAsync();
        Assert.That(codes, Has.Count.EqualTo(10));
        await browser.SaveCodesAsync();
        await browser.ShowsAsync("Security", "security, active");
        await Assertions.Expect(browser.Page.Locator("main")).ToContainTextAsync("Active since");

        await browser.Page.GetByRole(AriaRole.Link, new() { Name = "Move to a new phone" }).ClickAsync();
        await browser.PassesAxeAsync("a new phone");
        await browser.Page.Locator("main .go").ClickAsync();
        var uri = new Uri(await browser.ReadQrAsync(browser.Page.Locator(".qr")));
        var key = System.Web.HttpUtility.ParseQueryString(uri.Query)["secret"]!;
        await browser.Page.Locator("#onetimecode").FillAsync(await Totp.CodeAsync(key, DateTimeOffset.UtcNow));
        await browser.Button("Confirm").ClickAsync();
        await browser.ShowsAsync("Security", "security, moved");

        // The new phone opens the guarded app; it is the same sign-in, so nothing is asked.
        await browser.OpenAppAsync(company.Payroll);
        await browser.ShowsAsync("Payroll");
        Assert.That(await browser.ClaimAsync("acr"), Is.EqualTo("mfa"));
    }

    [Test]
    public async Task Every_other_page_of_a_person_passes_the_scan()
    {
        var browser = await OpenAsync(new BrowserOptions(javaScript, width, dark));
        foreach (var page in new[] { "/help", "/help/set-up", "/help/sign-in", "/help/reset", "/help/contact", "/signout", "/signin" })
        {
            await browser.Page.GotoAsync(company.Server.Issuer.OriginalString + page);
            await browser.PassesAxeAsync(page);
        }

        await browser.SignInAsync("not her password at all");
        await Assertions.Expect(browser.Page.Locator(".err:not([hidden])")).ToHaveTextAsync("That username and password do not match. Check both and try again.");
        await browser.PassesAxeAsync("/signin with an error");
        browser.Faults.Clear(); // The status is 400, and the console says so.

        await browser.SignInAsync();
        foreach (var page in new[] { "/portal", "/portal/sessions", "/portal/activity", "/dev/mail" })
        {
            await browser.Page.GotoAsync(company.Server.Issuer.OriginalString + page);
            await browser.PassesAxeAsync(page);
            var sideways = await browser.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth > document.documentElement.clientWidth");
            Assert.That(sideways, Is.False, page + " scrolls sideways");
        }
    }
}
