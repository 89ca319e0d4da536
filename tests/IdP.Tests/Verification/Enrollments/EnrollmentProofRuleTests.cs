using IdP.Storage.Clients;
using IdP.Testing;
using IdP.Verification;
using IdP.Verification.Decisions;
using IdP.Verification.Enrollments;

namespace IdP.Tests.Verification.Enrollments;

/// <summary>Which proof a first enrollment needs.</summary>
[TestFixtureSource(typeof(TestDatabase), nameof(TestDatabase.All))]
internal sealed class EnrollmentProofRuleTests(TestDatabaseKind kind) : BenchTest(kind)
{
    private static readonly ResourcePolicy Plain = SignInBench.Required;

    [TestCase("none", true, EnrollmentProof.None)]
    [TestCase("automatic", false, EnrollmentProof.None)]
    [TestCase("automatic", true, EnrollmentProof.Mail)]
    [TestCase("mail", false, EnrollmentProof.Mail)]
    [TestCase("admin", false, EnrollmentProof.Admin)]
    public async Task The_setting_decides_where_no_policy_does(string setting, bool idle, EnrollmentProof expected)
    {
        await Bench.SetAsync("enrollmentProof", $"\"{setting}\"");
        var who = await AddAsync(idle ? 30 : 29);

        Assert.That(await NeededAsync(who, Plain), Is.EqualTo(expected));
    }

    [TestCase(EnrollmentProof.None, EnrollmentProof.None)]
    [TestCase(EnrollmentProof.Mail, EnrollmentProof.Mail)]
    [TestCase(EnrollmentProof.Admin, EnrollmentProof.Admin)]
    public async Task A_policy_decides_on_the_way_to_it(EnrollmentProof policy, EnrollmentProof expected)
    {
        var who = await AddAsync(40);

        Assert.That(await NeededAsync(who, Plain with { EnrollmentProof = policy }), Is.EqualTo(expected));
    }

    [Test]
    public async Task What_one_application_demands_holds_on_every_way_for_whom_it_asks()
    {
        await Bench.Catalog.ChangeAsync(db =>
        {
            db.ResourcePolicies.Add(new ResourcePolicyRow
            {
                Kind = ResourceKind.Client, ResourceId = "vault", Mode = VerificationMode.NotRequired, EnrollmentProof = "admin",
                Rules = [new PolicyRule("board", VerificationMode.Always)],
            });
            return Task.FromResult(true);
        });
        var (asked, other) = (await AddAsync(1, "asked", "board"), await AddAsync(1, "other"));

        Assert.That(await NeededAsync(asked, Plain with { EnrollmentProof = EnrollmentProof.None }), Is.EqualTo(EnrollmentProof.Admin));
        Assert.That(await NeededAsync(asked, Policies.Security), Is.EqualTo(EnrollmentProof.Admin));
        Assert.That(await NeededAsync(other, Plain), Is.EqualTo(EnrollmentProof.None));
    }

    [Test]
    public async Task Who_has_no_verified_address_needs_a_pass_instead_of_a_mail()
    {
        var who = await Bench.AddAsync("unmailed", user: u => (u.Email, u.NormalizedEmail) = ("u@example.com", "U@EXAMPLE.COM"), enrollment: e => e.ProofRequired = true);

        Assert.That(await NeededAsync(who, Plain), Is.EqualTo(EnrollmentProof.Admin));
    }

    private Task<Someone> AddAsync(int daysOld, string name = "anna", params List<string> groups) => Bench.AddAsync(name, user: u =>
    {
        (u.Email, u.NormalizedEmail, u.EmailVerified, u.LastSignInAt) = ($"{name}@example.com", $"{name}@example.com".ToUpperInvariant(), true, Bench.Now.AddDays(-daysOld));
        u.Groups = groups;
    });

    private async Task<EnrollmentProof> NeededAsync(Someone who, ResourcePolicy policy)
    {
        var browser = await Bench.PendingAsync(who);
        var start = await browser.WhoAsync((s, person) => ((EnrollmentService)s.GetService(typeof(EnrollmentService))!).BeginAsync(person, policy));
        return start is SetupStart.NeedsProof needs ? needs.Proof : EnrollmentProof.None;
    }
}
