using IdP.Storage.Clients;
using IdP.Verification;
using IdP.Verification.Decisions;

namespace IdP.Tests.Verification.Decisions;

internal sealed class VerificationPolicyTableTests
{
    private static readonly string[] Demands = ["none", "acr=pwd", "acr=mfa", "acr=phr", "prompt=login", "max_age", "refresh"];

    private static IEnumerable<TestCaseData> Table => PolicyTable.Rows(["mode", "person", "session", .. Demands])
        .Select(row => new TestCaseData(row[0], row[1], row[2], row[3..]).SetArgDisplayNames(row[..3]));

    private static IEnumerable<TestCaseData> Remembered => PolicyTable.Rows(["policy", "person", "remembered", .. Demands])
        .Select(row => new TestCaseData(row[0], row[1], row[2], row[3..]).SetArgDisplayNames(row[..3]));

    private static IEnumerable<TestCaseData> GuardedOnly => PolicyTable.Rows("mode", "person", "none", "acr=mfa")
        .Select(row => new TestCaseData(row[0], row[1], row[2..]).SetArgDisplayNames(row[..2]));

    [TestCaseSource(nameof(Table))]
    public void Decide_follows_the_table(string mode, string person, string session, string[] expected)
    {
        var decided = Demands.Select(demand => Decide(Policy(Mode(mode)), person, session, demand));

        Assert.That(decided, Is.EqualTo(expected));
    }

    [TestCaseSource(nameof(Table))]
    public void A_rule_for_a_group_decides_like_a_policy_of_that_mode(string mode, string person, string session, string[] expected)
    {
        var other = mode == "notRequired" ? VerificationMode.Always : VerificationMode.NotRequired;
        var policy = Policy(other) with { Rules = [new("guests", other), new("staff", Mode(mode)), new("staff", other)] };

        var decided = Demands.Select(demand => Decide(policy, person, session, demand));

        Assert.That(decided, Is.EqualTo(expected));
    }

    [TestCaseSource(nameof(Table))]
    public void The_admin_console_decides_as_always_whatever_its_policy_says(string mode, string person, string session, string[] expected)
    {
        _ = expected;
        var policy = new ResourcePolicy { Kind = ResourceKind.Admin, Mode = Mode(mode), Rules = [new("staff", VerificationMode.NotRequired)] };
        var always = Policy(VerificationMode.Always) with { ReverifyAfter = policy.ReverifyAfter };

        var decided = Demands.Select(demand => Decide(policy, person, session, demand));

        Assert.That(decided, Is.EqualTo(Demands.Select(demand => Decide(always, person, session, demand))));
    }

    [TestCaseSource(nameof(Remembered))]
    public void A_remembered_browser_does_what_the_table_says(string policy, string person, string remembered, string[] expected)
    {
        var session = PolicyTable.InBrowser(remembered);

        var decided = Demands.Select(demand => VerificationPolicy.Decide(
            PolicyTable.Remembering(policy), PolicyTable.Person(person), session, PolicyTable.Demands(demand) with { FlowStartedAt = PolicyTable.Now.AddMinutes(-5) },
            new VerificationSettings(), PolicyTable.Now));

        Assert.That(decided.Select(PolicyTable.Word), Is.EqualTo(expected));
    }

    [TestCaseSource(nameof(Remembered))]
    public void A_browser_is_offered_to_be_remembered_where_it_would_do(string policy, string person, string remembered, string[] expected)
    {
        _ = (person, remembered, expected);
        for (var i = 0; i < Demands.Length; i++)
        {
            var demands = PolicyTable.Demands(Demands[i]) with { FlowStartedAt = PolicyTable.Now.AddMinutes(-5) };
            Decision Decide(SessionState session) => VerificationPolicy.Decide(
                PolicyTable.Remembering(policy) with { ChangedAt = null }, PolicyTable.Person("active"), session, demands, new VerificationSettings(), PolicyTable.Now);
            var wouldDo = Decide(PolicyTable.InBrowser("never") with { Remembered = new(PolicyTable.Now, PolicyTable.Now.AddDays(1)) }) is Decision.Proceed;

            if (Decide(PolicyTable.InBrowser("never")) is Decision.Verify verify) Assert.That(verify.RememberDays > 0, Is.EqualTo(wouldDo), Demands[i]);
        }
    }

    [TestCaseSource(nameof(GuardedOnly))]
    public void A_passed_deadline_locks_guarded_resources_only_where_the_setting_says_so(string mode, string person, string[] expected)
    {
        var settings = new VerificationSettings { ExpiryLocks = ExpiryLocks.GuardedResources };

        var decided = new[] { "none", "acr=mfa" }.Select(demand => Decide(Policy(Mode(mode)), person, "password", demand, settings));

        Assert.That(decided, Is.EqualTo(expected));
    }

    [Test]
    public void The_table_is_a_full_product()
    {
        var rows = PolicyTable.Rows(["mode", "person", "session", .. Demands]).Select(row => string.Join(" | ", row[..3])).ToList();

        Assert.That(rows, Is.Unique);
        Assert.That(rows, Has.Count.EqualTo(4 * 12 * 13));
    }

    private static string Decide(ResourcePolicy policy, string person, string session, string demand, VerificationSettings? settings = null)
    {
        var (state, flowStartedAt) = PolicyTable.Session(session);
        var demands = PolicyTable.Demands(demand) with { FlowStartedAt = flowStartedAt };
        return PolicyTable.Word(VerificationPolicy.Decide(
            policy, PolicyTable.Person(person), state, demands, settings ?? new VerificationSettings(), PolicyTable.Now));
    }

    private static ResourcePolicy Policy(VerificationMode mode) => new()
    {
        Kind = ResourceKind.Client,
        ResourceId = "payroll",
        Mode = mode,
        ReverifyAfter = TimeSpan.FromMinutes(60),
    };

    private static VerificationMode Mode(string word) => Enum.Parse<VerificationMode>(word, ignoreCase: true);
}
