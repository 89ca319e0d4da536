using IdP.Storage.Clients;
using IdP.Storage.Enrollments;
using IdP.Verification;
using IdP.Verification.Decisions;

namespace IdP.Tests.Verification.Decisions;

/// <summary>Rules for groups and networks; the table in <c>docs/verification-policy.md</c> says what they decide.</summary>
internal sealed class PolicyRuleTests
{
    private static readonly string[] Addresses = ["10.1.2.3", "11.1.2.3", "2001:db8::7", "::1", "::ffff:10.9.9.9", "nonsense", ""];

    private static IEnumerable<TestCaseData> Table => PolicyTable.Rows("rules", "groups", "address", "mode").Select(row => new TestCaseData(row[0], row[1], row[2], row[3]));

    [TestCaseSource(nameof(Table))]
    public void A_rule_decides_as_the_table_says(string rules, string groups, string address, string mode)
    {
        var policy = new ResourcePolicy { Kind = ResourceKind.Client, ResourceId = "payroll", Mode = VerificationMode.Required, Rules = [.. rules.Split("; ").Select(Rule)] };

        var decided = policy.ModeFor(groups.Length == 0 ? [] : [groups], address == "none" ? null : address).Mode;

        Assert.That(decided, Is.EqualTo(Enum.Parse<VerificationMode>(mode, ignoreCase: true)));
    }

    [Test]
    public void An_address_that_is_not_known_never_asks_less_than_any_that_is()
    {
        var random = new Random(20261128);
        for (var i = 0; i < 5_000; i++)
        {
            var policy = new ResourcePolicy { Kind = ResourceKind.Client, Mode = Mode(random), Rules = [.. Enumerable.Range(0, random.Next(5)).Select(_ => Any(random))] };
            string[] groups = random.Next(2) == 0 ? [] : ["finance"];
            var unknown = policy.ModeFor(groups).Mode;

            foreach (var address in Addresses) Assert.That(policy.ModeFor(groups, address).Mode, Is.LessThanOrEqualTo(unknown), string.Join("; ", policy.Rules));
        }
    }

    [Test]
    public void The_address_of_the_request_is_what_the_decision_looks_at()
    {
        var policy = new ResourcePolicy { Kind = ResourceKind.Client, Mode = VerificationMode.NotRequired, Rules = [Rule("outside 10.0.0.0/8: always")] };
        var person = new PersonState { Enrollment = new EnrollmentState.Active(["otp"]) };
        var session = new SessionState { PasswordAt = PolicyTable.Now };
        Decision At(string? address, bool continuation = false) => VerificationPolicy.Decide(
            policy, person, session, new RequestDemands { Address = address, Continuation = continuation }, new VerificationSettings(), PolicyTable.Now);

        Assert.That(At("10.1.1.1"), Is.InstanceOf<Decision.Proceed>());
        Assert.That(At("11.1.1.1"), Is.InstanceOf<Decision.Verify>());
        Assert.That(At("11.1.1.1").Reasons[0], Is.EqualTo("The rule for everybody outside 10.0.0.0/8 of client says Always."));
        Assert.That(At(null).Reasons[0], Does.EndWith("and the address is not known."));
        Assert.That(At(null, continuation: true), Is.InstanceOf<Decision.Verify>(), "A refresh whose address nobody kept.");
    }

    [TestCase("10.0.0.0/8", "10.0.0.0/8")]
    [TestCase("10.1.2.3", "10.1.2.3/32")]
    [TestCase("2001:DB8::/32", "2001:db8::/32")]
    [TestCase("::1", "::1/128")]
    [TestCase("10.1.2.3/8", "10.0.0.0/8")]
    [TestCase("10", null)]
    [TestCase("10.0.0.0/33", null)]
    [TestCase("fe80::1%1", null)]
    [TestCase("office", null)]
    [TestCase("", null)]
    public void A_network_has_one_form(string given, string? expected) => Assert.That(Networks.Canonical(given), Is.EqualTo(expected));

    private static PolicyRule Rule(string text)
    {
        var colon = text.LastIndexOf(": ", StringComparison.Ordinal);
        var words = text[..colon].Split(' ');
        var at = Array.FindIndex(words, w => w is "inside" or "outside");
        return new PolicyRule(at == 0 ? null : words[0], Enum.Parse<VerificationMode>(text[(colon + 2)..], ignoreCase: true))
        {
            Networks = at < 0 ? null : string.Join(' ', words[(at + 1)..]),
            Outside = at >= 0 && words[at] == "outside",
        };
    }

    private static PolicyRule Any(Random random) => new(random.Next(2) == 0 ? null : "finance", Mode(random))
    {
        Networks = random.Next(4) switch { 0 => null, 1 => "10.0.0.0/8", 2 => "2001:db8::/32 11.0.0.0/8", _ => "nonsense" },
        Outside = random.Next(2) == 0,
    };

    private static VerificationMode Mode(Random random) => (VerificationMode)random.Next(4);
}
