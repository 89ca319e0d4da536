using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Samples.Payroll;

namespace IdP.Browser.Tests.Journeys;

/// <summary>
/// From the first link to the audit log: an owner sets the server up, registers Payroll as guarded, imports people, starts
/// a campaign and watches it, unlocks who is late, asks the simulator, reads why Maya was asked, and verifies the log.
/// </summary>
internal sealed partial class AdministrationJourneyTests : BrowserTest
{
    private const string Why = "First day of the test";

    [Test]
    public async Task An_owner_brings_everybody_to_verify([Values] TestDatabaseKind kind)
    {
        Requires.Database(kind);
        Requires.Oathtool();
        Requires.Zbar();
        await using var database = await TestDatabase.CreateAsync(kind);
        // Maya has a password from elsewhere; nobody administers yet.
        await using var server = await ServerProcess.StartAsync(database, JsonSerializer.Serialize(new
        {
            users = new[] { new { username = "maya", displayName = "Maya Okafor", email = "maya@example.com", emailVerified = true, password = Company.Password } },
        }));
        // With script on one database, without on the other.
        var owner = await OpenAsync(new BrowserOptions(JavaScript: kind == TestDatabaseKind.Sqlite));
        await BecomeOwnerAsync(owner, server);

        var (payrollUrl, secret) = await RegisterPayrollAsync(owner, server);
        await ImportAsync(owner, server);
        var board = await StartCampaignAsync(owner, server);
        await BoardSaysAsync(owner, board, enrolled: 0, late: 0);

        await using var payroll = PayrollApp.Build([$"--Authority={server.Issuer.OriginalString}", $"--ClientSecret={secret}", $"--BaseUrl={payrollUrl}"]);
        await payroll.StartAsync();
        var maya = await OpenAsync();
        await maya.OpenAppAsync(payrollUrl);
        await maya.SignInAsync();
        await maya.EnrollAsync();
        await maya.SaveCodesAsync();
        Assert.That(await maya.ClaimAsync("acr"), Is.EqualTo("mfa"));
        await BoardSaysAsync(owner, board, enrolled: 1, late: 0);

        await LetTheDeadlineOfLenaPassAsync(database);
        await BoardSaysAsync(owner, board, enrolled: 1, late: 1);
        await UnlockLenaAsync(owner, server);
        await BoardSaysAsync(owner, board, enrolled: 1, late: 0);

        await owner.Page.GotoAsync(new Uri(server.Issuer, "admin/simulator").ToString());
        await owner.Page.Locator("#person").FillAsync("lena");
        await owner.Page.Locator("#resource").FillAsync("payroll");
        await owner.Page.Locator("main .go").ClickAsync();
        await Assertions.Expect(owner.Page.Locator("#result")).ToHaveTextAsync("Lena Brandt is led through the set-up on the way to Payroll");

        await OpenPersonAsync(owner, server, "maya", "Maya Okafor");
        await Assertions.Expect(owner.Page.Locator("table ol.trace").First).ToBeVisibleAsync();
        await Assertions.Expect(owner.Page.Locator("table")).ToContainTextAsync("Payroll");

        await owner.Page.GotoAsync(new Uri(server.Issuer, "admin/audit").ToString());
        await owner.Button("Verify now").ClickAsync();
        await Assertions.Expect(owner.Page.GetByText("rows are as they were written, and none is missing.")).ToBeVisibleAsync();
        await owner.PassesAxeAsync("audit");
    }

    private static async Task BecomeOwnerAsync(BrowserSession owner, ServerProcess server)
    {
        var link = SetupLink().Match((await server.CommandAsync("setup-link")).Succeeded()).Value;
        await owner.Page.GotoAsync(link);
        await owner.Page.Locator("#username").FillAsync("olga");
        await owner.Page.Locator("#display_name").FillAsync("Olga Ortiz");
        await owner.Page.Locator("#email").FillAsync("olga@example.com");
        await owner.Page.Locator("#password").FillAsync(Company.Password);
        await owner.Page.Locator("#password_again").FillAsync(Company.Password);
        await owner.Page.Locator("main .go").ClickAsync();
        await owner.Page.Locator("#username").FillAsync("olga");
        await owner.Page.Locator("#password").FillAsync(Company.Password);
        await owner.Page.Locator("main .go").ClickAsync();
        await owner.EnrollAsync();
        await owner.SaveCodesAsync();
        await Assertions.Expect(owner.Heading).ToHaveTextAsync("Overview");
    }

    private static async Task<(string Url, string Secret)> RegisterPayrollAsync(BrowserSession owner, ServerProcess server)
    {
        var url = $"http://localhost:{FreePort.Find()}";
        await owner.Page.GotoAsync(new Uri(server.Issuer, "admin/clients/new?kind=Web").ToString());
        await owner.Page.Locator("#displayName").FillAsync("Payroll");
        await owner.Page.Locator("#clientId").FillAsync("payroll");
        await owner.Page.Locator("#redirectUris").FillAsync(url + "/callback");
        await owner.Page.Locator("#scopes").FillAsync("openid profile email offline_access");
        await owner.Page.Locator("#identityVerification").SelectOptionAsync("Required");
        await owner.Page.Locator("#reason").FillAsync(Why);
        await owner.Page.Locator("main form .go").ClickAsync();
        return (url, (await owner.Page.Locator("#client-secret").TextContentAsync())!.Trim());
    }

    private static async Task ImportAsync(BrowserSession owner, ServerProcess server)
    {
        await owner.Page.GotoAsync(new Uri(server.Issuer, "admin/people/import").ToString());
        await owner.Page.Locator("textarea[name=csv]").FillAsync("""
            username,email,displayName,groups
            maya,maya@example.com,Maya Okafor,finance
            lena,lena@example.com,Lena Brandt,finance
            tom,tom@example.com,Tom Albers,finance
            """);
        await owner.Page.Locator("[value=check]").ClickAsync();
        await owner.Page.Locator("#reason").FillAsync(Why);
        await owner.Page.Locator("[value=apply]").ClickAsync();
        await Assertions.Expect(owner.Page.Locator(".note.ok")).ToBeVisibleAsync();
    }

    private static async Task<string> StartCampaignAsync(BrowserSession owner, ServerProcess server)
    {
        await owner.Page.GotoAsync(new Uri(server.Issuer, "admin/campaigns/start").ToString());
        await owner.Page.Locator("#campaign-name").FillAsync("Finance first");
        await owner.Page.Locator("#deadline").FillAsync(DateTimeOffset.UtcNow.AddDays(7).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        await owner.Page.Locator("#group").FillAsync("finance");
        await owner.Page.Locator("#reason").FillAsync(Why);
        await owner.Page.Locator("main form .go").ClickAsync();
        await owner.Page.Locator("main .go").ClickAsync();
        await Assertions.Expect(owner.Heading).ToHaveTextAsync("Finance first");
        return owner.Page.Url;
    }

    private static async Task BoardSaysAsync(BrowserSession owner, string board, int enrolled, int late)
    {
        await owner.Page.GotoAsync(board);
        await Assertions.Expect(owner.Page.Locator("#count-active")).ToHaveTextAsync($"{enrolled}");
        await Assertions.Expect(owner.Page.Locator("#count-expired")).ToHaveTextAsync($"{late}");
    }

    private static async Task LetTheDeadlineOfLenaPassAsync(TestDatabase tests)
    {
        await using var database = tests.Open();
        await database.WriteAsync(s => s.ExecuteAsync(
            "UPDATE enrollments SET deadline = @p0 WHERE user_id = (SELECT id FROM users WHERE user_name = 'lena')", DateTimeOffset.UtcNow.AddMinutes(-1)));
    }

    private static async Task UnlockLenaAsync(BrowserSession owner, ServerProcess server)
    {
        await OpenPersonAsync(owner, server, "lena", "Lena Brandt");
        await owner.Page.GetByRole(AriaRole.Link, new() { Name = "Unlock Lena Brandt" }).ClickAsync();
        await owner.Page.Locator("#days").FillAsync("5");
        await owner.Page.Locator("#reason").FillAsync("Was on leave");
        await owner.Page.Locator("main form .go").ClickAsync();
        await Assertions.Expect(owner.Page.Locator(".note.ok")).ToBeVisibleAsync();
    }

    private static async Task OpenPersonAsync(BrowserSession owner, ServerProcess server, string userName, string name)
    {
        await owner.Page.GotoAsync(new Uri(server.Issuer, "admin/people?q=" + userName).ToString());
        await owner.Page.GetByRole(AriaRole.Link, new() { Name = name }).First.ClickAsync();
        await Assertions.Expect(owner.Heading).ToHaveTextAsync(name);
    }

    [GeneratedRegex(@"http\S+/setup\?link=\S+", RegexOptions.None, 1000)]
    private static partial Regex SetupLink();
}
