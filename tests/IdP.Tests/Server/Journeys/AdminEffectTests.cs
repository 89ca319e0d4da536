using System.Net;
using IdP.Testing;

namespace IdP.Tests.Server.Journeys;

/// <summary>What an admin does on the command line is seen at the next sign-in.</summary>
[TestFixtureSource(typeof(TestDatabase), nameof(TestDatabase.All))]
internal sealed class AdminEffectTests(TestDatabaseKind kind) : ServerFixture(kind)
{
    protected override IEnumerable<object> People =>
        [Person("required"), Required("extended"), Required("lifted"), Required("unlocked"), Enrolled("reset"), Enrolled("compromised"), Person("disabled")];

    protected override IEnumerable<object> Apps => [App("notes", "notRequired"), App("payroll", "required"), App("wiki", "whenEnrolled")];

    [Test]
    public async Task Require_begins_a_period_and_extend_lengthens_it()
    {
        await CommandAsync("users", "require", "required", "--days", "3");
        Assert.That((await AtAsync("required", "payroll")).Text, Does.Contain("3 days left"));

        await CommandAsync("users", "extend", "required", "--days", "12");
        var journey = await AtAsync("required", "payroll");
        Assert.That(journey.At, Is.EqualTo("/enroll"));
        Assert.That(journey.Text, Does.Contain("12 days left"));
    }

    [Test]
    public async Task Extend_does_not_open_a_period_that_is_over()
    {
        await LetTheDeadlinePassAsync("extended");

        var refused = await Server.CommandAsync("users", "extend", "extended", "--days", "12");

        Assert.That(refused.ExitCode, Is.EqualTo(1));
        Assert.That(refused.Error, Does.Contain("users unlock extended"));
        Assert.That((await AtAsync("extended", "notes")).At, Is.EqualTo("/locked"));
    }

    [Test]
    public async Task Lift_opens_an_account_whose_period_is_over()
    {
        await LetTheDeadlinePassAsync("lifted");
        Assert.That((await AtAsync("lifted", "notes")).At, Is.EqualTo("/locked"));

        await CommandAsync("users", "lift", "lifted");

        Assert.That((await AtAsync("lifted", "notes")).At, Is.EqualTo(Journey.App));
        Assert.That((await AtAsync("lifted", "wiki")).At, Is.EqualTo(Journey.App));
    }

    [Test]
    public async Task Unlock_at_next_sign_in_leads_to_the_enrollment_without_a_skip()
    {
        await LetTheDeadlinePassAsync("unlocked");
        Assert.That((await AtAsync("unlocked", "payroll")).At, Is.EqualTo("/locked"));

        await CommandAsync("users", "unlock", "unlocked", "--at-next-sign-in");

        var journey = await AtAsync("unlocked", "payroll");
        Assert.That(journey.At, Is.EqualTo("/enroll"));
        Assert.That(journey.Page.Page.QuerySelector("[name=action]"), Is.Null);
        await journey.EnrollAsync(await PassAsync("unlocked"));
        Assert.That((await journey.ClaimsAsync()).GetProperty("acr").GetString(), Is.EqualTo("mfa"));
    }

    [Test]
    public async Task Reset_leads_to_a_new_enrollment_and_the_old_phone_is_worth_nothing()
    {
        await CommandAsync("users", "reset", "reset");

        // Also where only those are asked who have enrolled.
        var journey = await AtAsync("reset", "wiki");
        Assert.That(journey.At, Is.EqualTo("/enroll"));
        Assert.That(journey.Page.Page.QuerySelector("[name=action]"), Is.Null);
        Assert.That((await journey.Person.OpenAsync("verify" + journey.Page.Uri.Query)).Uri.AbsolutePath, Is.EqualTo("/enroll"));
        await journey.EnrollAsync(await PassAsync("reset"));
        Assert.That(journey.At, Is.EqualTo(Journey.App));

        var (old, present) = (Phone("reset"), journey.Person.Phone);
        var next = await AtAsync("reset", "payroll");
        await next.VerifyAsync(await old.NextCodeAsync());
        Assert.That(next.At, Is.EqualTo("/verify"));
        await next.VerifyAsync(await present.NextCodeAsync());
        Assert.That(next.At, Is.EqualTo(Journey.App));
    }

    // A thief who knows the old password could be quicker, choose the next one and enrol a phone of their own.
    [Test]
    public async Task Reset_of_a_compromised_account_ends_sessions_and_the_password()
    {
        var (before, tokens) = await SignInAsync("compromised", "payroll");

        await CommandAsync("users", "reset", "compromised", "--compromised");

        Assert.That((await before.Person.OpenAsync("portal")).Uri.AbsolutePath, Is.EqualTo("/signin"));
        Assert.That((await AppOf("payroll").RefreshAsync(tokens.GetProperty("refresh_token").GetString()!)).Error, Is.EqualTo("invalid_grant"));
        var journey = await AtAsync("compromised", "payroll");
        Assert.That((journey.At, journey.Page.Status), Is.EqualTo(("/signin", HttpStatusCode.BadRequest)));
        var right = journey.Text;
        await journey.SignInAsync("not-the-password");
        Assert.That(right, Is.EqualTo(journey.Text));
    }

    [Test]
    public async Task Disable_looks_like_a_wrong_password_and_enable_lets_the_person_in_again()
    {
        await CommandAsync("users", "disable", "disabled");
        var journey = await AtAsync("disabled", "notes");
        Assert.That(journey.At, Is.EqualTo("/signin"));
        Assert.That(journey.Page.Status, Is.EqualTo(HttpStatusCode.BadRequest));
        var right = journey.Text;
        await journey.SignInAsync("not-the-password");
        Assert.That(right, Is.EqualTo(journey.Text));

        await CommandAsync("users", "enable", "disabled");
        Assert.That((await AtAsync("disabled", "notes")).At, Is.EqualTo(Journey.App));
    }

    private async Task<Journey> AtAsync(string person, string app)
    {
        var journey = await Browser(person).OpenAsync(AppOf(app));
        await journey.SignInAsync();
        return journey;
    }
}
