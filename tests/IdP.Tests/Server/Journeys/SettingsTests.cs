using System.Net;
using System.Text.Json.Nodes;
using IdP.Testing;
using IdP.Verification;

namespace IdP.Tests.Server.Journeys;

/// <summary>Each setting is changed by the command line while the server runs, and its effect is seen at the server's door.</summary>
internal sealed class SettingsTests() : ServerFixture(TestDatabaseKind.Sqlite)
{
    // Seen where a clock can be moved or a mail be read.
    private static readonly Dictionary<string, string> Elsewhere = new(StringComparer.Ordinal)
    {
        ["reminderMails"] = nameof(Mail.ReminderTests), ["reminderDays"] = nameof(Mail.ReminderTests), ["weeklyDigest"] = nameof(Mail.ReminderTests),
        ["auditRetentionDays"] = nameof(Hosting.AuditKeeperTests), ["enrollmentProof"] = nameof(EnrollmentProofTests), ["portalIdentityVerification"] = nameof(ModeTests),
        ["preferredAuthenticator"] = nameof(WizardTests), ["authenticatorNote"] = nameof(WizardTests),
    };

    protected override IEnumerable<object> People =>
    [
        Person("days"), Enrolled("codes"), Enrolled("timed"), Person("passwords"), Person("crowd"), Enrolled("codes-count"), Enrolled("passwords-count"),
        Required("expired"), Enrolled("portal"), Person("helped"), Person("graced"),
    ];

    protected override IEnumerable<object> Apps => [App("notes", "notRequired"), App("payroll", "required")];

    [Test]
    public async Task EnrollmentDays()
    {
        await WithAsync("enrollmentDays", "3", async () =>
        {
            var journey = await Browser("days").OpenAsync(AppOf("payroll"));
            await journey.SignInAsync();
            Assert.That(journey.Text, Does.Contain("3 days left."));
        });
    }

    [Test]
    public Task VerificationAttempts() => WithAsync("verificationAttempts", "3", async () =>
    {
        var journey = await LockAsync("codes", 3);
        Assert.That(journey.Text, Does.Contain("Your account is locked"));
    });

    [Test]
    public Task LockMinutes() => WithAsync("lockMinutes", "720", async () =>
    {
        var journey = await LockAsync("timed", 5);
        Assert.That(journey.Text, Does.Contain("Try again at"));
        await ExecuteAsync("UPDATE attempt_counts SET locked_at = locked_at - @p0, locked_until = locked_until - @p0", (long)TimeSpan.FromMinutes(721).TotalMilliseconds);
        var later = await Browser("timed").OpenAsync(AppOf("payroll"));
        await later.SignInAsync();
        Assert.That(later.At, Is.EqualTo("/verify"));
        await later.VerifyAsync();
        Assert.That(later.At, Is.EqualTo(Journey.App));
    });

    [Test]
    public Task PasswordAttempts_and_passwordLockMinutes() => WithAsync("passwordAttempts", "3", () => WithAsync("passwordLockMinutes", "7", async () =>
    {
        var person = Browser("passwords");
        var page = await person.OpenAsync("signin");
        for (var i = 0; i < 3; i++) page = await person.SignInAsync(page, "not the password");
        Assert.That((await person.SignInAsync(page)).Uri.AbsolutePath, Is.EqualTo("/signin"), "the right one, too");
        foreach (var (minutes, opens) in new[] { (6, false), (2, true) })
        {
            await ExecuteAsync("UPDATE attempt_counts SET last_at = last_at - @p0, locked_at = locked_at - @p0, locked_until = locked_until - @p0 WHERE kind = 'password'", (long)TimeSpan.FromMinutes(minutes).TotalMilliseconds);
            Assert.That((await person.SignInAsync(await person.OpenAsync("signin"))).Uri.AbsolutePath, opens ? Is.EqualTo("/portal") : Is.EqualTo("/signin"), $"{minutes} minutes later");
        }
    }));

    [Test]
    public Task AddressAttempts() => WithAsync("addressAttempts", "10", async () =>
    {
        var person = Browser("crowd");
        var page = await person.OpenAsync("signin");
        for (var i = 0; i < 12 && page.Status != HttpStatusCode.TooManyRequests; i++) page = await person.SubmitAsync(page, null, ("username", $"nobody-{i}"), ("password", "x"));
        Assert.That((page.Status, page.Header("Retry-After")), Is.EqualTo((HttpStatusCode.TooManyRequests, page.Header("Retry-After"))));
        Assert.That(page.Header("Retry-After"), Is.Not.Null);
    });

    [Test]
    public Task FailedCodesCountAsPassword() => WithAsync("failedCodesCountAsPassword", "true", () => WithAsync("passwordAttempts", "3", async () =>
    {
        var journey = await Browser("codes-count").OpenAsync(AppOf("payroll"));
        await journey.SignInAsync();
        for (var i = 0; i < 3; i++) await journey.VerifyAsync(await journey.Person.Phone.WrongCodeAsync());
        var again = await Browser("codes-count").OpenAsync(AppOf("notes"));
        await again.SignInAsync();
        Assert.That(again.At, Is.EqualTo("/signin"), "the password is locked");
    }));

    [Test]
    public Task FailedPasswordsCountAsVerification() => WithAsync("failedPasswordsCountAsVerification", "true", () => WithAsync("verificationAttempts", "3", async () =>
    {
        var journey = await Browser("passwords-count").OpenAsync(AppOf("payroll"));
        for (var i = 0; i < 3; i++) await journey.SignInAsync("not the password");
        await journey.SignInAsync();
        // They count up to one short of the limit, so that nobody without the password locks: one wrong code is left.
        await journey.VerifyAsync(await journey.Person.Phone.WrongCodeAsync());
        Assert.That(journey.Text, Does.Contain("Your account is locked"));
    }));

    [Test]
    public Task ExpiryLocks() => WithAsync("expiryLocks", "guardedResources", async () =>
    {
        await LetTheDeadlinePassAsync("expired");
        var notes = await Browser("expired").OpenAsync(AppOf("notes"));
        await notes.SignInAsync();
        Assert.That(notes.At, Is.EqualTo(Journey.App));
        Assert.That((await notes.Person.OpenAsync(AppOf("payroll"))).At, Is.EqualTo("/locked"));
    });

    [Test]
    public async Task PortalReverifyAfterMinutes()
    {
        var person = Browser("portal");
        var page = await person.VerifyAsync(await person.SignInAsync(await person.OpenAsync("portal")));
        await LetTimePassAsync("portal", TimeSpan.FromMinutes(30));
        Assert.That((await person.OpenAsync("portal")).Uri.AbsolutePath, Is.EqualTo("/portal"));
        await WithAsync("portalReverifyAfterMinutes", "29", async () => Assert.That((await person.OpenAsync("portal")).Uri.AbsolutePath, Is.EqualTo("/verify")));
    }

    [Test]
    public Task SupportContact() => WithAsync("supportContact", "the desk in room 7", async () => Assert.That((await Browser("helped").OpenAsync("help/contact")).Body, Does.Contain("the desk in room 7")));

    [Test]
    public Task RefreshTokenGraceSeconds() => WithAsync("refreshTokenGraceSeconds", "30", async () =>
    {
        var (_, tokens) = await SignInAsync("graced", "notes");
        var first = tokens.GetProperty("refresh_token").GetString()!;
        var second = await AppOf("notes").RefreshAsync(first);
        Assert.That((await AppOf("notes").RefreshAsync(first)).Status, Is.EqualTo(HttpStatusCode.OK), "the answer was lost");
        Assert.That((await AppOf("notes").RefreshAsync(second.JsonString("refresh_token")!)).Status, Is.EqualTo(HttpStatusCode.OK), "and nothing was revoked");
    });

    [Test]
    public void Every_setting_has_a_test()
    {
        var here = GetType().GetMethods().Where(method => method.IsDefined(typeof(TestAttribute), false)).SelectMany(method => method.Name.Split("_and_")).ToHashSet(StringComparer.OrdinalIgnoreCase);

        Assert.That(new VerificationSettings().ToJson().Select(setting => setting.Key).Where(name => !here.Contains(name) && !Elsewhere.ContainsKey(name)), Is.Empty);
    }

    private async Task<Journey> LockAsync(string person, int guesses)
    {
        var journey = await Browser(person).OpenAsync(AppOf("payroll"));
        await journey.SignInAsync();
        for (var i = 0; i < guesses; i++)
        {
            Assert.That(journey.At, Is.EqualTo("/verify"), $"guess {i}");
            await journey.VerifyAsync(await journey.Person.Phone.WrongCodeAsync());
        }

        Assert.That(journey.Page.Status, Is.EqualTo(HttpStatusCode.Forbidden), $"{journey.Page}");
        return journey;
    }

    private async Task WithAsync(string setting, string value, Func<Task> seen)
    {
        var before = JsonNode.Parse(await CommandAsync("settings", "show", setting, "--json"))![setting]?.ToString() ?? "";
        await CommandAsync("settings", "set", setting, value);
        try
        {
            await seen();
        }
        finally
        {
            await CommandAsync("settings", "set", setting, before);
        }
    }
}
