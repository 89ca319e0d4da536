using System.Text.RegularExpressions;

namespace IdP.Browser.Tests.Journeys;

/// <summary>Maya ticks "Don't ask again on this device" where Payroll allows it.</summary>
internal sealed partial class RememberedBrowserJourneyTests : BrowserTest
{
    [Test]
    public async Task A_browser_that_is_remembered_asks_for_the_password_alone_and_no_other_does()
    {
        Requires.Oathtool();
        Requires.Zbar();
        await using var company = await Company.OpenAsync(TestDatabaseKind.Sqlite);
        (await company.Server.CommandAsync("clients", "set", "payroll", "--remember-browser-days", "14")).Succeeded();
        var browser = await OpenAsync(BrowserOptions.WithoutJavaScript);
        await browser.OpenAppAsync(company.Payroll);
        await browser.SignInAsync();
        var (key, _) = await browser.EnrollAsync();
        await browser.SaveCodesAsync();
        await browser.ShowsAsync("Payroll");

        await SignInAnewAsync(browser, company);
        await browser.ShowsAsync("Verify your identity", "with the box");
        await browser.Page.Locator("[name=remember]").CheckAsync();
        await browser.VerifyAsync(key);
        await browser.ShowsAsync("Payroll");
        Assert.That(await browser.ClaimAsync("acr"), Is.EqualTo("mfa"));

        await SignInAnewAsync(browser, company);
        await browser.ShowsAsync("Payroll");
        Assert.That(await browser.ClaimAsync("acr"), Is.EqualTo("pwd"), "Nothing was verified this time, and Payroll is told so.");

        var other = await OpenAsync();
        await other.OpenAppAsync(company.Payroll);
        await other.SignInAsync();
        await other.ShowsAsync("Verify your identity");
    }

    // As after the browser was closed: what is kept for days stays.
    private static async Task SignInAnewAsync(BrowserSession browser, Company company)
    {
        await browser.Context.ClearCookiesAsync(new() { NameRegex = Session() });
        await browser.OpenAppAsync(company.Payroll);
        await browser.SignInAsync();
    }

    [GeneratedRegex("^(?!idp_remembered)", RegexOptions.None, 1000)]
    private static partial Regex Session();
}
