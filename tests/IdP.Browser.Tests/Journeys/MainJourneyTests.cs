namespace IdP.Browser.Tests.Journeys;

/// <summary>The main job, as a person lives it: on both databases, with and without JavaScript.</summary>
[TestFixtureSource(nameof(Ways))]
internal sealed class MainJourneyTests(TestDatabaseKind kind, bool javaScript) : BrowserTest
{
    public static IEnumerable<object[]> Ways =>
        from kind in TestDatabase.All from javaScript in new[] { true, false } select new object[] { kind, javaScript };

    private BrowserOptions Options => new(JavaScript: javaScript);

    private Company company = null!;

    [SetUp]
    public async Task Open_the_company()
    {
        Requires.Database(kind);
        Requires.Oathtool();
        Requires.Zbar();
        company = await Company.OpenAsync(kind);
    }

    [TearDown]
    public async Task Close_the_company()
    {
        if (company is not null) await company.DisposeAsync();
    }

    [Test]
    public async Task From_the_first_sign_in_to_a_guarded_app_and_back_again()
    {
        var browser = await OpenAsync(Options);
        await browser.OpenAppAsync(company.Payroll);
        await browser.ShowsAsync("Sign in");

        await browser.SignInAsync();
        await browser.ShowsAsync("Verify your identity", "enrollment, step 1");
        await Assertions.Expect(browser.Page.Locator("main")).ToContainTextAsync("7 days left");

        var (key, codes) = await browser.EnrollAsync();
        await browser.ShowsAsync("Save your recovery codes");
        Assert.That(codes, Has.Count.EqualTo(10));

        await browser.SaveCodesAsync();
        await browser.ShowsAsync("Payroll");
        Assert.That(await browser.ClaimAsync("acr"), Is.EqualTo("mfa"));

        // Somebody else's browser: Notes asks for the password alone.
        var other = await OpenAsync(Options);
        await other.OpenAppAsync(company.Notes);
        await other.SignInAsync();
        await other.ShowsAsync("Notes");
        Assert.That(await other.ClaimAsync("acr"), Is.EqualTo("pwd"));

        // Then Payroll asks for the code, and not for the password again.
        await other.OpenAppAsync(company.Payroll);
        await other.ShowsAsync("Verify your identity", "verification");
        await Assertions.Expect(other.Page.Locator("main")).ToContainTextAsync("Payroll is guarded by identity verification.");
        Assert.That(await other.Page.Locator("#password").CountAsync(), Is.Zero);
        await other.VerifyAsync(key);
        await other.ShowsAsync("Payroll");
        Assert.That(await other.ClaimAsync("acr"), Is.EqualTo("mfa"));

        // A recovery code opens it in a third browser, once.
        var third = await OpenAsync(Options);
        await third.OpenAppAsync(company.Payroll);
        await third.SignInAsync();
        await third.Page.GetByRole(AriaRole.Link, new() { Name = "Use a recovery code" }).ClickAsync();
        await third.ShowsAsync("Use a recovery code");
        await third.Page.Locator("#recovery").FillAsync(codes[0].ToLowerInvariant());
        await third.Button("Continue").ClickAsync();
        await third.ShowsAsync("Set up your new phone");
        await third.Page.GetByText("Continue to Payroll").ClickAsync();
        await third.ShowsAsync("Payroll");
        Assert.That(await third.ClaimAsync("acr"), Is.EqualTo("mfa"));
    }

    [Test]
    public async Task Skipping_inside_the_period_opens_the_app_with_the_password_level()
    {
        var browser = await OpenAsync(Options);
        await browser.OpenAppAsync(company.Payroll);
        await browser.SignInAsync();
        await browser.Button("Skip for now").ClickAsync();

        await browser.ShowsAsync("Payroll");
        Assert.That(await browser.ClaimAsync("acr"), Is.EqualTo("pwd"));
    }

    [Test]
    public async Task After_the_deadline_the_account_is_locked_until_an_admin_unlocks_it()
    {
        await company.LetTheDeadlinePassAsync();
        var browser = await OpenAsync(Options);
        await browser.OpenAppAsync(company.Payroll);
        await browser.SignInAsync();
        await browser.ShowsAsync("Your account is locked");
        browser.Faults.Clear(); // The page has the status 403, and the console says so.
        await Assertions.Expect(browser.Page.Locator("main")).ToContainTextAsync("The time to set up identity verification ended");
        await Assertions.Expect(browser.Page.Locator("main")).ToContainTextAsync("support@example.com");
        await Assertions.Expect(browser.Page.Locator("main .mono")).ToContainTextAsync("LK-");

        var unlocked = await company.Server.CommandAsync("users", "unlock", Company.UserName, "--days", "3", "--reason", "was on leave");
        Assert.That(unlocked.ExitCode, Is.Zero, unlocked.Error);

        await browser.OpenAppAsync(company.Payroll);
        await browser.SignInAsync();
        await Assertions.Expect(browser.Page.Locator("main")).ToContainTextAsync("3 days left");
        // After an expiry the password alone is not enough: a thief could have waited for the unlock.
        await browser.Page.GetByText("I have the app").ClickAsync();
        await browser.ShowsAsync("Show that it is you");
        await browser.ProveByMailAsync(company.Server.Issuer.OriginalString + "/dev/mail");
        await browser.SetUpAsync();
        await browser.SaveCodesAsync();
        await browser.ShowsAsync("Payroll");
        Assert.That(await browser.ClaimAsync("acr"), Is.EqualTo("mfa"));
    }

    [Test]
    public async Task An_app_refreshes_its_tokens_and_signs_the_person_out_of_everything()
    {
        var browser = await OpenAsync(Options);
        await browser.OpenAppAsync(company.Notes);
        await browser.SignInAsync();
        await browser.ShowsAsync("Notes");

        await browser.Button("Refresh tokens").ClickAsync();
        await Assertions.Expect(browser.Page.Locator("#notice")).ToBeVisibleAsync();

        await browser.Button("Sign out").ClickAsync();
        await Assertions.Expect(browser.Page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex(company.Notes + "/signed-out.*"));

        // Nothing is left of the sign-in at the provider either.
        await browser.OpenAppAsync(company.Notes);
        await browser.ShowsAsync("Sign in");
    }
}
