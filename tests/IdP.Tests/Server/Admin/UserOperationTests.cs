using FluentValidation;
using IdP.Server.Admin.Access;
using IdP.Server.Admin.Owners;
using IdP.Server.Admin.Users;
using IdP.Storage.Audit;
using IdP.Storage.Enrollments;
using IdP.Testing;
using IdP.Verification.Enrollments;
using IdP.Verification.SignIn;
using Microsoft.EntityFrameworkCore;

namespace IdP.Tests.Server.Admin;

[TestFixtureSource(typeof(TestDatabase), nameof(TestDatabase.All))]
internal sealed class UserOperationTests(TestDatabaseKind kind) : AdminFixture(kind)
{
    [SetUp]
    public Task Add_maya() => AddUserAsync("maya");

    [Test]
    public async Task Requiring_begins_a_period_of_the_days_in_the_settings()
    {
        await Get<RequireVerification>().HandleAsync(new("maya", null, Reason), Actor, Ct);

        var maya = await PersonAsync("maya");
        Assert.That((maya.State, maya.DaysLeft, maya.Cause), Is.EqualTo((EnrollmentView.Period, (int?)7, (EnrollmentCause?)EnrollmentCause.New)));
    }

    [Test]
    public async Task Requiring_twice_never_lengthens()
    {
        await RequireAsync("maya", 3);

        var outcome = await RequireAsync("maya", 30);

        Assert.That(outcome, Is.TypeOf<RequireVerification.Outcome.AlreadyRequired>());
        Assert.That((await PersonAsync("maya")).Deadline, Is.EqualTo(Now.AddDays(3)));
    }

    [Test]
    public async Task Whoever_is_given_time_is_not_locked_at_the_same_moment()
    {
        await RequireAsync("maya", 1);
        Clock.Advance(TimeSpan.FromDays(1) - TimeSpan.FromSeconds(1));
        Task<int>? sweep = null;

        await Database.SaveAsync(async db =>
        {
            var person = (await db.FindPersonAsync("maya", Actor, Right.PeopleSupport, Ct))!;
            var now = Now;
            Clock.Advance(TimeSpan.FromSeconds(2));
            using (ExecutionContext.SuppressFlow()) sweep = Task.Run(() => Get<EnrollmentPeriods>().SweepAsync());
            await Task.WhenAny(sweep, Task.Delay(200));
            ExtendPeriod.Extend(db, person.User, person.Enrollment!, now.AddDays(3), Actor, Reason, now);
        }, Ct);

        await sweep!;
        var maya = await PersonAsync("maya");
        Assert.That((maya.State, maya.Locks), Is.EqualTo((EnrollmentView.Period, Array.Empty<ShowUser.Lock>())));
    }

    [Test]
    public async Task A_running_period_is_extended_from_now()
    {
        await RequireAsync("maya", 3);
        Clock.Advance(TimeSpan.FromDays(1));

        await ExtendAsync(5);

        Assert.That((await PersonAsync("maya")).Deadline, Is.EqualTo(Now.AddDays(5)));
    }

    [Test]
    public async Task Extending_never_shortens()
    {
        await RequireAsync("maya", 10);

        Assert.That(await ExtendAsync(5), Is.TypeOf<ExtendPeriod.Outcome.NotLonger>());
    }

    [Test]
    public async Task A_period_that_is_over_is_not_extended()
    {
        await RequireAsync("maya", 3);
        Clock.Advance(TimeSpan.FromDays(3));

        Assert.That(await ExtendAsync(5), Is.TypeOf<ExtendPeriod.Outcome.PeriodOver>());
    }

    [Test]
    public async Task Without_a_period_there_is_nothing_to_extend() => Assert.That(await ExtendAsync(5), Is.TypeOf<ExtendPeriod.Outcome.NotInPeriod>());

    [Test]
    public async Task A_person_who_is_not_locked_is_not_unlocked()
    {
        await RequireAsync("maya", 3);

        Assert.That(await UnlockAsync(days: 7), Is.TypeOf<UnlockUser.Outcome.NotLocked>());
        Assert.That((await PersonAsync("maya")).Deadline, Is.EqualTo(Now.AddDays(3)));
    }

    [Test]
    public async Task Unlocking_an_expired_period_asks_how_it_goes_on()
    {
        await RequireAsync("maya", 3);
        Clock.Advance(TimeSpan.FromDays(3));

        Assert.That(await UnlockAsync(), Is.TypeOf<UnlockUser.Outcome.SayHowToGoOn>());
    }

    [Test]
    public async Task Unlocking_with_days_begins_a_new_period()
    {
        await RequireAsync("maya", 3);
        Clock.Advance(TimeSpan.FromDays(4));

        await UnlockAsync(days: 2);

        var maya = await PersonAsync("maya");
        Assert.That((maya.State, maya.DaysLeft, maya.Cause), Is.EqualTo((EnrollmentView.Period, (int?)2, (EnrollmentCause?)EnrollmentCause.Unlock)));
    }

    [Test]
    public async Task Unlocking_at_the_next_sign_in_sets_no_deadline()
    {
        await RequireAsync("maya", 3);
        Clock.Advance(TimeSpan.FromDays(4));

        await UnlockAsync(atNextSignIn: true);

        var maya = await PersonAsync("maya");
        Assert.That((maya.State, maya.Deadline), Is.EqualTo((EnrollmentView.MustEnroll, (DateTimeOffset?)null)));
    }

    [TestCase(AttemptKind.Verification, "verificationAttempts")]
    [TestCase(AttemptKind.Password, "passwordAttempts")]
    public async Task Unlocking_ends_a_lock_by_attempts_and_leaves_the_deadline(string attempts, string ended)
    {
        await RequireAsync("maya", 3);
        await LockAttemptsAsync("maya", attempts);

        var outcome = await UnlockAsync(days: 30) as UnlockUser.Outcome.Unlocked;

        var maya = await PersonAsync("maya");
        Assert.That(outcome!.Ended, Is.EqualTo(new[] { ended }));
        Assert.That((maya.Locks.Count, maya.Deadline), Is.EqualTo((0, (DateTimeOffset?)Now.AddDays(3))));
    }

    [Test]
    public async Task A_reset_takes_every_proof_and_makes_the_next_sign_in_enrol()
    {
        await EnrollAsync("maya");
        var before = (await StoredAsync("maya")).CredentialGeneration;

        await ResetAsync();

        var maya = await PersonAsync("maya");
        Assert.That((maya.State, maya.Authenticators, maya.RecoveryCodesLeft, maya.Deadline), Is.EqualTo((EnrollmentView.MustEnroll, 0, 0, (DateTimeOffset?)null)));
        Assert.That((await StoredAsync("maya")).CredentialGeneration, Is.GreaterThan(before));
    }

    [Test]
    public async Task Whatever_ends_trust_forgets_the_browsers([Values("reset", "disable", "password", "end", "unlock")] string act)
    {
        await EnrollAsync("maya");
        var maya = await StoredAsync("maya");
        await Database.SaveAsync(db =>
        {
            db.RememberedBrowsers.Add(new() { Hash = "h", UserId = maya.Id, CredentialGeneration = maya.CredentialGeneration, VerifiedAt = Now, ExpiresAt = Now.AddDays(14) });
            if (act == "unlock") db.AttemptCounts.Add(new() { Kind = AttemptKind.Verification, Owner = maya.Id, Failures = 5, LockedAt = Now });
            return Task.CompletedTask;
        });

        _ = act switch
        {
            "reset" => await ResetAsync(),
            "disable" => await Get<DisableUser>().HandleAsync(new("maya", Reason), Actor, Ct),
            "password" => await Get<SetPassword>().HandleAsync(new("maya", "amber-window-cedar-91", false, Reason), Actor, Ct),
            "end" => await Get<EndSessions>().HandleAsync(new("maya", Reason), Actor, Ct),
            _ => (object)await Get<UnlockUser>().HandleAsync(new("maya", null, false, Reason), Actor, Ct),
        };

        await using var db = Database.CreateContext();
        Assert.That(await db.RememberedBrowsers.CountAsync(), Is.Zero);
    }

    [Test]
    public async Task A_reset_never_lengthens_a_deadline()
    {
        await RequireAsync("maya", 3);
        Clock.Advance(TimeSpan.FromDays(1));

        await ResetAsync();

        Assert.That((await PersonAsync("maya")).Deadline, Is.EqualTo(Now.AddDays(2)));
    }

    [Test]
    public async Task A_reset_with_days_begins_a_period()
    {
        await EnrollAsync("maya");

        await ResetAsync(days: 4);

        var maya = await PersonAsync("maya");
        Assert.That((maya.State, maya.DaysLeft, maya.Cause), Is.EqualTo((EnrollmentView.Period, (int?)4, (EnrollmentCause?)EnrollmentCause.Reset)));
    }

    [TestCase(null)]
    [TestCase(5)]
    public async Task A_reset_opens_no_period_that_is_over(int? days)
    {
        await RequireAsync("maya", 3);
        Clock.Advance(TimeSpan.FromDays(3));

        await ResetAsync(days);

        Assert.That((await PersonAsync("maya")).State, Is.EqualTo(EnrollmentView.Expired));
    }

    [Test]
    public async Task A_reset_of_a_compromised_account_demands_a_new_password_and_leaves_no_skip()
    {
        await EnrollAsync("maya");

        await ResetAsync(days: 4, compromised: true);

        var maya = await PersonAsync("maya");
        Assert.That((maya.State, maya.MustChangePassword), Is.EqualTo((EnrollmentView.MustEnroll, true)));
    }

    [TestCase(null, false)]
    [TestCase("told at the help desk", true)]
    public async Task After_the_reset_of_a_compromised_account_only_a_password_that_the_admin_gave_works(string? given, bool works)
    {
        var before = await HashOfMayaAsync();

        await Get<ResetVerification>().HandleAsync(new("maya", null, Compromised: true, Reason, given), Actor, Ct);

        var after = await HashOfMayaAsync();
        Assert.That(after, Is.Not.Null.And.Not.EqualTo(before));
        Assert.That(Get<PasswordHasher>().Verify("told at the help desk", after), Is.EqualTo(works));
    }

    [Test]
    public void A_password_is_given_with_the_reset_of_a_compromised_account_only() => Assert.That(
        () => Get<ResetVerification>().HandleAsync(new("maya", null, Compromised: false, Reason, "told at the help desk"), Actor, Ct), Throws.TypeOf<ValidationException>());

    [Test]
    public async Task A_reset_of_somebody_without_anything_does_nothing() => Assert.That(await ResetAsync(), Is.TypeOf<ResetVerification.Outcome.NothingToReset>());

    [Test]
    public async Task Lifting_opens_what_had_expired()
    {
        await RequireAsync("maya", 3);
        Clock.Advance(TimeSpan.FromDays(3));

        await Get<LiftRequirement>().HandleAsync(new("maya", Reason), Actor, Ct);

        Assert.That((await PersonAsync("maya")).State, Is.EqualTo(EnrollmentView.NotRequired));
    }

    [Test]
    public async Task What_was_done_is_audited_with_who_and_why()
    {
        await RequireAsync("maya", 3);

        await using var db = Database.CreateContext();
        var row = await db.AuditEvents.SingleAsync(e => e.Event == AuditEvents.EnrollmentRequired);
        Assert.That((row.Actor, row.Reason), Is.EqualTo(("cli:tester", "required until 2026-03-04 12:00 UTC. Reason: a test")));
    }

    [TestCase("MAYA")]
    [TestCase(" maya ")]
    public void A_user_name_in_another_spelling_is_no_other_name(string name) =>
        Assert.That(async () => await Get<AddUser>().HandleAsync(new(name.Trim(), new UserPatch(), null, false, Reason), Actor, Ct), Is.TypeOf<AddUser.Outcome.UserNameTaken>());

    [Test]
    public void A_password_of_seven_characters_is_refused() =>
        Assert.That(() => Get<SetPassword>().HandleAsync(new("maya", "seven77", false, Reason), Actor, Ct), Throws.TypeOf<ValidationException>());

    [Test]
    public async Task The_last_owner_is_neither_removed_nor_disabled()
    {
        await AddUserAsync("olga", "owner");

        Assert.That(await Get<RemoveUser>().HandleAsync(new("olga", Reason), Actor, Ct), Is.EqualTo(RemoveUser.Outcome.LastOwner));
        Assert.That(await Get<DisableUser>().HandleAsync(new("olga", Reason), Actor, Ct), Is.EqualTo(DisableUser.Outcome.LastOwner));
    }

    [Test]
    public async Task People_are_found_by_part_of_their_name_in_any_case()
    {
        await AddUserAsync("olga");

        var page = await Get<ListUsers>().HandleAsync(new("MAY", null, 10), Ct);

        Assert.That(page.Users.Select(u => u.Username), Is.EqualTo(new[] { "maya" }));
    }

    [Test]
    public async Task Of_twenty_set_up_links_redeemed_at_once_one_makes_an_owner()
    {
        var setup = Get<OwnerSetup>();
        var links = new List<string>();
        for (var i = 0; i < 20; i++) links.Add((await setup.CreateLinkAsync(new Uri("http://localhost:5080")))!.Uri.Query["?link=".Length..]);

        var outcomes = await Task.WhenAll(links.Select((link, i) => Task.Run(() =>
            setup.RedeemAsync(new(link, "owner" + i, "Owner", null, "a password long enough"), Ct))));

        Assert.That(outcomes.Count(o => o is OwnerSetup.Outcome.Created), Is.EqualTo(1));
        Assert.That(await setup.CreateLinkAsync(new Uri("http://localhost:5080")), Is.Null);
    }

    [Test]
    public async Task A_set_up_link_dies_after_fifteen_minutes()
    {
        var link = (await Get<OwnerSetup>().CreateLinkAsync(new Uri("http://localhost:5080")))!.Uri.Query["?link=".Length..];
        Clock.Advance(OwnerSetup.Lifetime);

        Assert.That(await Get<OwnerSetup>().RedeemAsync(new(link, "olga", "Olga", null, "a password long enough"), Ct), Is.TypeOf<OwnerSetup.Outcome.LinkNotValid>());
    }

    private async Task<string?> HashOfMayaAsync()
    {
        await using var db = Database.CreateContext();
        return (await db.Users.SingleAsync(u => u.UserName == "maya")).PasswordHash;
    }

    private Task<ExtendPeriod.Outcome> ExtendAsync(int days) => Get<ExtendPeriod>().HandleAsync(new("maya", days, Reason), Actor, Ct);

    private Task<UnlockUser.Outcome> UnlockAsync(int? days = null, bool atNextSignIn = false) => Get<UnlockUser>().HandleAsync(new("maya", days, atNextSignIn, Reason), Actor, Ct);

    private Task<ResetVerification.Outcome> ResetAsync(int? days = null, bool compromised = false) => Get<ResetVerification>().HandleAsync(new("maya", days, compromised, Reason), Actor, Ct);
}
