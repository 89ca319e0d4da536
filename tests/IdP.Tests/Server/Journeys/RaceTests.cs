using System.Net;
using IdP.Storage.Audit;
using IdP.Storage.Enrollments;
using IdP.Testing;

namespace IdP.Tests.Server.Journeys;

/// <summary>What may happen once happens once, however many ask at the same time.</summary>
[TestFixtureSource(typeof(TestDatabase), nameof(TestDatabase.All))]
internal sealed class RaceTests(TestDatabaseKind kind) : ServerFixture(kind)
{
    private const int Many = 100;
    private const int Attempts = 5;

    protected override IEnumerable<object> People =>
        [Person("coder"), Person("refresher"), Person("racer"), Person("chooser"), Enrolled("one-window"), Enrolled("windows"), Enrolled("guesser")];

    protected override IEnumerable<object> Apps => [App("notes", "notRequired"), App("payroll", "required"), App("shop", "notRequired", consent: "explicit")];

    [Test]
    public async Task Of_a_hundred_redemptions_of_one_code_one_succeeds_and_what_it_gave_is_revoked()
    {
        var app = AppOf("notes");
        var journey = await Browser("coder").OpenAsync(app);
        await journey.SignInAsync();
        var code = journey.Code;

        var answers = await ManyAsync(() => app.RedeemAsync(code, journey.Request.CodeVerifier));

        var won = answers.Where(answer => answer.Status == HttpStatusCode.OK).ToList();
        Assert.That(won, Has.Count.EqualTo(1));
        Assert.That(answers.Except(won).Select(answer => answer.Error), Is.All.EqualTo("invalid_grant"));
        var (access, refresh) = (won[0].JsonString("access_token")!, won[0].JsonString("refresh_token")!);
        Assert.That((await app.RefreshAsync(refresh)).Error, Is.EqualTo("invalid_grant"));
        Assert.That((await app.IntrospectAsync(access)).JsonString("active"), Is.EqualTo("False"));
        Assert.That((await app.UserInfoAsync(access)).Status, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(await CountEventsAsync("coder", AuditEvents.CodeReplayed), Is.EqualTo(1));
    }

    [Test]
    public async Task A_refresh_token_that_is_used_twice_ends_the_family()
    {
        var app = AppOf("notes");
        var (_, tokens) = await SignInAsync("refresher", "notes");
        var first = tokens.GetProperty("refresh_token").GetString()!;
        var second = await app.RefreshAsync(first);
        Assert.That(second.Status, Is.EqualTo(HttpStatusCode.OK), $"{second}");

        Assert.That((await app.RefreshAsync(first)).Error, Is.EqualTo("invalid_grant"));

        Assert.That((await app.RefreshAsync(second.JsonString("refresh_token")!)).Error, Is.EqualTo("invalid_grant"));
        Assert.That((await app.IntrospectAsync(second.JsonString("access_token")!)).JsonString("active"), Is.EqualTo("False"));
        Assert.That(await CountEventsAsync("refresher", AuditEvents.RefreshTokenReused), Is.EqualTo(1));
    }

    [Test]
    public async Task Of_a_hundred_uses_of_one_refresh_token_one_succeeds_and_the_family_ends()
    {
        var app = AppOf("notes");
        var (_, tokens) = await SignInAsync("racer", "notes");
        var refresh = tokens.GetProperty("refresh_token").GetString()!;

        var answers = await ManyAsync(() => app.RefreshAsync(refresh));

        var won = answers.Where(answer => answer.Status == HttpStatusCode.OK).ToList();
        Assert.That(won, Has.Count.EqualTo(1));
        Assert.That((await app.RefreshAsync(won[0].JsonString("refresh_token")!)).Error, Is.EqualTo("invalid_grant"));
    }

    [Test]
    public async Task Of_a_hundred_uses_of_one_TOTP_code_in_one_window_one_signs_in()
    {
        var journey = await AtVerificationAsync("one-window");
        var submission = journey.Person.Submission(journey.Page, ("code", await journey.Person.Phone.NextCodeAsync()));

        var answers = await ManyAsync(() => AppOf("payroll").SendAsync(submission()));

        await ExpectOneSignInAsync("one-window", answers);
    }

    [Test]
    public async Task Of_a_hundred_uses_of_one_TOTP_code_in_four_windows_one_signs_in()
    {
        List<Func<HttpRequestMessage>> submissions = [];
        var code = await Phone("windows").NextCodeAsync();
        for (var i = 0; i < 4; i++)
        {
            var journey = await AtVerificationAsync("windows");
            submissions.Add(journey.Person.Submission(journey.Page, ("code", code)));
        }

        var turn = 0;
        var answers = await ManyAsync(() => AppOf("payroll").SendAsync(submissions[Interlocked.Increment(ref turn) % submissions.Count]()));

        await ExpectOneSignInAsync("windows", answers);
    }

    [Test]
    public async Task Of_two_hundred_wrong_codes_exactly_five_are_evaluated_and_the_person_is_locked_with_the_reason()
    {
        var journey = await AtVerificationAsync("guesser");
        var submission = journey.Person.Submission(journey.Page, ("code", await journey.Person.Phone.WrongCodeAsync()));

        var answers = await ManyAsync(() => AppOf("payroll").SendAsync(submission()), 2 * Many);

        Assert.That(answers.Where(SignsIn), Is.Empty);
        // A guess is counted before it is compared; one beyond the limit that was compared would stand here.
        Assert.That(await CountedAsync("guesser"), Is.EqualTo(Attempts));
        Assert.That(await CountEventsAsync("guesser", AuditEvents.VerificationFailed), Is.EqualTo(Attempts - 1));
        Assert.That(await CountEventsAsync("guesser", AuditEvents.VerificationLocked), Is.EqualTo(1));

        var next = await Browser("guesser").OpenAsync(AppOf("payroll"));
        await next.SignInAsync();
        Assert.That(next.At, Is.EqualTo("/locked"));
        Assert.That(next.Page.Status, Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(next.Text, Does.Contain("LK-").And.Contain("support@example.com"));

        // The right password resets nothing, and the right code comes too late.
        var late = await AppOf("payroll").SendAsync(journey.Person.Submission(journey.Page, ("code", await journey.Person.Phone.NextCodeAsync()))());
        Assert.That(SignsIn(late), Is.False);
    }

    [Test]
    public async Task Of_a_hundred_answers_to_one_request_one_is_given()
    {
        var (person, app) = (Browser("chooser"), AppOf("shop"));
        var journey = await person.OpenAsync(app);
        await journey.SignInAsync();
        Assert.That(journey.At, Is.EqualTo("/consent"));
        var submission = person.Submission(journey.Page, ("decision", "allow"));
        var resume = person.Get(new Uri(Server.Issuer, "connect/authorize" + journey.Page.Uri.Query));

        var answers = await ManyAsync(async () =>
        {
            var allowed = await app.SendAsync(submission());
            Assert.That(allowed.IsRedirect || allowed.Status == HttpStatusCode.BadRequest, $"{allowed}");
            return await app.SendAsync(resume());
        });

        var codes = answers.Where(answer => answer.LeadsTo(app.RedirectUri)).ToList();
        Assert.That(codes, Has.Count.EqualTo(1));
        Assert.That(codes[0].Location!.QueryParameters, Contains.Key("code"));
        Assert.That(answers.Except(codes).Select(answer => answer.Location?.PathAndQuery), Is.All.EqualTo("/error?reason=link"));
        Assert.That(await CountEventsAsync("chooser", AuditEvents.ConsentGiven), Is.EqualTo(1));
    }

    private async Task<Journey> AtVerificationAsync(string person)
    {
        var journey = await Browser(person).OpenAsync(AppOf("payroll"));
        await journey.SignInAsync();
        Assert.That(journey.At, Is.EqualTo("/verify"));
        return journey;
    }

    private async Task ExpectOneSignInAsync(string person, IReadOnlyList<Exchange> answers)
    {
        Assert.That(answers.Count(SignsIn), Is.EqualTo(1));
        Assert.That(await CountEventsAsync(person, AuditEvents.Verified), Is.EqualTo(1));
        Assert.That(await CountEventsAsync(person, AuditEvents.SignedIn), Is.EqualTo(1));
        Assert.That(await CountEventsAsync(person, AuditEvents.VerificationLocked), Is.Zero);

        // Nobody guessed, so nobody is locked: the next code signs in.
        var (journey, _) = await SignInAsync(person, "payroll");
        Assert.That(journey.At, Is.EqualTo(Journey.App));
    }

    private async Task<int> CountedAsync(string person)
    {
        await using var database = Database.Open();
        return await database.ReadAsync(s => s.FirstAsync(
            "SELECT failures FROM attempt_counts a JOIN users u ON u.id = a.owner WHERE u.user_name = @p0 AND a.kind = @p1", row => row.GetInt32(0), person, AttemptKind.Verification));
    }

    private static bool SignsIn(Exchange answer) => answer.Header("Set-Cookie")?.Contains("idp_session=", StringComparison.Ordinal) is true;

    // All are begun before the first is answered.
    private static async Task<IReadOnlyList<Exchange>> ManyAsync(Func<Task<Exchange>> one, int count = Many)
    {
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var tasks = Enumerable.Range(0, count).Select(async _ =>
        {
            await go.Task;
            return await one();
        }).ToList();
        go.SetResult();
        return await Task.WhenAll(tasks);
    }
}
