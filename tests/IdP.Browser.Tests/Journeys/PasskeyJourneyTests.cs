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

    [Test]
    public async Task A_passkey_signs_in_without_a_password_and_its_answer_works_once()
    {
        var browser = await OpenAsync();
        var authenticator = await VirtualAuthenticator.AddAsync(browser);
        await EnrollAsync(browser);
        await AddPasskeyAsync(browser);
        await browser.ShowsAsync("Security");

        var other = await OpenAsync();
        await authenticator.CopyToAsync(await VirtualAuthenticator.AddAsync(other));
        await other.OpenAppAsync(company.Payroll);
        var posted = await other.Page.RunAndWaitForRequestAsync(
            () => other.Button("Sign in with a passkey").ClickAsync(), request => request.Method == "POST" && request.Url.Contains("/signin", StringComparison.Ordinal));
        await other.ShowsAsync("Payroll");
        Assert.That(await other.ClaimAsync("acr"), Is.EqualTo("phr"));
        Assert.That(await other.ClaimAsync("amr"), Does.Contain("hwk").And.Contain("user").And.Not.Contain("pwd"));

        // The same answer again, of a browser that has everything but the session.
        await other.Context.ClearCookiesAsync(new() { Name = "idp_session" });
        var again = await other.Context.APIRequest.PostAsync(company.Portal.Replace("/portal", "/signin", StringComparison.Ordinal), new()
        {
            Headers = new Dictionary<string, string> { ["Content-Type"] = "application/x-www-form-urlencoded" }, DataByte = posted.PostDataBuffer,
        });
        Assert.That(again.Status, Is.EqualTo(400));
        Assert.That(await again.TextAsync(), Does.Contain("No passkey was used."));
        Assert.That((await other.Context.CookiesAsync()).Select(cookie => cookie.Name), Does.Not.Contain("idp_session"));
    }

    [Test]
    public async Task Where_only_a_passkey_opens_an_app_one_is_added_on_the_way_then_renamed_and_removed()
    {
        var browser = await OpenAsync();
        await VirtualAuthenticator.AddAsync(browser);
        await EnrollAsync(browser);
        (await company.Server.CommandAsync("clients", "set", "payroll", "--verification-method", "passkey")).Succeeded();

        // Signed in and verified a moment ago, but by a code.
        await browser.Context.ClearCookiesAsync(new() { Name = "payroll_session" });
        await browser.OpenAppAsync(company.Payroll);
        await browser.ShowsAsync("Add a passkey");
        await Assertions.Expect(browser.Page.GetByText("opens with a passkey only")).ToBeVisibleAsync();
        await browser.Button("Add a passkey").ClickAsync();
        await browser.ShowsAsync("Payroll");
        Assert.That(await browser.ClaimAsync("acr"), Is.EqualTo("phr"));

        await browser.Page.GotoAsync(company.Portal + "/security/passkeys");
        await browser.Page.GetByRole(AriaRole.Link, new() { Name = "Change" }).ClickAsync();
        await browser.Page.GetByLabel("Name of this passkey").FillAsync("Office laptop");
        await browser.Button("Save the name").ClickAsync();
        await Assertions.Expect(browser.Page.GetByText("Office laptop, added on")).ToBeVisibleAsync();
        await browser.Page.Locator("a[href*='authenticator?id=']").Last.ClickAsync();
        await browser.ShowsAsync("Office laptop");
        await browser.Button("Remove this passkey").ClickAsync();
        await Assertions.Expect(browser.Page.GetByText("The passkey was removed.")).ToBeVisibleAsync();
        await browser.ShowsAsync("Security");
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
