namespace IdP.Browser.Tests.Journeys;

/// <summary>The main journey without a mouse: every stop can be seen, and Enter sends.</summary>
internal sealed class KeyboardTests : BrowserTest
{
    [Test]
    public async Task From_the_first_sign_in_to_a_guarded_app_with_the_keyboard_alone()
    {
        Requires.Oathtool();
        await using var company = await Company.OpenAsync(TestDatabaseKind.Sqlite);
        var browser = await OpenAsync();
        await browser.OpenAppAsync(company.Payroll);
        await browser.ShowsAsync("Sign in");

        // The focus is in the first field already.
        await browser.Page.Keyboard.TypeAsync(Company.UserName);
        await TabToAsync(browser, "#password");
        await browser.Page.Keyboard.TypeAsync(Company.Password);
        await browser.Page.Keyboard.PressAsync("Enter");
        await browser.ShowsAsync("Verify your identity", "enrollment");

        await TabToAsync(browser, "[name=next]");
        await browser.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(browser.Heading).ToContainTextAsync("to your app");
        var key = (await browser.Page.Locator("#key").TextContentAsync())!.Replace(" ", "", StringComparison.Ordinal);
        await TabToAsync(browser, "#onetimecode");
        await browser.Page.Keyboard.TypeAsync(await Totp.CodeAsync(key, DateTimeOffset.UtcNow));
        await browser.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(browser.Heading).ToHaveTextAsync("Save your recovery codes");
        await TabToAsync(browser, "main .go");
        await browser.Page.Keyboard.PressAsync("Enter");
        await browser.ShowsAsync("Payroll");

        // The next time: the code field has the focus.
        var other = await OpenAsync();
        await other.OpenAppAsync(company.Payroll);
        await other.SignInAsync();
        await Assertions.Expect(other.Page.Locator("#onetimecode")).ToBeFocusedAsync();
        await other.Page.Keyboard.TypeAsync(await Totp.CodeAsync(key, DateTimeOffset.UtcNow.AddSeconds(30)));
        await other.Page.Keyboard.PressAsync("Enter");
        await other.ShowsAsync("Payroll");
    }

    private static async Task TabToAsync(BrowserSession browser, string selector)
    {
        for (var stops = 0; stops < 30; stops++)
        {
            await browser.Page.Keyboard.PressAsync("Tab");
            var seen = await browser.Page.EvaluateAsync<string>("() => { const s = getComputedStyle(document.activeElement); return s.outlineStyle + ' ' + s.outlineWidth; }");
            Assert.That(seen, Is.EqualTo("solid 3px"), "the focus cannot be seen");
            if (await browser.Page.EvaluateAsync<bool>("selector => document.activeElement.matches(selector)", selector)) return;
        }

        Assert.Fail($"No way to {selector} with the keyboard.");
    }
}
