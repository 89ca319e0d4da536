namespace IdP.Browser.Tests.Journeys;

/// <summary>Maya adds a passkey and uses it, as second step and instead of her password.</summary>
internal sealed class PasskeyJourneyTests : BrowserTest
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
    public async Task A_passkey_is_added_under_security_and_verifies_for_an_app()
    {
        var browser = await OpenAsync();
        var authenticator = await VirtualAuthenticator.AddAsync(browser);
        await EnrollAsync(browser);

        await AddPasskeyAsync(browser);
        await Assertions.Expect(browser.Page.GetByText("Your passkey was added.")).ToBeVisibleAsync();
        await Assertions.Expect(browser.Page.GetByText("My laptop")).ToBeVisibleAsync();
        await browser.ShowsAsync("Security");
        Assert.That(await authenticator.CountAsync(), Is.EqualTo(1));

        // Elsewhere: the password, then the passkey instead of a code.
        var other = await OpenAsync();
        await authenticator.CopyToAsync(await VirtualAuthenticator.AddAsync(other));
        await other.OpenAppAsync(company.Payroll);
        await other.SignInAsync();
        await other.ShowsAsync("Verify your identity");
        await other.Button("Use your passkey").ClickAsync();
        await other.ShowsAsync("Payroll");
        Assert.That(await other.ClaimAsync("acr"), Is.EqualTo("phr"));
        Assert.That(await other.ClaimAsync("amr"), Does.Contain("pwd").And.Contain("hwk").And.Contain("user").And.Contain("mfa").And.Not.Contain("otp"));
    }

    private async Task EnrollAsync(BrowserSession browser)
    {
        await browser.OpenAppAsync(company.Payroll);
        await browser.SignInAsync();
        await browser.EnrollAsync();
        await browser.SaveCodesAsync();
        await browser.ShowsAsync("Payroll");
    }

    private async Task AddPasskeyAsync(BrowserSession browser)
    {
        await browser.Page.GotoAsync(company.Portal + "/security");
        await browser.Page.GetByRole(AriaRole.Link, new() { Name = "Add a passkey" }).ClickAsync();
        await browser.ShowsAsync("Your passkeys");
        await browser.Page.Locator("#passkey-name").FillAsync("My laptop");
        await browser.Button("Add a passkey").ClickAsync();
    }
}
