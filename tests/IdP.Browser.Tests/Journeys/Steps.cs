namespace IdP.Browser.Tests.Journeys;

/// <summary>What a person does on the pages, by what they see there.</summary>
internal static class Steps
{
    extension(BrowserSession browser)
    {
        public ILocator Heading => browser.Page.Locator("h1");

        public ILocator Button(string name) => browser.Page.GetByRole(AriaRole.Button, new() { Name = name });

        /// <summary>Opens an application and presses its "Sign in".</summary>
        public async Task OpenAppAsync(string url)
        {
            await browser.Page.GotoAsync(url);
            await browser.Page.Locator("#signin").ClickAsync();
        }

        public async Task SignInAsync(string password = Company.Password)
        {
            await browser.Page.Locator("#username").FillAsync(Company.UserName);
            await browser.Page.Locator("#password").FillAsync(password);
            await browser.Page.Locator("button.go").ClickAsync();
        }

        /// <summary>From "Get an authenticator app" to the recovery codes, as a phone would do it.</summary>
        /// <returns>The setup key that the QR code carried, and the recovery codes.</returns>
        public async Task<(string Key, IReadOnlyList<string> Codes)> EnrollAsync()
        {
            await browser.Page.GetByText("I have the app").ClickAsync();
            return await browser.SetUpAsync();
        }

        /// <summary>The code that was mailed, where the password alone is not enough to set up an authenticator.</summary>
        public async Task ProveByMailAsync(string inbox)
        {
            await browser.Page.Locator("[value=send]").ClickAsync();
            await Assertions.Expect(browser.Page.Locator(".note.ok")).ToBeVisibleAsync();
            var mails = await browser.Page.Context.NewPageAsync();
            await mails.GotoAsync(inbox);
            var subject = await mails.GetByText(" is your code ").First.TextContentAsync();
            await mails.CloseAsync();
            await browser.Page.Locator("#onetimecode").FillAsync(subject!.Trim().Split(' ')[0]);
            await browser.Page.Keyboard.PressAsync("Enter");
        }

        /// <summary>From the QR code to the recovery codes.</summary>
        public async Task<(string Key, IReadOnlyList<string> Codes)> SetUpAsync()
        {
            var uri = new Uri(await browser.ReadQrAsync(browser.Page.Locator(".qr")));
            var key = System.Web.HttpUtility.ParseQueryString(uri.Query)["secret"]!;
            await browser.Page.Locator("#onetimecode").FillAsync(await Totp.CodeAsync(key, DateTimeOffset.UtcNow));
            await browser.Button("Confirm").ClickAsync();
            var codes = await browser.Page.Locator("ol.codes li").AllTextContentsAsync();
            return (key, codes);
        }

        public async Task SaveCodesAsync() => await browser.Page.Locator("button.go").ClickAsync();

        /// <summary>Types the code that the app shows in the next time step; the present one may be used up.</summary>
        public async Task VerifyAsync(string key, int stepsAhead = 1)
        {
            await browser.Page.Locator("#onetimecode").FillAsync(await Totp.CodeAsync(key, DateTimeOffset.UtcNow.AddSeconds(30 * stepsAhead)));
            await browser.Button("Verify").ClickAsync();
        }

        public Task<string?> ClaimAsync(string name) => browser.Page.Locator("#claim-" + name).TextContentAsync();

        public async Task ShowsAsync(string heading, string? name = null)
        {
            await Assertions.Expect(browser.Heading).ToHaveTextAsync(heading);
            await browser.PassesAxeAsync(name ?? heading);
        }

        public async Task PassesAxeAsync(string page) => Assert.That(await browser.AxeAsync(), Is.Empty, page);
    }
}
