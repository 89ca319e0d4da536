using IdP.Server.Pages;
using IdP.Testing;
using IdP.Tests.Server.Journeys;

namespace IdP.Tests.Server.Pages;

/// <summary>
/// Every page in every situation with a German browser: no text of it is English.
/// </summary>
internal sealed class GermanPagesTests() : ServerFixture(TestDatabaseKind.Sqlite)
{
    // Shown in place of others.
    private static readonly string[] NotSeen = ["/error"];

    private readonly HashSet<string> seen = new(StringComparer.Ordinal);

    protected override IEnumerable<object> People =>
    [
        Person("plain"), Required("skipper"), Required("strict"), Required("late"), Enrolled("enrolled"), Enrolled("lost"), Enrolled("guesser"), Person("due"),
    ];

    protected override IEnumerable<object> Apps =>
    [
        App("notes", "notRequired"), App("payroll", "required"), App("vault", "always"), App("shop", "notRequired", consent: "explicit"),
        new { clientId = "tv", displayName = "tv", type = "public", tokenEndpointAuthMethod = "none", grantTypes = new[] { "urn:ietf:params:oauth:grant-type:device_code" }, scopes = new[] { "openid" }, identityVerification = "notRequired" },
    ];

    [Test]
    public async Task No_page_has_a_word_of_English()
    {
        await SigningInAsync();
        await SettingUpAsync();
        await VerifyingAsync();
        await ConnectingADeviceAsync();
        await TheFirstOwnerAsync();

        var pages = Directory.EnumerateFiles(PageTexts.Folder, "*.cshtml", SearchOption.AllDirectories)
            .Select(file => File.ReadLines(file).First()).Where(line => line.StartsWith("@page \"", StringComparison.Ordinal))
            .Select(line => line.Split('"')[1].Split("/{")[0]);
        // A page that is new is no failure, but it belongs in here.
        await TestContext.Out.WriteLineAsync("Not looked at: " + string.Join(", ", pages.Where(page => !NotSeen.Contains(page) && !seen.Contains(page))));
    }

    private async Task SigningInAsync()
    {
        var person = German("plain");
        foreach (var page in new[] { "/signin", "/signout", "/nowhere", "/error?reason=client", "/error?reason=link", "/error?reason=request", "/error?reason=server", "/error?reason=toomany", "/dev/mail" })
            Look(await person.OpenAsync(page));
        foreach (var page in new[] { "", "/set-up", "/sign-in", "/reset", "/contact", "/privacy" }) Look(await person.OpenAsync("/help" + page));

        var journey = await person.OpenAsync(AppOf("shop"));
        Look(await person.SubmitAsync(journey.Page));
        await journey.SignInAsync("not the password");
        Look(journey.Page);
        await journey.SignInAsync();
        Look(journey.Page, "/consent");
        Look((await person.OpenAsync(AppOf("notes"), "openid", ("prompt", "select_account"))).Page);
        await journey.DecideAsync("allow");
        foreach (var page in new[] { "/portal", "/portal/security", "/portal/sessions", "/portal/activity", "/portal/security/setup", "/admin" }) Look(await person.OpenAsync(page));
        var password = await person.OpenAsync("/portal/security/password");
        Look(password);
        Look(await person.SubmitAsync(password, null, ("password", "not it"), ("new_password", "short")));
        var signOut = await person.OpenAsync("/signout");
        Look(signOut);
        Look(await person.SubmitAsync(signOut));

        await ExecuteAsync("UPDATE users SET must_change_password = @p0 WHERE user_name = 'due'", true);
        var due = German("due");
        Look(await due.SignInAsync(await due.OpenAsync("/portal")), "/password");
    }

    private async Task SettingUpAsync()
    {
        var person = German("skipper");
        var journey = await person.OpenAsync(AppOf("payroll"));
        await journey.SignInAsync();
        Look(journey.Page, "/enroll");
        await journey.SkipAsync();
        Look(await person.OpenAsync("/portal"));
        await ExecuteAsync("UPDATE enrollments SET deadline = @p0 WHERE user_id = (SELECT id FROM users WHERE user_name = 'skipper')", DateTimeOffset.UtcNow.AddHours(5));
        Look(await person.OpenAsync("/portal"));

        var strict = German("strict");
        var hard = await strict.OpenAsync(AppOf("vault"));
        await hard.SignInAsync();
        Look(hard.Page, "/enroll");
        var app = await strict.SubmitAsync(hard.Page, "[name=next]");
        Look(app, "/enroll/app");
        Look(await strict.SubmitAsync(app, null, ("code", "12")));
        Look(await strict.SubmitAsync(app, null, ("code", "000000")));
        var (codes, _) = await strict.SetUpAsync(app);
        Look(codes, "/enroll/recovery-codes");

        await LetTheDeadlinePassAsync("late");
        var late = German("late");
        Look(await late.SignInAsync(await late.OpenAsync("/portal")), "/locked");
    }

    private async Task VerifyingAsync()
    {
        var person = German("enrolled");
        var journey = await person.OpenAsync(AppOf("payroll"));
        await journey.SignInAsync();
        Look(journey.Page, "/verify");
        Look(await person.SubmitAsync(journey.Page, null, ("code", "")));
        Look(await person.VerifyAsync(journey.Page, await person.Phone.WrongCodeAsync()));
        Look(await person.OpenAsync("/verify/help" + journey.Page.Uri.Query));
        await journey.VerifyAsync();
        foreach (var page in new[] { "/portal", "/portal/security", "/portal/security/reset", "/portal/activity" }) Look(await person.OpenAsync(page));
        var renew = await person.OpenAsync("/portal/security/recovery-codes");
        Look(renew);
        var shown = await person.SubmitAsync(renew);
        Look(shown, "/enroll/recovery-codes");
        var code = shown.Page.QuerySelector("ol.codes li")!.TextContent.Trim();

        var lost = German("enrolled");
        var again = await lost.OpenAsync(AppOf("payroll"));
        await again.SignInAsync();
        var recovery = await lost.OpenAsync("/verify/recovery" + again.Page.Uri.Query);
        Look(recovery);
        Look(await lost.SubmitAsync(recovery, null, ("code", "0000-0000-0000-0000")));
        Look(await lost.SubmitAsync(recovery, null, ("code", code)), "/verify/recovered");

        var guesser = German("guesser");
        var locked = await guesser.SignInAsync(await guesser.OpenAsync("/portal"));
        for (var tries = 0; locked.Uri.AbsolutePath == "/verify" && tries < 9; tries++)
        {
            Look(locked);
            if (locked.Page.QuerySelector("#onetimecode") is null) break;
            locked = await guesser.VerifyAsync(locked, await guesser.Phone.WrongCodeAsync());
        }

        Assert.That(locked.Heading, Is.EqualTo("Ihr Konto ist gesperrt"), $"{locked}");
    }

    private async Task ConnectingADeviceAsync()
    {
        var person = German("plain");
        var device = await person.SignInAsync(await person.OpenAsync("/device"));
        Look(device, "/device");
        Look(await person.SubmitAsync(device, null, ("user_code", "")));
        Look(await person.SubmitAsync(device, null, ("user_code", "BBBBBBBB")));
        var tv = AppOf("tv");
        tv.ClientSecret = null;
        foreach (var decision in new[] { "allow", "deny" })
        {
            var begun = await tv.PostAsync("connect/device", new() { ["scope"] = "openid" });
            var asks = await person.SubmitAsync(device, null, ("user_code", begun.JsonString("user_code")!));
            Look(asks);
            Look(await person.SubmitAsync(asks, $"[value={decision}]"));
        }
    }

    private async Task TheFirstOwnerAsync()
    {
        var link = System.Text.Json.JsonDocument.Parse((await Server.CommandAsync("setup-link", "--json")).Succeeded()).RootElement.GetProperty("url").GetString()!;
        var person = German("plain");
        var page = await person.OpenAsync(link);
        Look(page, "/setup");
        Look(await person.SubmitAsync(page));
        Look(await person.OpenAsync("/setup"));
    }

    private Visitor German(string name)
    {
        var person = Browser(name);
        person.Browser.AcceptLanguage = "de-DE,de;q=0.9,en;q=0.5";
        return person;
    }

    private void Look(Exchange page, string? path = null)
    {
        if (path is not null) Assert.That(page.Uri.AbsolutePath, Is.EqualTo(path), $"{page}");
        lock (seen) seen.Add(page.Uri.AbsolutePath);
        Assert.That(page.Page.DocumentElement.GetAttribute("lang"), Is.EqualTo("de"), $"{page}");
        Assert.That(PageTexts.EnglishOn(page, "de"), Is.Empty, page.Uri.ToString());
    }
}
