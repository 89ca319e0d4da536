using System.Net;
using System.Text.RegularExpressions;
using IdP.Testing;

namespace IdP.Tests.Server.Journeys;

/// <summary>What a first enrollment needs besides the password, so that a thief of it cannot enrol an app of his own.</summary>
[TestFixtureSource(typeof(TestDatabase), nameof(TestDatabase.All))]
internal sealed partial class EnrollmentProofTests(TestDatabaseKind kind) : ServerFixture(kind)
{
    private static readonly TimeSpan Idle = TimeSpan.FromDays(31);

    protected override IEnumerable<object> People =>
    [
        Required("new"), Required("idle"), Required("robbed"), Required("reopened"), Enrolled("reset"), Required("guesser"), Required("twice"), Required("eager"),
        Person("unmailed"), Required("lax"), Enrolled("mover"), Person("wanderer"),
    ];

    protected override IEnumerable<object> Apps => [App("notes", "notRequired"), App("payroll", "required"), Proving("lounge", "none")];

    [Test]
    public async Task Somebody_new_enrols_with_the_password_alone()
    {
        var journey = await EnrolAsync("new", "payroll");
        Assert.That(journey.At, Is.EqualTo("/enroll/app"));
    }

    [Test]
    public async Task After_thirty_idle_days_a_mailed_code_comes_first_and_works_once()
    {
        await LetLieAsync("idle");
        var journey = await EnrolAsync("idle", "payroll");
        Assert.That(journey.At, Is.EqualTo("/enroll/proof"));
        var code = await SendAsync(journey, "idle");
        Assert.That(journey.Text, Does.Contain("i…@example.com"));

        await journey.VerifyAsync(code);
        Assert.That(journey.At, Is.EqualTo("/enroll/app"));
        await SetUpAsync(journey);
        Assert.That(await CountEventsAsync("idle", "enrollment.proven", "enrollment.completed"), Is.EqualTo(2));
    }

    [Test]
    public async Task A_thief_of_the_password_reaches_no_setup_key_by_any_address()
    {
        await LetLieAsync("robbed");
        var journey = await EnrolAsync("robbed", "payroll");
        foreach (var path in new[] { "enroll/app" + journey.Page.Uri.Query, "enroll/app", "enroll/app?to=/portal/security/setup", "enroll/app?to=/portal/security/reset", "Enroll/App?to=/admin" })
        {
            await HasNoKeyAsync(journey.Person, await journey.Person.OpenAsync(path));
        }

        // A skip signs him in, which must not make the account look used.
        journey.Continue(await journey.Person.OpenAsync("enroll" + journey.Page.Uri.Query));
        await journey.SkipAsync();
        await HasNoKeyAsync(journey.Person, await journey.Person.OpenAsync("enroll/app?to=/portal/security/setup"));
        var again = await EnrolAsync("robbed", "payroll");
        Assert.That(again.At, Is.EqualTo("/enroll/proof"));
        var posted = await again.Person.Browser.PostAsync(new Uri(Server.Issuer, "enroll/app" + again.Page.Uri.Query),
            new Dictionary<string, string> { ["code"] = "123456", ["__RequestVerificationToken"] = again.Page.Page.QuerySelector("[name=__RequestVerificationToken]")!.GetAttribute("value")! });
        Assert.That((await again.Person.FollowAsync(posted)).Uri.AbsolutePath, Is.EqualTo("/enroll/proof"));
        Assert.That(await ScalarAsync("SELECT COUNT(*) FROM pending_authenticators p JOIN users u ON u.id = p.user_id WHERE u.user_name = 'robbed'"), Is.Zero);
    }

    [Test]
    public async Task An_account_without_verification_that_lay_idle_asks_at_the_Security_page_too()
    {
        await LetLieAsync("wanderer");
        var browser = Browser("wanderer");
        await browser.SignInAsync(await browser.OpenAsync("portal"));

        Assert.That((await browser.OpenAsync("enroll/app?to=/portal/security/setup")).Uri.AbsolutePath, Is.EqualTo("/enroll/proof"));
    }

    [Test]
    public async Task An_unlock_after_the_period_and_a_reset_by_an_admin_ask_for_a_proof()
    {
        await LetTheDeadlinePassAsync("reopened");
        var locked = await Browser("reopened").OpenAsync(AppOf("payroll"));
        await locked.SignInAsync();
        Assert.That(locked.At, Is.EqualTo("/locked"));
        await CommandAsync("users", "unlock", "reopened", "--days", "3");
        await CommandAsync("users", "reset", "reset");

        foreach (var name in new[] { "reopened", "reset" })
        {
            var journey = await EnrolAsync(name, "payroll");
            Assert.That(journey.At, Is.EqualTo("/enroll/proof"), name);
            await journey.VerifyAsync(await SendAsync(journey, name));
            await SetUpAsync(journey);
        }

        // Enrolled: whoever moves to a new phone shows the old one, as ever.
        var mover = Browser("mover");
        var page = await mover.VerifyAsync(await mover.SignInAsync(await mover.OpenAsync("portal/security/reset")));
        Assert.That((await mover.OpenAsync(page.Page.QuerySelector("a.btn.go")!.GetAttribute("href")!)).Uri.AbsolutePath, Is.EqualTo("/enroll/app"));
    }

    [Test]
    public async Task Wrong_codes_lock_at_the_limit_that_holds_for_every_code()
    {
        await LetLieAsync("guesser");
        var journey = await EnrolAsync("guesser", "payroll");
        var right = await SendAsync(journey, "guesser");
        await journey.VerifyAsync("1234");
        Assert.That(journey.Text, Does.Contain("8 digits. Check it"), "not counted");
        for (var guess = 1; guess <= 4; guess++) await journey.VerifyAsync(Another(right, guess));
        Assert.That(journey.Text, Does.Contain("1 attempt left"));
        await journey.VerifyAsync(Another(right, 5));
        Assert.That(journey.Page.Status, Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(journey.Text, Does.Contain("Your account is locked"));

        var next = await EnrolAsync("guesser", "payroll");
        Assert.That(next.At, Is.EqualTo("/locked"));
    }

    [Test]
    public async Task A_mailed_code_is_of_one_browser_and_the_next_one_takes_its_place()
    {
        await LetLieAsync("twice");
        var (one, other) = (await EnrolAsync("twice", "payroll"), await EnrolAsync("twice", "payroll"));
        var first = await SendAsync(one, "twice");
        await other.VerifyAsync(first);
        Assert.That((other.At, other.Page.Status), Is.EqualTo(("/enroll/proof", HttpStatusCode.BadRequest)));
        var second = await SendAsync(one, "twice");
        await one.VerifyAsync(first);
        Assert.That(one.Page.Status, Is.EqualTo(HttpStatusCode.BadRequest), "an earlier one");
        await one.VerifyAsync(second);
        Assert.That(one.At, Is.EqualTo("/enroll/app"));

        await ExecuteAsync("UPDATE pending_sign_ins SET enrollment_proven_at = NULL");
        one.Continue(await one.Person.OpenAsync("enroll/proof" + one.Page.Uri.Query));
        await one.VerifyAsync(second);
        Assert.That((one.At, one.Page.Status), Is.EqualTo(("/enroll/proof", HttpStatusCode.BadRequest)), "used");

        await one.VerifyAsync(await SendAsync(one, "twice", expired: true));
        Assert.That(one.At, Is.EqualTo("/enroll/proof"), "too old");
    }

    [Test]
    public async Task Only_so_many_codes_are_sent()
    {
        await LetLieAsync("eager");
        var journey = await EnrolAsync("eager", "payroll");
        for (var sent = 0; sent < 5; sent++) await SendAsync(journey, "eager");
        journey.Continue(await journey.Person.SubmitAsync(journey.Page, "[value=send]"));

        Assert.That(journey.Page.Status, Is.EqualTo(HttpStatusCode.TooManyRequests));
        Assert.That(await ScalarAsync("SELECT COUNT(*) FROM outbox_messages m JOIN users u ON u.id = m.user_id WHERE m.kind = 'E10' AND u.user_name = 'eager'"), Is.EqualTo(5));
    }

    [Test]
    public async Task Who_has_no_verified_address_needs_an_admins_pass_which_works_once()
    {
        await ExecuteAsync("UPDATE users SET email_verified = @p0 WHERE user_name = 'unmailed'", false);
        await LetLieAsync("unmailed");
        var journey = await EnrolAsync("unmailed", "payroll");
        Assert.That(journey.At, Is.EqualTo("/enroll/proof"));
        Assert.That(journey.Page.Page.QuerySelector("[value=send]"), Is.Null);
        var pass = await PassAsync("unmailed");
        await journey.VerifyAsync(pass.ToLowerInvariant());
        Assert.That(journey.At, Is.EqualTo("/enroll/app"));
        var again = await EnrolAsync("unmailed", "payroll");
        await again.VerifyAsync(pass);
        Assert.That((again.At, again.Page.Status), Is.EqualTo(("/enroll/proof", HttpStatusCode.BadRequest)));
        Assert.That(await CountEventsAsync("unmailed", "enrollment.pass_issued"), Is.EqualTo(1));
    }

    [Test]
    public async Task A_policy_that_wants_no_proof_asks_for_none_on_the_way_to_it()
    {
        await LetLieAsync("lax");
        Assert.That((await EnrolAsync("lax", "lounge")).At, Is.EqualTo("/enroll/app"), "none, though idle");
        Assert.That((await EnrolAsync("lax", "payroll")).At, Is.EqualTo("/enroll/proof"), "idle");
    }

    private static object Proving(string id, string proof) => new
    {
        clientId = id, clientSecret = Secret, displayName = id, redirectUris = new List<string> { RedirectUri(id) }, scopes = new List<string> { "openid", "offline_access" },
        grantTypes = new List<string> { "authorization_code", "refresh_token" }, identityVerification = "required", enrollmentProof = proof,
    };

    private static string Another(string code, int by) => ((int.Parse(code, System.Globalization.CultureInfo.InvariantCulture) + by) % 100_000_000).ToString("D8", System.Globalization.CultureInfo.InvariantCulture);

    private static async Task HasNoKeyAsync(Visitor person, Exchange page)
    {
        Assert.That(page.Page.QuerySelector(".qr, #key"), Is.Null, $"{person.Name}: {page}");
    }

    private async Task<Journey> EnrolAsync(string person, string app)
    {
        var journey = await Browser(person).OpenAsync(AppOf(app));
        await journey.SignInAsync();
        if (journey.At == "/enroll") journey.Continue(await journey.Person.SubmitAsync(journey.Page, "[name=next]"));
        return journey;
    }

    private async Task<string> SendAsync(Journey journey, string person, bool expired = false)
    {
        journey.Continue(await journey.Person.SubmitAsync(journey.Page, "[value=send]"));
        Assert.That((journey.At, journey.Page.Status), Is.EqualTo(("/enroll/proof", HttpStatusCode.OK)));
        if (expired) await ExecuteAsync("UPDATE enrollment_passes SET expires_at = @p0 WHERE used_at IS NULL", DateTimeOffset.UtcNow);
        await using var database = Database.Open();
        var (subject, text) = await database.ReadAsync(s => s.FirstAsync(
            "SELECT m.subject, m.text FROM outbox_messages m JOIN users u ON u.id = m.user_id WHERE m.kind = 'E10' AND u.user_name = @p0 ORDER BY m.created_at DESC",
            row => (row.GetString(0), row.GetString(1)), person));
        var code = EightDigits().Match(subject!).Value;
        Assert.That(text, Does.Contain(code));
        return code;
    }

    private async Task SetUpAsync(Journey journey)
    {
        var (shown, codes) = await journey.Person.SetUpAsync(journey.Page);
        Assert.That((shown.Uri.AbsolutePath, codes.Count), Is.EqualTo(("/enroll/recovery-codes", 10)));
    }

    private Task LetLieAsync(string person) => ExecuteAsync("UPDATE users SET created_at = @p0, last_sign_in_at = NULL WHERE user_name = @p1", DateTimeOffset.UtcNow - Idle, person);

    private async Task<int> ScalarAsync(string sql)
    {
        await using var database = Database.Open();
        return await database.ReadAsync(s => s.FirstAsync(sql, row => row.GetInt32(0)));
    }

    [GeneratedRegex("[0-9]{8}", RegexOptions.None, 1000)]
    private static partial Regex EightDigits();
}
