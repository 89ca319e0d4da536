using IdP.Storage.Audit;
using IdP.Storage.Enrollments;
using IdP.Testing;
using IdP.Verification.Decisions;
using IdP.Verification.Enrollments;
using IdP.Verification.Methods;
using IdP.Verification.Methods.RecoveryCodes;
using IdP.Verification.SignIn;
using Microsoft.EntityFrameworkCore;

namespace IdP.Tests.Verification.Enrollments;

[TestFixtureSource(typeof(TestDatabase), nameof(TestDatabase.All))]
internal sealed class EnrollmentTests(TestDatabaseKind kind) : BenchTest(kind)
{
    [Test]
    public async Task The_confirming_code_makes_the_sign_in_complete_and_verified()
    {
        var anna = await Bench.AddInPeriodAsync(TimeSpan.FromDays(7));
        var browser = await Bench.PendingAsync(anna);
        var shown = await ShowAsync(browser, anna);

        var confirmation = await browser.ConfirmAsync(shown.CodeAt(Bench.Now));

        Assert.That(confirmation.Check, Is.InstanceOf<CodeCheck.Accepted>());
        Assert.That(confirmation.RecoveryCodes, Has.Count.EqualTo(10));
        var state = (await browser.SessionAsync())!;
        Assert.That((state.State.VerifiedAt, state.Session.Amr), Is.EqualTo(((DateTimeOffset?)Bench.Now, "pwd otp mfa")));
        Assert.That(state.Person.State.Enrollment, Is.InstanceOf<EnrollmentState.Active>());
    }

    [Test]
    public async Task Invariant_6_the_confirming_code_cannot_verify_next()
    {
        var anna = await Bench.AddInPeriodAsync(TimeSpan.FromDays(7));
        var browser = await Bench.PendingAsync(anna);
        var shown = await ShowAsync(browser, anna);
        var code = shown.CodeAt(Bench.Now);
        await browser.ConfirmAsync(code);

        Assert.That(await (await Bench.PendingAsync(anna)).CheckAsync(code), Is.InstanceOf<CodeCheck.UsedBefore>());
    }

    [Test]
    public async Task The_secret_stays_the_same_for_15_minutes()
    {
        var anna = await Bench.AddInPeriodAsync(TimeSpan.FromDays(7));
        var browser = await SessionAsync(anna);
        var first = await ShowAsync(browser, anna);

        Bench.Clock.Advance(TimeSpan.FromMinutes(9));
        Assert.That((await ShowAsync(browser, anna)).Secret, Is.EqualTo(first.Secret));
        await browser.SignInAsync(anna.Name, anna.Password);
        await browser.ContinueAsync(SignInBench.Unguarded);
        Bench.Clock.Advance(TimeSpan.FromMinutes(6));
        Assert.That((await ShowAsync(browser, anna)).Secret, Is.Not.EqualTo(first.Secret));
    }

    [Test]
    public async Task A_secret_that_is_too_old_confirms_nothing()
    {
        var anna = await Bench.AddInPeriodAsync(TimeSpan.FromDays(7));
        var browser = await SessionAsync(anna);
        var shown = await ShowAsync(browser, anna);
        Bench.Clock.Advance(TimeSpan.FromMinutes(9));
        await browser.SignInAsync(anna.Name, anna.Password);
        await browser.ContinueAsync(SignInBench.Unguarded);
        Bench.Clock.Advance(TimeSpan.FromMinutes(6));

        Assert.That((await browser.ConfirmAsync(shown.CodeAt(Bench.Now))).Expired, Is.True);
        Assert.That(await AuthenticatorsAsync(anna), Is.Zero);
    }

    [Test]
    public async Task Two_windows_of_one_browser_show_one_secret()
    {
        var anna = await Bench.AddInPeriodAsync(TimeSpan.FromDays(7));
        var browser = await Bench.PendingAsync(anna);

        var shown = await SignInBench.AtOnceAsync(10, async _ => (SetupStart.Ready)await browser.Copy().BeginAsync());

        Assert.That(shown.Select(ready => Convert.ToHexString(ready.Secret)).Distinct().Count(), Is.EqualTo(1));
    }

    [Test]
    public async Task A_wrong_code_keeps_the_secret_and_is_counted()
    {
        var anna = await Bench.AddInPeriodAsync(TimeSpan.FromDays(7));
        var browser = await Bench.PendingAsync(anna);
        var shown = await ShowAsync(browser, anna);

        var confirmation = await browser.ConfirmAsync(shown.WrongCodesAt(Bench.Now).First());

        Assert.That(confirmation.Check, Is.EqualTo(new CodeCheck.Wrong(4, 1)));
        Assert.That((await ShowAsync(browser, anna)).Secret, Is.EqualTo(shown.Secret));
    }

    [Test]
    public async Task The_secret_of_another_browser_confirms_nothing_here()
    {
        var anna = await Bench.AddInPeriodAsync(TimeSpan.FromDays(7));
        var (hers, thiefs) = (await Bench.PendingAsync(anna), await Bench.PendingAsync(anna));
        await ShowAsync(hers, anna);
        var shown = await ShowAsync(thiefs, anna);

        Assert.That((await hers.ConfirmAsync(shown.CodeAt(Bench.Now))).Check, Is.InstanceOf<CodeCheck.Wrong>());
    }

    [Test]
    public async Task The_secret_is_stored_encrypted()
    {
        var anna = await Bench.AddInPeriodAsync(TimeSpan.FromDays(7));
        var shown = await ShowAsync(await Bench.PendingAsync(anna), anna);

        var stored = await Bench.QueryAsync(db => db.PendingAuthenticators.Select(p => p.ProtectedSecret).SingleAsync());

        Assert.That(stored, Does.StartWith("v1.").And.Not.Contain(System.Buffers.Text.Base64Url.EncodeToString(shown.Secret)));
    }

    [Test]
    public async Task Of_two_browsers_that_confirm_at_once_one_enrolls()
    {
        // Repeated: the transactions must overlap for the test to mean something.
        for (var round = 0; round < 10; round++)
        {
            var anna = await Bench.AddInPeriodAsync(TimeSpan.FromDays(7), $"anna{round}");
            var browsers = await SignInBench.AtOnceAsync(4, _ => Bench.PendingAsync(anna));
            var shown = await Task.WhenAll(browsers.Select(browser => ShowAsync(browser, anna)));

            var results = await SignInBench.AtOnceAsync(4, number => browsers[number].ConfirmAsync(shown[number].CodeAt(Bench.Now)));

            Assert.That(results.Count(result => result.Check is CodeCheck.Accepted), Is.EqualTo(1));
            Assert.That(await AuthenticatorsAsync(anna), Is.EqualTo(1));
        }
    }

    [Test]
    public async Task Invariant_7_whoever_is_enrolled_cannot_enroll_again_with_the_password_alone()
    {
        var anna = await Bench.AddAsync(enrolled: true);
        var browser = await Bench.PendingAsync(anna);

        Assert.That(await browser.BeginAsync(), Is.InstanceOf<SetupStart.NeedsVerification>());
        Assert.That((await browser.ConfirmAsync("123456")).Refused, Is.InstanceOf<SetupStart.NeedsVerification>());
    }

    [Test]
    public async Task Invariant_7_a_second_enrollment_begun_before_the_first_was_confirmed_ends_with_it()
    {
        var anna = await Bench.AddInPeriodAsync(TimeSpan.FromDays(7));
        var (hers, thiefs) = (await Bench.PendingAsync(anna), await Bench.PendingAsync(anna));
        var (shown, other) = (await ShowAsync(hers, anna), await ShowAsync(thiefs, anna));
        await hers.ConfirmAsync(shown.CodeAt(Bench.Now));

        var late = await thiefs.ConfirmAsync(other.CodeAt(Bench.Now));

        Assert.That(late.Refused, Is.InstanceOf<SetupStart.NeedsVerification>());
        Assert.That(thiefs.SessionCookie, Is.Null);
    }

    [Test]
    public async Task Invariant_7_a_replacement_needs_a_verification_of_the_last_five_minutes()
    {
        var anna = await Bench.AddAsync(enrolled: true);
        var browser = await Bench.VerifiedAsync(anna);
        Bench.Clock.Advance(TimeSpan.FromMinutes(5));
        Assert.That(await browser.BeginAsync(), Is.InstanceOf<SetupStart.Ready>(), "at five minutes");

        Bench.Clock.Advance(TimeSpan.FromMilliseconds(1));

        Assert.That(await browser.BeginAsync(), Is.InstanceOf<SetupStart.NeedsVerification>(), "later");
        Assert.That((await browser.ConfirmAsync("123456")).Refused, Is.InstanceOf<SetupStart.NeedsVerification>());
    }

    [Test]
    public async Task Invariant_8_the_old_authenticator_works_until_the_new_one_is_confirmed()
    {
        var anna = await Bench.AddAsync(enrolled: true);
        var browser = await Bench.VerifiedAsync(anna);
        var shown = await ShowAsync(browser, anna);
        Bench.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.That(await (await Bench.PendingAsync(anna)).CheckAsync(anna.CodeAt(Bench.Now)), Is.InstanceOf<CodeCheck.Accepted>(), "the old one before");

        await browser.ConfirmAsync(shown.CodeAt(Bench.Now));

        Bench.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.That(await (await Bench.PendingAsync(anna)).CheckAsync(anna.CodeAt(Bench.Now)), Is.InstanceOf<CodeCheck.Wrong>(), "the old one after");
        Assert.That(await (await Bench.PendingAsync(anna)).CheckAsync(shown.CodeAt(Bench.Now)), Is.InstanceOf<CodeCheck.Accepted>(), "the new one after");
    }

    [Test]
    public async Task A_recovery_code_is_enough_to_replace_the_authenticator()
    {
        var anna = await Bench.AddAsync(enrolled: true);
        var codes = await Bench.Database.WriteAsync(s => Bench.Get<RecoveryCodeMethod>().ReplaceAsync(s, anna.Id, Bench.Now));
        var browser = await Bench.PendingAsync(anna);
        await browser.CheckAsync<RecoveryCodeMethod>(codes[0]);
        var shown = await ShowAsync(browser, anna);

        var confirmation = await browser.ConfirmAsync(shown.CodeAt(Bench.Now));

        Assert.That(confirmation.Check, Is.InstanceOf<CodeCheck.Accepted>());
        Assert.That(confirmation.RecoveryCodes, Is.Empty, "The nine that are left stay.");
        Assert.That(await Bench.AuditAsync(), Has.One.EqualTo(AuditEvents.AuthenticatorReplaced));
    }

    [Test]
    public async Task Invariant_5_a_deadline_that_passes_between_showing_and_confirming_stays_passed()
    {
        var anna = await Bench.AddInPeriodAsync(TimeSpan.FromMinutes(5));
        var browser = await Bench.PendingAsync(anna);
        var shown = await ShowAsync(browser, anna);
        Bench.Clock.Advance(TimeSpan.FromMinutes(5));

        var confirmation = await browser.ConfirmAsync(shown.CodeAt(Bench.Now));

        Assert.That(confirmation.Check, Is.InstanceOf<CodeCheck.Gone>());
        Assert.That(await AuthenticatorsAsync(anna), Is.Zero);
        Assert.That(browser.SessionCookie, Is.Null);
    }

    [Test]
    public async Task A_first_set_up_needs_a_password_of_the_last_ten_minutes()
    {
        var anna = await Bench.AddAsync();
        var browser = await SessionAsync(anna);
        Bench.Clock.Advance(TimeSpan.FromMinutes(10) + TimeSpan.FromMilliseconds(1));

        Assert.That(await browser.BeginAsync(), Is.InstanceOf<SetupStart.NeedsPassword>());
    }

    [Test]
    public async Task Somebody_not_required_may_set_up_on_their_own()
    {
        var anna = await Bench.AddAsync();
        var browser = await SessionAsync(anna);
        var shown = await ShowAsync(browser, anna);

        await browser.ConfirmAsync(shown.CodeAt(Bench.Now));

        Assert.That((await Bench.PersonAsync(anna)).State.Enrollment, Is.InstanceOf<EnrollmentState.Active>());
        Assert.That(await Bench.AuditAsync(), Has.One.EqualTo(AuditEvents.EnrollmentCompleted));
    }

    [Test]
    public async Task A_lock_in_the_middle_of_a_set_up_ends_it()
    {
        var anna = await Bench.AddInPeriodAsync(TimeSpan.FromDays(7));
        var browser = await Bench.PendingAsync(anna);
        var shown = await ShowAsync(browser, anna);
        foreach (var code in shown.WrongCodesAt(Bench.Now).Take(5)) await browser.Copy().ConfirmAsync(code);

        Assert.That(await browser.PendingAsync(), Is.Null);
        Assert.That(await Bench.QueryAsync(db => db.PendingAuthenticators.CountAsync()), Is.Zero);
    }

    [Test]
    public async Task A_secret_of_another_person_in_the_same_browser_is_not_shown()
    {
        var anna = await Bench.AddAsync();
        var browser = await SessionAsync(anna);
        var annas = await ShowAsync(browser, anna);
        var bert = await Bench.AddAsync("bert");
        await browser.SignInAsync(bert.Name, bert.Password);

        Assert.That((await ShowAsync(browser, bert)).Secret, Is.Not.EqualTo(annas.Secret));
    }

    private static async Task<Someone> ShowAsync(Browser browser, Someone who)
    {
        var start = await browser.BeginAsync();
        Assert.That(start, Is.InstanceOf<SetupStart.Ready>());
        return who with { Secret = ((SetupStart.Ready)start).Secret };
    }

    private async Task<Browser> SessionAsync(Someone who)
    {
        var browser = await Bench.PendingAsync(who);
        Assert.That(await browser.ContinueAsync(SignInBench.Unguarded), Is.InstanceOf<Decision.Proceed>());
        return browser;
    }

    private Task<int> AuthenticatorsAsync(Someone who) => Bench.QueryAsync(db => db.TotpAuthenticators.CountAsync(a => a.UserId == who.Id));
}
