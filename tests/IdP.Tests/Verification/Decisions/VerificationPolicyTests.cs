using IdP.Storage.Clients;
using IdP.Storage.Enrollments;
using IdP.Verification;
using IdP.Verification.Decisions;

namespace IdP.Tests.Verification.Decisions;

/// <summary>What the table's words leave out.</summary>
internal sealed class VerificationPolicyTests
{
    private static readonly DateTimeOffset Now = PolicyTable.Now;
    private static readonly ResourcePolicy Guarded = new() { Kind = ResourceKind.Client, ResourceId = "payroll", Mode = VerificationMode.Required };
    private static readonly SessionState Password = new() { PasswordAt = Now };
    private static readonly SessionState Verified = new() { PasswordAt = Now, VerifiedAt = Now, Amr = ["pwd", "otp", "mfa"] };

    [Test]
    public void An_exception_denies()
    {
        var policy = Guarded with { Rules = new Throwing() };

        Assert.That(Decide(policy, PolicyTable.Person("not required"), Verified), Is.InstanceOf<Decision.Deny>());
    }

    [Test]
    public void A_person_without_a_state_is_denied([Values] VerificationMode mode)
    {
        var person = new PersonState { Enrollment = null! };

        Assert.That(Decide(Guarded with { Mode = mode }, person, Verified), Is.InstanceOf<Decision.Deny>());
    }

    [Test]
    public void A_missing_person_is_denied() => Assert.That(Decide(Guarded, null!, Verified), Is.InstanceOf<Decision.Deny>());

    [Test]
    public void An_unknown_mode_asks() =>
        Assert.That(Decide(Guarded with { Mode = (VerificationMode)99 }, PolicyTable.Person("active"), Password), Is.InstanceOf<Decision.Verify>());

    [Test]
    public void A_method_that_the_policy_does_not_allow_has_not_verified()
    {
        var policy = Guarded with { Methods = ["passkey", "otp"] };
        var byOther = Verified with { Amr = ["pwd", "hwk"] };

        var decision = Decide(policy, PolicyTable.Person("active"), byOther);

        Assert.That(decision, Is.InstanceOf<Decision.Verify>());
        Assert.That(((Decision.Verify)decision).Methods, Is.EqualTo(new[] { "otp" }));
    }

    [Test]
    public void A_method_that_the_policy_allows_has_verified() =>
        Assert.That(Decide(Guarded with { Methods = ["otp"] }, PolicyTable.Person("active"), Verified), Is.InstanceOf<Decision.Proceed>());

    [Test]
    public void Whoever_has_none_of_the_allowed_methods_is_denied() =>
        Assert.That(Decide(Guarded with { Methods = ["sms", "passkey"] }, PolicyTable.Person("active"), Password), Is.InstanceOf<Decision.Deny>());

    [Test]
    public void A_policy_that_allows_passkeys_alone_leads_whoever_has_none_by_their_code_to_adding_one()
    {
        var policy = Guarded with { Methods = ["passkey"] };

        var verify = Decide(policy, PolicyTable.Person("active"), Password);
        var add = Decide(policy, PolicyTable.Person("active"), Verified);

        Assert.That(verify, Is.InstanceOf<Decision.Verify>());
        Assert.That(((Decision.Verify)verify).Methods, Is.EqualTo(new[] { "otp" }));
        Assert.That(add, Is.InstanceOf<Decision.Enroll>());
        Assert.That(((Decision.Enroll)add).Passkey);
    }

    [Test]
    public void A_policy_that_allows_passkeys_alone_takes_no_code_from_whoever_has_one()
    {
        var verify = (Decision.Verify)Decide(Guarded with { Methods = ["passkey"] }, PolicyTable.Person("active with a passkey"), Verified);

        Assert.That(verify.Methods, Is.EqualTo(new[] { "passkey" }));
        Assert.That(verify.TakesRecoveryCodes, Is.False);
    }

    [Test]
    public void Phr_where_the_policy_allows_codes_alone_is_denied() =>
        Assert.That(Decide(Guarded with { Methods = ["otp"] }, PolicyTable.Person("active with a passkey"), Verified, new RequestDemands { Acr = "phr" }), Is.InstanceOf<Decision.Deny>());

    [Test]
    public void A_passkey_that_was_used_for_the_request_is_of_it()
    {
        var policy = Guarded with { Methods = ["passkey"], ReverifyAfter = TimeSpan.Zero };
        var proven = Verified with { PasswordAt = Now.AddMinutes(-1), PasskeyAt = Now, VerifiedFor = "this", PasswordFor = "this" };
        var demands = new RequestDemands { FlowStartedAt = Now, Flow = "this" };

        Assert.That(Decide(policy, PolicyTable.Person("active with a passkey"), proven, demands), Is.InstanceOf<Decision.Proceed>());
        // A code for this request does not make the passkey of an earlier one new.
        Assert.That(Decide(policy, PolicyTable.Person("active with a passkey"), proven with { VerifiedAt = Now.AddSeconds(1) }, demands), Is.InstanceOf<Decision.Verify>());
    }

    [Test]
    public void Zero_minutes_ask_for_each_authorization_and_not_within_one()
    {
        var policy = Guarded with { ReverifyAfter = TimeSpan.Zero };
        var demands = new RequestDemands { FlowStartedAt = Now };

        Assert.That(Decide(policy, PolicyTable.Person("active"), Verified), Is.InstanceOf<Decision.Verify>());
        Assert.That(Decide(policy, PolicyTable.Person("active"), Verified, demands), Is.InstanceOf<Decision.Proceed>());
    }

    // Else one code would be the new one of each request that waits beside it.
    [Test]
    public void A_proof_given_for_one_request_is_not_new_for_another()
    {
        var session = Verified with { PasswordAt = Now.AddMinutes(-1), VerifiedAt = Now.AddMinutes(-1), PasswordFor = "one", VerifiedFor = "one" };
        RequestDemands Of(string flow) => new() { FlowStartedAt = Now.AddMinutes(-2), Flow = flow };
        var eachTime = Guarded with { ReverifyAfter = TimeSpan.Zero };

        Assert.Multiple(() =>
        {
            Assert.That(Decide(eachTime, PolicyTable.Person("active"), session, Of("one")), Is.InstanceOf<Decision.Proceed>());
            Assert.That(Decide(eachTime, PolicyTable.Person("active"), session, Of("two")), Is.InstanceOf<Decision.Verify>());
            Assert.That(Decide(Guarded, PolicyTable.Person("active"), session, Of("one") with { Login = true }), Is.InstanceOf<Decision.Proceed>());
            Assert.That(Decide(Guarded, PolicyTable.Person("active"), session, Of("two") with { Login = true }), Is.InstanceOf<Decision.SignIn>());
            Assert.That(Decide(Guarded, PolicyTable.Person("active"), session, Of("one") with { MaxAge = TimeSpan.FromSeconds(1) }), Is.InstanceOf<Decision.Proceed>());
            Assert.That(Decide(Guarded, PolicyTable.Person("active"), session, Of("two") with { MaxAge = TimeSpan.FromSeconds(1) }), Is.InstanceOf<Decision.SignIn>());
            Assert.That(Decide(Guarded, PolicyTable.Person("active"), session, Of("two")), Is.InstanceOf<Decision.Proceed>(), "a plain request is not asked twice");
        });
    }

    [Test]
    public void A_verification_is_too_old_at_the_minute_that_the_policy_names()
    {
        var policy = Guarded with { ReverifyAfter = TimeSpan.FromMinutes(5) };
        var proven = Verified with { VerifiedAt = Now.AddMinutes(-5) };

        Assert.That(Decide(policy, PolicyTable.Person("active"), proven), Is.InstanceOf<Decision.Verify>());
        Assert.That(Decide(policy, PolicyTable.Person("active"), proven with { VerifiedAt = proven.VerifiedAt!.Value.AddTicks(1) }), Is.InstanceOf<Decision.Proceed>());
    }

    [Test]
    public void The_period_that_begins_has_the_days_of_the_setting()
    {
        var decision = VerificationPolicy.Decide(
            Guarded, PolicyTable.Person("not required"), Password, RequestDemands.None, new VerificationSettings { EnrollmentDays = 30 }, Now);

        Assert.That(decision, Is.InstanceOf<Decision.Enroll>());
        Assert.That(((Decision.Enroll)decision).Deadline, Is.EqualTo(Now.AddDays(30)));
    }

    [Test]
    public void Without_a_deadline_there_are_no_days_left()
    {
        var person = new PersonState { Enrollment = new EnrollmentState.MustEnroll(null, EnrollmentCause.Reset) };

        Assert.That(((Decision.Enroll)Decide(Guarded, person, Password)).DaysLeft, Is.Null);
    }

    [Test]
    public void A_lock_says_until_when_and_its_reference()
    {
        var locked = (Decision.Locked)Decide(Guarded, PolicyTable.Person("active, locked until later"), Password);

        Assert.That((locked.Until, locked.Reference), Is.EqualTo((Now.AddMinutes(1), "LK-2222-22")));
    }

    [Test]
    public void A_period_that_is_over_says_since_when()
    {
        var person = new PersonState { Enrollment = new EnrollmentState.Period(Now.AddHours(-1), EnrollmentCause.New, "LK-3333-33") };

        var locked = (Decision.Locked)Decide(Guarded, person, Password);

        Assert.That((locked.Since, locked.Reference), Is.EqualTo((Now.AddHours(-1), "LK-3333-33")));
    }

    [TestCase(7 * 24 * 60, 7)]
    [TestCase((6 * 24 * 60) + 1, 7)]
    [TestCase(24 * 60, 1)]
    [TestCase((24 * 60) + 1, 2)]
    [TestCase(1, 1)]
    [TestCase(0, 0)]
    [TestCase(-1, 0)]
    public void Days_left_are_begun_days(int minutes, int days) =>
        Assert.That(VerificationPolicy.DaysLeft(TimeSpan.FromMinutes(minutes)), Is.EqualTo(days));

    [Test]
    public void Every_decision_gives_its_reasons()
    {
        var policy = Guarded with { Rules = [new("staff", VerificationMode.Always)] };

        var decision = Decide(policy, PolicyTable.Person("active"), Password, new RequestDemands { Acr = "mfa" });

        Assert.That(decision.Reasons, Is.EqualTo(new[]
        {
            "The rule for group staff of client:payroll says Always.", "The request demands the level mfa.", "Verification is asked for.",
        }));
    }

    private static Decision Decide(ResourcePolicy policy, PersonState person, SessionState? session, RequestDemands? demands = null) =>
        VerificationPolicy.Decide(policy, person, session, demands ?? RequestDemands.None, new VerificationSettings(), Now);

    private sealed class Throwing : IReadOnlyList<PolicyRule>
    {
        public int Count => throw new InvalidOperationException();

        public PolicyRule this[int index] => throw new InvalidOperationException();

        public IEnumerator<PolicyRule> GetEnumerator() => throw new InvalidOperationException();

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => throw new InvalidOperationException();
    }
}
