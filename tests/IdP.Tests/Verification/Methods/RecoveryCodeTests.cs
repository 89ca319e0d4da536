using IdP.Storage.Audit;
using IdP.Storage.Enrollments;
using IdP.Testing;
using IdP.Verification.Enrollments;
using IdP.Verification.Methods;
using IdP.Verification.Methods.RecoveryCodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace IdP.Tests.Verification.Methods;

[TestFixtureSource(typeof(TestDatabase), nameof(TestDatabase.All))]
internal sealed class RecoveryCodeTests(TestDatabaseKind kind) : BenchTest(kind)
{
    [Test]
    public async Task There_are_ten_of_80_bits_in_groups_of_four()
    {
        var (_, codes) = await AnnaAsync();

        Assert.That(codes, Has.Count.EqualTo(10).And.Unique);
        Assert.That(codes, Has.All.Matches("^[A-Z2-7]{4}(-[A-Z2-7]{4}){3}$"));
    }

    [Test]
    public async Task Each_stands_in_for_the_app_once()
    {
        var (anna, codes) = await AnnaAsync();

        Assert.That(await (await Bench.PendingAsync(anna)).CheckAsync<RecoveryCodeMethod>(codes[0]), Is.InstanceOf<CodeCheck.Accepted>());
        Assert.That(await (await Bench.PendingAsync(anna)).CheckAsync<RecoveryCodeMethod>(codes[0]), Is.InstanceOf<CodeCheck.Wrong>());
        Assert.That(await (await Bench.PendingAsync(anna)).CheckAsync<RecoveryCodeMethod>(codes[1]), Is.InstanceOf<CodeCheck.Accepted>());
        Assert.That(await Bench.AuditAsync(), Has.Exactly(2).EqualTo(AuditEvents.RecoveryCodeUsed));
    }

    [Test]
    public async Task Case_spaces_and_dashes_do_not_matter()
    {
        var (anna, codes) = await AnnaAsync();
        var typed = " " + codes[0].ToLowerInvariant().Replace("-", " ", StringComparison.Ordinal);

        Assert.That(await (await Bench.PendingAsync(anna)).CheckAsync<RecoveryCodeMethod>(typed), Is.InstanceOf<CodeCheck.Accepted>());
    }

    [Test]
    public async Task Of_100_uses_of_one_code_at_once_one_succeeds()
    {
        var (anna, codes) = await AnnaAsync();
        await Bench.SetAsync("verificationAttempts", "20");
        var browsers = await SignInBench.AtOnceAsync(10, _ => Bench.PendingAsync(anna));

        var results = await SignInBench.AtOnceAsync(100, number => browsers[number % 10].Copy().CheckAsync<RecoveryCodeMethod>(codes[0]));

        Assert.That(results.OfType<CodeCheck.Accepted>().Count(), Is.EqualTo(1));
    }

    [Test]
    public async Task A_wrong_one_is_counted()
    {
        var (anna, _) = await AnnaAsync();

        var check = await (await Bench.PendingAsync(anna)).CheckAsync<RecoveryCodeMethod>("AAAA-AAAA-AAAA-AAAA");

        Assert.That(check, Is.EqualTo(new CodeCheck.Wrong(4, 1)));
    }

    [TestCase("AAAA-AAAA-AAAA-AAA")]
    [TestCase("123456")]
    [TestCase("AAAA-AAAA-AAAA-AAAA-A")]
    public async Task What_cannot_be_one_is_not_counted(string typed)
    {
        var (anna, _) = await AnnaAsync();

        Assert.That(await (await Bench.PendingAsync(anna)).CheckAsync<RecoveryCodeMethod>(typed), Is.EqualTo(new CodeCheck.Malformed(Empty: false)));
    }

    [Test]
    public async Task One_of_another_person_is_wrong()
    {
        var (_, codes) = await AnnaAsync();
        var (bert, _) = await AnnaAsync("bert");

        Assert.That(await (await Bench.PendingAsync(bert)).CheckAsync<RecoveryCodeMethod>(codes[0]), Is.InstanceOf<CodeCheck.Wrong>());
    }

    [Test]
    public async Task Neither_the_code_nor_a_plain_hash_of_it_is_stored()
    {
        var (anna, codes) = await AnnaAsync();
        var plain = codes[0].Replace("-", "", StringComparison.Ordinal);

        var stored = await Bench.QueryAsync(db => db.RecoveryCodes.Where(c => c.UserId == anna.Id).Select(c => c.Hash).ToListAsync());

        Assert.That(stored, Has.Count.EqualTo(10).And.All.Matches("^[A-Za-z0-9_-]{43}$"));
        Assert.That(stored, Has.None.EqualTo(IdP.Storage.Handle.HashOf(plain)).And.None.EqualTo(IdP.Storage.Handle.HashOf(anna.Id + ":" + plain)));
    }

    [Test]
    public async Task New_ones_replace_all_earlier_ones()
    {
        var (anna, codes) = await AnnaAsync();

        var newer = await NewCodesAsync(await Bench.VerifiedAsync(anna));

        Assert.That(newer, Has.Count.EqualTo(10));
        Assert.That(await (await Bench.PendingAsync(anna)).CheckAsync<RecoveryCodeMethod>(codes[0]), Is.InstanceOf<CodeCheck.Wrong>());
        Assert.That(await (await Bench.PendingAsync(anna)).CheckAsync<RecoveryCodeMethod>(newer![0]), Is.InstanceOf<CodeCheck.Accepted>());
    }

    [Test]
    public async Task New_ones_need_a_verification_of_the_last_five_minutes()
    {
        var (anna, _) = await AnnaAsync();
        Bench.Clock.Advance(TimeSpan.FromMinutes(1));
        var browser = await Bench.VerifiedAsync(anna);
        Bench.Clock.Advance(TimeSpan.FromMinutes(5) + TimeSpan.FromMilliseconds(1));

        Assert.That(await NewCodesAsync(browser), Is.Null);
    }

    private static Task<IReadOnlyList<string>?> NewCodesAsync(Browser browser) =>
        browser.WhoAsync((s, who) => s.GetRequiredService<EnrollmentService>().NewRecoveryCodesAsync(who.Session!));

    /// <summary>Somebody enrolled with recovery codes; the step of their present code is not used.</summary>
    private async Task<(Someone Anna, IReadOnlyList<string> Codes)> AnnaAsync(string name = "anna")
    {
        var anna = await Bench.AddAsync(name, enrolled: true);
        var codes = await Bench.Database.WriteAsync(s => Bench.Get<RecoveryCodeMethod>().ReplaceAsync(s, anna.Id, Bench.Now));
        return (anna, codes);
    }
}
