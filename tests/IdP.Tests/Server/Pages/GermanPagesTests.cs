using IdP.Server.Pages;
using IdP.Storage.Users;
using IdP.Testing;
using IdP.Tests.Server.Journeys;

namespace IdP.Tests.Server.Pages;

/// <summary>
/// Every page in every situation with a German browser: no text of it is English.
/// </summary>
internal sealed class GermanPagesTests() : ServerFixture(TestDatabaseKind.Sqlite)
{
    // Shown in place of others. The console has tests of its own.
    private static readonly string[] NotSeen = ["/error"];

    private readonly HashSet<string> seen = new(StringComparer.Ordinal);

    protected override IEnumerable<object> People =>
    [
        Person("plain"), Required("skipper"), Required("strict"), Required("late"), Enrolled("enrolled"), Enrolled("lost"), Enrolled("guesser"), Person("due"), Person("idle"), Person("unmailed"), Enrolled("frozen"),
    ];

    protected override IEnumerable<object> Apps =>
    [
        App("notes", "notRequired"), App("payroll", "required"), App("vault", "always"), App("strong", "always"), App("shop", "notRequired", consent: "explicit"),
        new { clientId = "tv", displayName = "tv", type = "public", tokenEndpointAuthMethod = "none", grantTypes = new[] { "urn:ietf:params:oauth:grant-type:device_code" }, scopes = new[] { "openid" }, identityVerification = "notRequired" },
    ];

    [Test]
    public async Task No_page_has_a_word_of_English()
    {
        await SigningInAsync();
        await SettingUpAsync();
        await VerifyingAsync();
        await ConnectingADeviceAsync();
        await ProvingFirstAsync();
        await LinksOfMailsAsync();
        await TheFirstOwnerAsync();

        var pages = Directory.EnumerateFiles(PageTexts.Folder, "*.cshtml", SearchOption.AllDirectories)
            .Select(file => File.ReadLines(file).First()).Where(line => line.StartsWith("@page \"", StringComparison.Ordinal))
            .Select(line => line.Split('"')[1].Split("/{")[0]);
        Assert.That(pages.Where(page => !NotSeen.Contains(page) && !seen.Contains(page) && !page.StartsWith("/admin", StringComparison.Ordinal)), Is.Empty, "pages that this test does not look at");
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
        await journey.VerifyAsync();
        foreach (var page in new[]
        {
            "/portal", "/portal/security", "/portal/security/reset", "/portal/activity", "/portal/security/passkeys", "/portal/security/authenticators/add",
            "/enroll/app?to=%2Fportal%2Fsecurity%2Fauthenticators%2Fadd", "/enroll/app?to=%2Fportal%2Fsecurity%2Freset",
        }) Look(await person.OpenAsync(page));
        var security = await person.OpenAsync("/portal/security");
        var own = await person.OpenAsync(security.Page.QuerySelector("a[href*='/portal/security/authenticator?']")!.GetAttribute("href")!);
        Look(own, "/portal/security/authenticator");
        Look(await person.SubmitAsync(own, null, ("name", new string('x', 200))));
        var compromised = await person.OpenAsync("/portal/security/compromised");
        Look(compromised, "/portal/security/compromised");
        Look(await person.SubmitAsync(compromised, null, ("password", "not it"), ("new_password", "short")));
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

    private async Task ProvingFirstAsync()
    {
        await ExecuteAsync("UPDATE users SET created_at = 0 WHERE user_name IN ('idle', 'unmailed')");
        await ExecuteAsync("UPDATE users SET email_verified = @p0 WHERE user_name = 'unmailed'", false);
        foreach (var name in new[] { "idle", "unmailed" })
        {
            var person = German(name);
            var journey = await person.OpenAsync(AppOf("payroll"));
            await journey.SignInAsync();
            var proof = await person.SubmitAsync(journey.Page, "[name=next]");
            Look(proof, "/enroll/proof");
            if (name == "idle") Look(proof = await person.SubmitAsync(proof, "[value=send]"));
            Look(await person.SubmitAsync(proof, null, ("code", "")));
            Look(await person.SubmitAsync(proof, null, ("code", "12345678")));
        }

        await CommandAsync("clients", "set", "strong", "--verification-method", "passkey");
        var strong = German("lost");
        var asked = await strong.OpenAsync(AppOf("strong"));
        await asked.SignInAsync();
        Look(asked.Page);
        // Not by somebody whose activity is looked at: asking is in it, and a page has its budget.
        Look(await strong.OpenAsync("/verify/help" + asked.Page.Uri.Query));
        await asked.VerifyAsync();
        Look(asked.Page, "/enroll/passkey");
    }

    private async Task LinksOfMailsAsync()
    {
        var person = German("frozen");
        var forgot = await person.OpenAsync("/signin/forgot");
        Look(forgot, "/signin/forgot");
        Look(await person.SubmitAsync(forgot, null, ("username", "")));
        Look(await person.SubmitAsync(forgot, null, ("username", "nobody")));
        Look(await person.OpenAsync("/signin/reset?link=" + new string('A', 43)));
        Look(await person.SubmitAsync(forgot, null, ("username", "frozen")));
        string? mail = null;
        await Eventually.TrueAsync(async () => (mail = await MailAsync("frozen", "E11")) is not null, () => "the mail");
        var reset = await person.OpenAsync(mail![mail!.IndexOf("/signin/reset?link=", StringComparison.Ordinal)..].Split('\n')[0]);
        Look(reset, "/signin/reset");
        Look(await person.SubmitAsync(reset, null, ("new_password", "short")));
        Look(await person.SubmitAsync(reset, null, ("new_password", Password + "-anew")), "/signin/reset");
        var notMe = await person.OpenAsync("/not-me?link=" + await NotMeLinkAsync("frozen"));
        Look(notMe, "/not-me");
        Look(await person.SubmitAsync(notMe));
        Look(await person.OpenAsync("/not-me"));
    }

    private async Task<string?> MailAsync(string person, string kind)
    {
        await using var database = Database.Open();
        return await database.ReadAsync(s => s.FirstAsync(
            "SELECT m.text FROM outbox_messages m JOIN users u ON u.id = m.user_id WHERE m.kind = @p0 AND u.user_name = @p1", row => row.GetString(0), kind, person));
    }

    private async Task<string> NotMeLinkAsync(string person)
    {
        var handle = Guid.NewGuid().ToString("N") + "01234567890";
        await ExecuteAsync("INSERT INTO one_time_links (hash, purpose, user_id, expires_at) SELECT @p0, @p1, u.id, @p2 FROM users u WHERE u.user_name = @p3",
            IdP.Storage.Handle.HashOf(handle), OneTimeLink.NotMe, DateTimeOffset.UtcNow.AddMinutes(20), person);
        return handle;
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
        // German words are the longer ones, so what fits the budget here fits it in English.
        PageBudget.Holds(page);
    }
}
