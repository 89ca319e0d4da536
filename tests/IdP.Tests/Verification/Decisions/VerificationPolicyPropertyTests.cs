using FsCheck;
using FsCheck.Fluent;
using IdP.Storage.Clients;
using IdP.Storage.Enrollments;
using IdP.Verification;
using IdP.Verification.Decisions;

namespace IdP.Tests.Verification.Decisions;

/// <summary>What holds for any arguments. A failure prints the arguments and the seed.</summary>
internal sealed class VerificationPolicyPropertyTests
{
    private static readonly DateTimeOffset Now = PolicyTable.Now;

    // Around now and at it, where the comparisons turn.
    private static readonly Gen<DateTimeOffset> Times = Gen.Elements(-10_000_000, -7200, -600, -301, -300, -60, -1, 0, 1, 60, 86_400, 604_800)
        .Select(seconds => Now.AddSeconds(seconds));

    private static readonly Gen<DateTimeOffset> Past = Times.Where(time => time <= Now);

    private static readonly Gen<VerificationMode> Modes = Gen.Elements(Enum.GetValues<VerificationMode>());

    private static readonly Gen<ResourcePolicy> AnyPolicy =
        from mode in Modes
        from kind in Gen.Elements(ResourceKind.Client, ResourceKind.Portal, ResourceKind.Admin)
        from minutes in Gen.Elements(0, 5, 480)
        from methods in Gen.Elements<string[]>([], ["otp"], ["passkey"])
        from rules in Gen.Elements("staff", "guests").Zip(Modes).ListOf()
        from days in Gen.Elements(0, 0, 7, 30)
        from changed in Gen.Frequency((3, Gen.Constant<DateTimeOffset?>(null)), (1, Past.Select(time => (DateTimeOffset?)time)))
        select new ResourcePolicy
        {
            Kind = kind, ResourceId = "x", Mode = mode, ReverifyAfter = TimeSpan.FromMinutes(minutes), Methods = methods,
             RememberBrowserDays = days, ChangedAt = changed,
            Rules = [.. rules.Select(rule => new PolicyRule(rule.Item1, rule.Item2))],
        };

    private static readonly Gen<EnrollmentState> AnyEnrollment =
        from deadline in Times
        from cause in Gen.Elements(Enum.GetValues<EnrollmentCause>())
        from state in Gen.Elements<EnrollmentState>(
            new EnrollmentState.NotRequired(), new EnrollmentState.Period(deadline, cause), new EnrollmentState.MustEnroll(null, cause),
            new EnrollmentState.MustEnroll(deadline, cause), new EnrollmentState.Expired(deadline, null), new EnrollmentState.Expired(deadline, null, AfterReset: true),
            new EnrollmentState.Active(["otp"]), new EnrollmentState.Active(["passkey"]), new EnrollmentState.Active(["passkey", "otp"]))
        select state;

    private static readonly Gen<PersonState> AnyPerson =
        from enrollment in AnyEnrollment
        from until in Times
        from locked in Gen.Frequency((5, Gen.Constant<VerificationLock?>(null)), (1, Gen.Constant<VerificationLock?>(new(null, null))), (1, Gen.Constant<VerificationLock?>(new(until, null))))
        from disabled in Gen.Frequency((9, Gen.Constant(false)), (1, Gen.Constant(true)))
        from groups in Gen.Elements<string[]>([], ["staff"], ["guests", "staff"])
        select new PersonState { Enrollment = enrollment, Lock = locked, Disabled = disabled, Groups = groups };

    private static readonly Gen<SessionState> AnySession =
        from passwordAt in Past
        from verifiedAt in Past
        from passkeyAt in Past
        from how in Gen.Elements("", "otp", "passkey", "passkey, then otp")
        from skipped in Gen.Elements(true, false)
        from rememberedAt in Past
        from until in Times
        from remembered in Gen.Elements(true, false)
        select new SessionState
        {
            Remembered = remembered ? new RememberedProof(rememberedAt, until) : null,
            PasswordAt = passwordAt, Skipped = skipped,
            VerifiedAt = how switch { "" => null, "passkey, then otp" => Later(verifiedAt, passkeyAt), _ => verifiedAt },
            PasskeyAt = how switch { "passkey" => verifiedAt, "passkey, then otp" => passkeyAt, _ => null },
            Amr = how switch { "" => ["pwd"], "otp" => ["pwd", "otp", "mfa"], "passkey" => ["hwk", "user", "mfa"], _ => ["pwd", "hwk", "user", "otp", "mfa"] },
        };

    private static readonly Gen<RequestDemands> AnyDemands =
        from started in Past
        from inFlow in Gen.Elements(true, false)
        from login in Gen.Elements(true, false, false)
        from maxAge in Gen.Elements<int?>(null, null, 0, 60, 7200)
        from acr in Gen.Elements(null, null, "pwd", "mfa", "phr", "unheard-of")
        from refresh in Gen.Elements(true, false, false)
        select new RequestDemands
        {
            FlowStartedAt = inFlow ? started : null, Login = login, MaxAge = maxAge is { } age ? TimeSpan.FromSeconds(age) : null, Acr = acr, Continuation = refresh,
        };

    private static readonly Gen<Question> AnyQuestion =
        from policy in AnyPolicy
        from person in AnyPerson
        from session in AnySession
        from demands in AnyDemands
        from expiry in Gen.Elements(Enum.GetValues<ExpiryLocks>())
        select new Question(policy, person, session, demands, new VerificationSettings { ExpiryLocks = expiry });

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    [Test]
    public void A_demand_never_lowers_what_is_asked() => Holds(question =>
    {
        var undemanding = question.Demands with { Login = false, MaxAge = null, Acr = null };
        return question.Decide() is not Decision.Proceed || (question with { Demands = undemanding }).Decide() is Decision.Proceed;
    });

    [Test]
    public void Who_proceeds_has_reached_the_level_that_was_demanded() => Holds(question =>
        question.Decide() is not Decision.Proceed proceed || Acr.Meets(proceed.Acr, question.Demands.Acr));

    [Test]
    public void Without_verification_only_those_proceed_who_are_not_asked_or_may_skip() => Holds(question =>
        question.Decide() is not Decision.Proceed || question.Session.VerifiedAt is not null || !question.Asks || question.MaySkip || question.MayRemember);

    [Test]
    public void A_remembered_browser_changes_no_level_and_no_time() => Holds(question =>
    {
        var elsewhere = (question with { Session = question.Session with { Remembered = null } }).Decide();
        return question.Decide() is not Decision.Proceed proceed || elsewhere is not Decision.Proceed without
            ? question.MayRemember || question.Decide().ToString() == elsewhere.ToString()
            : proceed.Acr == without.Acr && proceed.AuthTime == without.AuthTime && proceed.Amr.SequenceEqual(without.Amr);
    });

    [Test]
    public void Without_a_session_nobody_goes_further() => Holds(question =>
        VerificationPolicy.Decide(question.Policy, question.Person, null, question.Demands, question.Settings, Now) is Decision.SignIn);

    [Test]
    public void No_skip_is_offered_or_honoured_at_or_after_the_deadline() => Holds(question =>
    {
        var deadline = question.Person.Enrollment switch
        {
            EnrollmentState.Period period => period.Deadline,
            EnrollmentState.MustEnroll must => must.Deadline ?? DateTimeOffset.MaxValue,
            _ => DateTimeOffset.MaxValue,
        };
        return question.Decide() switch
        {
            _ when Now < deadline => true,
            Decision.Enroll => false,
            Decision.Proceed => question.Settings.ExpiryLocks == ExpiryLocks.GuardedResources && !question.Asks,
            _ => true,
        };
    });

    [Test]
    public void A_skip_is_offered_only_by_required_and_never_after_a_reset() => Holds(question =>
        question.Decide() is not Decision.Enroll { Skippable: true }
        || (question.Mode == VerificationMode.Required && question.Person.Enrollment is EnrollmentState.NotRequired or EnrollmentState.Period));

    [Test]
    public void The_admin_console_opens_to_nobody_below_mfa() => Holds(question =>
        (question with { Policy = question.Policy with { Kind = ResourceKind.Admin } }).Decide() is not Decision.Proceed { Acr: not ("mfa" or "phr") });

    [Test]
    public void Who_is_turned_off_or_locked_never_proceeds() => Holds(question =>
        question.Decide() is not Decision.Proceed
        || (!question.Person.Disabled && question.Person.Lock is not { Until: null } && !(question.Person.Lock?.Until > Now)));

    [Test]
    public void Acr_amr_and_auth_time_say_what_the_session_proved() => Holds(question =>
        question.Decide() is not Decision.Proceed proceed
        || proceed.Acr switch
        {
            "phr" => proceed.Amr.SequenceEqual(question.Session.Amr) && proceed.AuthTime <= question.Session.PasswordAt && question.Session.PasskeyAt is not null,
            "mfa" => proceed.Amr.SequenceEqual(question.Session.Amr.Except(["hwk", "user"])) && proceed.AuthTime <= question.Session.PasswordAt && proceed.AuthTime <= question.Session.VerifiedAt,
            _ => proceed.Amr is ["pwd"] && proceed.AuthTime == question.Session.PasswordAt,
        });

    [Test]
    public void What_is_told_is_as_new_as_the_request_demands() => Holds(question =>
        question.Decide() is not Decision.Proceed proceed || question.Demands.MaxAge is not { } maxAge || question.Demands.Continuation
        || proceed.AuthTime >= question.Demands.FlowStartedAt || Now - proceed.AuthTime <= maxAge);

    [Test]
    public void The_same_question_gets_the_same_answer() => Holds(question => question.Decide().ToString() == question.Decide().ToString());

    [Test]
    public void Only_a_fault_denies_by_an_exception() => Holds(question => !question.Decide().Reasons[0].StartsWith("The decision failed", StringComparison.Ordinal));

    [Test]
    public void Days_left_reach_the_deadline_by_less_than_a_day() => Holds(question =>
        question.Decide() is not Decision.Enroll { DaysLeft: { } days, Deadline: { } deadline }
        || (days > 0 && Now.AddDays(days) >= deadline && Now.AddDays(days - 1) < deadline));

    [Test]
    public void A_verification_given_later_never_closes_what_was_open() => Holds(question =>
    {
        var later = question.Session with { VerifiedAt = Now, Amr = ["pwd", "otp", "mfa"] };
        return question.Decide() is not Decision.Proceed || (question with { Session = later }).Decide() is Decision.Proceed;
    });

    [Test]
    public void Nobody_reaches_phr_without_a_passkey() => Holds(question =>
        question.Demands.Acr != "phr" || question.Decide() is not Decision.Proceed || question.Session.PasskeyAt is not null);

    [Test]
    public void Where_a_passkey_is_asked_for_no_code_is_offered_to_whoever_has_one() => Holds(question =>
        (question.Demands.Acr != "phr" && question.Policy.Methods is not ["passkey"])
        || question.Decide() is not Decision.Verify verify
        || question.Person.Enrollment is not EnrollmentState.Active { Methods: var has } || !has.Contains("passkey")
        || (verify.Methods is ["passkey"] && !verify.TakesRecoveryCodes));

    private static void Holds(Func<Question, bool> property) =>
        Prop.ForAll(AnyQuestion.ToArbitrary(), property).Check(Config.QuickThrowOnFailure.WithMaxTest(3000).WithQuietOnSuccess(true));

    /// <summary>The arguments of a decision.</summary>
    private sealed record Question(ResourcePolicy Policy, PersonState Person, SessionState Session, RequestDemands Demands, VerificationSettings Settings)
    {
        public VerificationMode Mode => Policy.Kind == ResourceKind.Admin
            ? VerificationMode.Always
            : Policy.Rules.FirstOrDefault(rule => Person.Groups.Contains(rule.Group))?.Mode ?? Policy.Mode;

        public bool Asks => Demands.Acr is "mfa" or "phr" || Mode switch
        {
            VerificationMode.NotRequired => false,
            VerificationMode.WhenEnrolled => Person.Enrollment is EnrollmentState.Active or EnrollmentState.MustEnroll or EnrollmentState.Expired { AfterReset: true },
            _ => true,
        };

        public bool MaySkip => Session.Skipped && Mode == VerificationMode.Required && Demands.Acr is not ("mfa" or "phr")
            && Person.Enrollment is EnrollmentState.Period period && Now < period.Deadline;

        public bool MayRemember => Session.Remembered is { } remembered && Policy.Kind == ResourceKind.Client
            && Mode is VerificationMode.Required or VerificationMode.WhenEnrolled && Person.Enrollment is EnrollmentState.Active
            && Demands is { Login: false, MaxAge: null, Acr: not ("mfa" or "phr") } && Policy.Methods.Count == 0 && Policy.ReverifyAfter > TimeSpan.Zero
            && Now < remembered.Until && remembered.VerifiedAt.AddDays(Policy.RememberBrowserDays) > Now
            && !(remembered.VerifiedAt <= Policy.ChangedAt);

        public Decision Decide() => VerificationPolicy.Decide(Policy, Person, Session, Demands, Settings, Now);
    }
}
