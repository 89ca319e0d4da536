using IdP.Storage.Audit;
using IdP.Storage.Enrollments;
using IdP.Testing;
using IdP.Verification.Decisions;
using IdP.Verification.Enrollments;
using IdP.Verification.Methods;
using IdP.Verification.SignIn;
using Microsoft.EntityFrameworkCore;

namespace IdP.Tests.Verification.Enrollments;

[TestFixtureSource(typeof(TestDatabase), nameof(TestDatabase.All))]
internal sealed class PeriodTests(TestDatabaseKind kind) : BenchTest(kind)
{
    [Test]
    public async Task A_skip_inside_the_period_makes_a_session_of_the_level_pwd()
    {
        var anna = await Bench.AddInPeriodAsync(TimeSpan.FromDays(3));
        var browser = await Bench.PendingAsync(anna);

        Assert.That(await browser.SkipAsync(SignInBench.Required), Is.Null);

        var session = await browser.SessionAsync();
        Assert.That((session?.State.Skipped, session?.State.VerifiedAt, session?.Session.Amr), Is.EqualTo(((bool?)true, (DateTimeOffset?)null, "pwd")));
        Assert.That(await browser.ContinueAsync(SignInBench.Required), Is.InstanceOf<Decision.Proceed>().And.Property("Acr").EqualTo("pwd"));
        Assert.That(await Bench.AuditAsync(), Has.One.EqualTo(AuditEvents.EnrollmentSkipped));
    }

    [Test]
    public async Task A_skip_starts_the_period_of_whoever_is_met_first()
    {
        var anna = await Bench.AddAsync();
        var browser = await Bench.PendingAsync(anna);

        Assert.That(await browser.SkipAsync(SignInBench.Required), Is.Null);
        Assert.That((await Bench.PersonAsync(anna)).State.Enrollment, Is.EqualTo(new EnrollmentState.Period(Bench.Now.AddDays(7), EnrollmentCause.New)));
    }

    [Test]
    public async Task A_skip_is_for_one_sign_in()
    {
        var anna = await Bench.AddInPeriodAsync(TimeSpan.FromDays(3));
        var browser = await Bench.PendingAsync(anna);
        await browser.SkipAsync(SignInBench.Required);

        await browser.SignInAsync(anna.Name, anna.Password);

        Assert.That(await browser.ContinueAsync(SignInBench.Required), Is.InstanceOf<Decision.Enroll>());
    }

    [Test]
    public async Task Invariant_1_without_a_proof_or_a_skip_a_pending_sign_in_becomes_no_session()
    {
        var anna = await Bench.AddInPeriodAsync(TimeSpan.FromDays(3));
        var browser = await Bench.PendingAsync(anna);

        Assert.That(await browser.ContinueAsync(SignInBench.Required), Is.InstanceOf<Decision.Enroll>());
        Assert.That(await browser.SessionAsync(), Is.Null);
        Assert.That(await Bench.QueryAsync(db => db.Sessions.CountAsync()), Is.Zero);
    }

    [Test]
    public async Task Invariant_2_a_session_from_an_unguarded_app_opens_no_guarded_one()
    {
        var anna = await Bench.AddAsync(enrolled: true);
        var browser = await Bench.PendingAsync(anna);
        Assert.That(await browser.ContinueAsync(SignInBench.Unguarded), Is.InstanceOf<Decision.Proceed>());

        Assert.That(await browser.ContinueAsync(SignInBench.Required), Is.InstanceOf<Decision.Verify>());
        Assert.That(await browser.CheckAsync(anna.CodeAt(Bench.Now)), Is.InstanceOf<CodeCheck.Accepted>(), "Only the code is asked.");
        Assert.That(await browser.ContinueAsync(SignInBench.Required), Is.InstanceOf<Decision.Proceed>());
    }

    [Test]
    public async Task Invariant_3_the_policy_in_force_when_a_token_is_issued_decides()
    {
        var anna = await Bench.AddInPeriodAsync(TimeSpan.FromDays(3));
        var browser = await Bench.PendingAsync(anna);
        await browser.SkipAsync(SignInBench.Required);
        var refresh = new RequestDemands { Continuation = true };
        Assert.That(await browser.ContinueAsync(SignInBench.Required, refresh), Is.InstanceOf<Decision.Proceed>());

        Assert.That(await browser.ContinueAsync(SignInBench.Always, refresh), Is.InstanceOf<Decision.Enroll>(), "The policy was tightened.");
        Bench.Clock.Advance(TimeSpan.FromDays(3));
        Assert.That(await (await Bench.PendingAsync(anna)).ContinueAsync(SignInBench.Required, refresh), Is.InstanceOf<Decision.Locked>());
    }

    [Test]
    public async Task Invariant_3_a_reset_ends_what_was_verified_before()
    {
        var anna = await Bench.AddAsync(enrolled: true);
        var browser = await Bench.VerifiedAsync(anna);

        await Bench.ResetAsync(anna);

        Assert.That(await browser.ContinueAsync(SignInBench.Required, new() { Continuation = true }), Is.InstanceOf<Decision.Enroll>());
    }

    [Test]
    public async Task Invariant_4_what_a_request_demands_cannot_be_skipped()
    {
        var anna = await Bench.AddInPeriodAsync(TimeSpan.FromDays(3));
        var browser = await Bench.PendingAsync(anna);

        Assert.That(await browser.SkipAsync(SignInBench.Required, new() { Acr = "mfa" }), Is.InstanceOf<Decision.Enroll>());
        Assert.That(browser.SessionCookie, Is.Null);
    }

    [TestCase("always")]
    [TestCase("admin")]
    [TestCase("deadline")]
    [TestCase("expired")]
    [TestCase("reset")]
    [TestCase("enrolled")]
    [TestCase("locked")]
    [TestCase("disabled")]
    public async Task Invariant_5_a_skip_is_refused(string because)
    {
        var anna = because == "enrolled" ? await Bench.AddAsync(enrolled: true) : await Bench.AddInPeriodAsync(TimeSpan.FromMinutes(5));
        var browser = await Bench.PendingAsync(anna);
        var policy = because switch { "always" => SignInBench.Always, "admin" => Policies.Admin, _ => SignInBench.Required };
        if (because is "deadline" or "expired") Bench.Clock.Advance(TimeSpan.FromMinutes(5));
        if (because == "expired") await Bench.Get<EnrollmentPeriods>().SweepAsync();
        await Bench.Database.SaveAsync(async db =>
        {
            if (because == "reset") (await db.Enrollments.SingleAsync()).MustEnroll = true;
            if (because == "disabled") (await db.Users.SingleAsync()).DisabledAt = Bench.Now;
            if (because == "locked") db.AttemptCounts.Add(new AttemptCount { Kind = AttemptKind.Verification, Owner = anna.Id, LastAt = Bench.Now, LockedAt = Bench.Now });
        });

        Assert.That(await browser.SkipAsync(policy), Is.Not.Null);
        Assert.That(browser.SessionCookie, Is.Null);
        Assert.That(await Bench.AuditAsync(), Has.None.EqualTo(AuditEvents.EnrollmentSkipped));
    }

    [Test]
    public async Task The_last_moment_before_the_deadline_is_inside()
    {
        var anna = await Bench.AddInPeriodAsync(TimeSpan.FromMinutes(5));
        var browser = await Bench.PendingAsync(anna);
        Bench.Clock.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromMilliseconds(1));

        Assert.That(await browser.SkipAsync(SignInBench.Required), Is.Null);
    }

    [Test]
    public async Task Fifty_first_meetings_at_once_begin_one_period()
    {
        var anna = await Bench.AddAsync();
        var browser = await Bench.PendingAsync(anna);

        var decisions = await SignInBench.AtOnceAsync(50, number => browser.Copy().ContinueAsync(SignInBench.Required with { ResourceId = $"app{number}" }));

        Assert.That(decisions, Has.All.InstanceOf<Decision.Enroll>());
        Assert.That(await Bench.AuditAsync(), Has.One.EqualTo(AuditEvents.EnrollmentRequired));
    }

    [Test]
    public async Task The_first_deadline_counts_for_everybody_who_met_at_once()
    {
        var anna = await Bench.AddAsync();

        var deadlines = await SignInBench.AtOnceAsync(20, number =>
            Bench.Get<EnrollmentPeriods>().StartAsync(anna.Id, "client:app", Bench.Now.AddDays(number + 1), new(null, null)));

        var stored = await Bench.QueryAsync(db => db.Enrollments.Select(e => e.Deadline).SingleAsync());
        Assert.That(deadlines, Has.All.EqualTo(stored));
    }

    [Test]
    public async Task A_later_meeting_does_not_move_the_deadline()
    {
        var anna = await Bench.AddAsync();
        var browser = await Bench.PendingAsync(anna);
        await browser.ContinueAsync(SignInBench.Required);
        Bench.Clock.Advance(TimeSpan.FromMinutes(5));

        var enroll = (Decision.Enroll)await browser.ContinueAsync(SignInBench.Always);

        Assert.That(enroll.Deadline, Is.EqualTo(Bench.Now.AddMinutes(-5).AddDays(7)));
    }

    [Test]
    public async Task The_sweep_locks_each_late_person_once()
    {
        await Bench.AddInPeriodAsync(TimeSpan.FromDays(1), "late");
        await Bench.AddInPeriodAsync(TimeSpan.FromDays(3), "early");
        await Bench.AddAsync("enrolled", enrolled: true, enrollment: e => e.Deadline = Bench.Now.AddDays(1));
        Bench.Clock.Advance(TimeSpan.FromDays(1));

        await SignInBench.AtOnceAsync(5, _ => Bench.Get<EnrollmentPeriods>().SweepAsync());

        Assert.That(await Bench.AuditAsync(), Is.EqualTo(new[] { AuditEvents.EnrollmentExpired }));
        Assert.That(await Bench.QueryAsync(db => db.Enrollments.Where(e => e.LockedAt != null).Select(e => e.UserId).ToListAsync()), Is.EqualTo(new[] { "id-late" }));
        Assert.That(await Bench.Get<EnrollmentPeriods>().SweepAsync(), Is.Zero);
    }

    [TestCase("account", 0)]
    [TestCase("guardedResources", 1)]
    public async Task Whose_period_ends_is_signed_out_where_the_account_is_locked(string locks, int sessions)
    {
        var anna = await Bench.AddInPeriodAsync(TimeSpan.FromHours(1));
        await Bench.SetAsync("expiryLocks", $"\"{locks}\"");
        Assert.That(await (await Bench.PendingAsync(anna)).SkipAsync(SignInBench.Required), Is.Null);
        Bench.Clock.Advance(TimeSpan.FromHours(1));

        await Bench.Get<EnrollmentPeriods>().SweepAsync();

        Assert.That(await Bench.Get<Sessions>().ListAsync(anna.Id), Has.Count.EqualTo(sessions));
    }

    [Test]
    public async Task Sign_in_and_sweep_tell_one_reference()
    {
        var anna = await Bench.AddInPeriodAsync(TimeSpan.FromDays(1));
        Bench.Clock.Advance(TimeSpan.FromDays(1));
        var first = (Decision.Locked)await (await Bench.PendingAsync(anna)).ContinueAsync(SignInBench.Unguarded);
        await Bench.Get<EnrollmentPeriods>().SweepAsync();

        var second = (Decision.Locked)await (await Bench.PendingAsync(anna)).ContinueAsync(SignInBench.Unguarded);

        Assert.That(second.Reference, Is.EqualTo(first.Reference).And.StartsWith("LK-"));
    }

    [Test]
    public async Task After_a_reset_the_sweep_opens_nothing_by_the_password()
    {
        var anna = await Bench.AddAsync(enrolled: true);
        await Bench.ResetAsync(anna);
        await Bench.Database.SaveAsync(async db => (await db.Enrollments.SingleAsync()).Deadline = Bench.Now.AddDays(1));
        await Bench.SetAsync("expiryLocks", "\"guardedResources\"");
        Bench.Clock.Advance(TimeSpan.FromDays(1));
        await Bench.Get<EnrollmentPeriods>().SweepAsync();

        Assert.That(await (await Bench.PendingAsync(anna)).ContinueAsync(Policies.Security), Is.InstanceOf<Decision.Locked>());
    }
}
