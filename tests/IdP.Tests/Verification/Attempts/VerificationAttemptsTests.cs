using IdP.Storage.Audit;
using IdP.Storage.Database;
using IdP.Storage.Enrollments;
using IdP.Testing;
using IdP.Verification.Attempts;
using IdP.Verification.Decisions;
using IdP.Verification.Methods;
using IdP.Verification.Methods.RecoveryCodes;
using IdP.Verification.Methods.Totp;
using IdP.Verification.SignIn;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace IdP.Tests.Verification.Attempts;

[TestFixtureSource(typeof(TestDatabase), nameof(TestDatabase.All))]
internal sealed class VerificationAttemptsTests(TestDatabaseKind kind) : BenchTest(kind)
{
    private const string Verification = AttemptKind.Verification;

    [TestCase(3)]
    [TestCase(5)]
    [TestCase(20)]
    public async Task Of_200_wrong_codes_at_once_exactly_the_limit_are_evaluated(int limit)
    {
        var anna = await Bench.AddAsync(enrolled: true);
        await Bench.SetAsync("verificationAttempts", $"{limit}");
        var browser = await Bench.PendingAsync(anna);
        var method = new CountingMethod();

        var results = await SignInBench.AtOnceAsync(200, number => browser.Copy().CheckAsync(method, $"{number}"));

        Assert.That(method.Evaluated, Is.EqualTo(limit));
        Assert.That(results.OfType<CodeCheck.Accepted>(), Is.Empty);
        Assert.That((await Bench.PersonAsync(anna)).State.Lock, Is.Not.Null);
        Assert.That(await Bench.AuditAsync(), Has.One.EqualTo(AuditEvents.VerificationLocked));
    }

    [Test]
    public async Task Of_100_uses_of_one_right_code_at_once_one_succeeds_and_nothing_is_locked()
    {
        var anna = await Bench.AddAsync(enrolled: true);
        var code = anna.CodeAt(Bench.Now);
        var browsers = await SignInBench.AtOnceAsync(10, _ => Bench.PendingAsync(anna));

        var results = await SignInBench.AtOnceAsync(100, number => browsers[number % 10].Copy().CheckAsync(code));

        Assert.That(results.OfType<CodeCheck.Accepted>().Count(), Is.EqualTo(1));
        Assert.That((await Bench.PersonAsync(anna)).State.Lock, Is.Null);
        Assert.That(await Bench.AuditAsync(), Has.None.EqualTo(AuditEvents.VerificationLocked));
    }

    [Test]
    public async Task A_guess_too_many_while_others_are_compared_destroys_no_sign_in()
    {
        var anna = await Bench.AddAsync(enrolled: true);
        var browser = await Bench.PendingAsync(anna);
        await CountAsync(anna, 5);

        var check = await browser.Copy().CheckAsync(anna.CodeAt(Bench.Now));

        Assert.That(check, Is.InstanceOf<CodeCheck.Gone>());
        Assert.That(await browser.PendingAsync(), Is.Not.Null);
    }

    [Test]
    public async Task Guesses_whose_requests_died_lock_after_ten_seconds()
    {
        var anna = await Bench.AddAsync(enrolled: true);
        var browser = await Bench.PendingAsync(anna);
        await CountAsync(anna, 5);
        Bench.Clock.Advance(TimeSpan.FromSeconds(10));

        Assert.That(await browser.CheckAsync(anna.CodeAt(Bench.Now)), Is.InstanceOf<CodeCheck.Locked>());
        Assert.That((await Bench.PersonAsync(anna)).State.Lock, Is.Not.Null);
    }

    [Test]
    public async Task Invariant_6_a_step_that_was_accepted_once_is_never_accepted_again()
    {
        var anna = await Bench.AddAsync(enrolled: true);
        var (first, second) = (await Bench.PendingAsync(anna), await Bench.PendingAsync(anna));
        await first.CheckAsync(anna.CodeAt(Bench.Now));

        Assert.That(await second.CheckAsync(anna.CodeAt(Bench.Now)), Is.InstanceOf<CodeCheck.UsedBefore>());
    }

    [Test]
    public async Task Invariant_6_an_older_step_than_the_accepted_one_is_refused_too()
    {
        var anna = await Bench.AddAsync(enrolled: true);
        var (first, second) = (await Bench.PendingAsync(anna), await Bench.PendingAsync(anna));
        await first.CheckAsync(anna.CodeAt(Bench.Now.AddSeconds(30)));

        Assert.That(await second.CheckAsync(anna.CodeAt(Bench.Now)), Is.InstanceOf<CodeCheck.UsedBefore>());
    }

    [Test]
    public async Task A_code_that_was_used_before_is_not_counted()
    {
        var anna = await Bench.AddAsync(enrolled: true);
        var (first, second) = (await Bench.PendingAsync(anna), await Bench.PendingAsync(anna));
        await first.CheckAsync(anna.CodeAt(Bench.Now));

        for (var i = 0; i < 10; i++) await second.CheckAsync(anna.CodeAt(Bench.Now));

        Assert.That((await Bench.CountAsync(Verification, anna.Id))!.Failures, Is.Zero);
    }

    [TestCase("", true)]
    [TestCase("  ", true)]
    [TestCase(null, true)]
    [TestCase("12345", false)]
    [TestCase("abcdef", false)]
    public async Task What_cannot_be_a_code_is_not_counted(string? typed, bool empty)
    {
        var anna = await Bench.AddAsync(enrolled: true);
        var browser = await Bench.PendingAsync(anna);

        Assert.That(await browser.CheckAsync(typed), Is.EqualTo(new CodeCheck.Malformed(empty)));
        Assert.That(await Bench.CountAsync(Verification, anna.Id), Is.Null);
    }

    [Test]
    public async Task Each_wrong_code_says_how_many_are_left()
    {
        var anna = await Bench.AddAsync(enrolled: true);
        var browser = await Bench.PendingAsync(anna);

        var said = new List<CodeCheck>();
        foreach (var code in anna.WrongCodesAt(Bench.Now).Take(4)) said.Add(await browser.CheckAsync(code));

        Assert.That(said, Is.EqualTo(Enumerable.Range(1, 4).Select(number => new CodeCheck.Wrong(5 - number, number))));
    }

    [Test]
    public async Task The_right_code_forgets_wrong_ones()
    {
        var anna = await Bench.AddAsync(enrolled: true);
        var browser = await Bench.PendingAsync(anna);
        await browser.CheckAsync(anna.WrongCodesAt(Bench.Now).First());

        await browser.CheckAsync(anna.CodeAt(Bench.Now));

        Assert.That((await Bench.CountAsync(Verification, anna.Id))!.Failures, Is.Zero);
    }

    [Test]
    public async Task The_lock_destroys_every_pending_sign_in_of_the_person()
    {
        var anna = await Bench.AddAsync(enrolled: true);
        var (guessing, other) = (await Bench.PendingAsync(anna), await Bench.PendingAsync(anna));

        await LockAsync(anna, guessing);

        Assert.That(guessing.PendingCookie, Is.Null);
        Assert.That(await other.PendingAsync(), Is.Null);
    }

    [Test]
    public async Task A_lock_keeps_the_right_code_out()
    {
        var anna = await Bench.AddAsync(enrolled: true);
        await LockAsync(anna, await Bench.PendingAsync(anna));
        var browser = await Bench.PendingAsync(anna);

        Assert.That(await browser.CheckAsync(anna.CodeAt(Bench.Now)), Is.InstanceOf<CodeCheck.Locked>());
        Assert.That(browser.SessionCookie, Is.Null);
    }

    [Test]
    public async Task After_a_lock_the_password_leads_to_the_reason_and_its_reference()
    {
        var anna = await Bench.AddAsync(enrolled: true);
        var locked = await LockAsync(anna, await Bench.PendingAsync(anna));
        var browser = await Bench.PendingAsync(anna);

        var decision = await browser.ContinueAsync(SignInBench.Required);

        Assert.That(decision, Is.InstanceOf<Decision.Locked>());
        Assert.That(((Decision.Locked)decision).Reference, Is.EqualTo(locked.Decision.Reference).And.StartsWith("LK-"));
    }

    [Test]
    public async Task A_timed_lock_ends_at_its_time_and_all_attempts_are_there_again()
    {
        var anna = await Bench.AddAsync(enrolled: true);
        await Bench.SetAsync("lockMinutes", "300");
        await LockAsync(anna, await Bench.PendingAsync(anna));
        Bench.Clock.Advance(TimeSpan.FromMinutes(300));
        var browser = await Bench.PendingAsync(anna);

        Assert.That(await browser.ContinueAsync(SignInBench.Required), Is.InstanceOf<Decision.Verify>());
        Assert.That(await browser.CheckAsync(anna.WrongCodesAt(Bench.Now).First()), Is.EqualTo(new CodeCheck.Wrong(4, 1)));
    }

    [TestCase("300", 299)]
    [TestCase("0", 1_000_000, Description = "An admin ends it.")]
    public async Task A_lock_holds_until_its_time(string lockMinutes, int minutes)
    {
        var anna = await Bench.AddAsync(enrolled: true);
        await Bench.SetAsync("lockMinutes", lockMinutes);
        await LockAsync(anna, await Bench.PendingAsync(anna));
        Bench.Clock.Advance(TimeSpan.FromMinutes(minutes));

        Assert.That(await (await Bench.PendingAsync(anna)).CheckAsync(anna.CodeAt(Bench.Now)), Is.InstanceOf<CodeCheck.Locked>());
    }

    [Test]
    public async Task A_lowered_limit_counts_at_once()
    {
        var anna = await Bench.AddAsync(enrolled: true);
        var browser = await Bench.PendingAsync(anna);
        foreach (var code in anna.WrongCodesAt(Bench.Now).Take(3)) await browser.CheckAsync(code);
        await Bench.SetAsync("verificationAttempts", "3");
        Bench.Clock.Advance(TimeSpan.FromSeconds(30));

        Assert.That(await browser.CheckAsync(anna.CodeAt(Bench.Now)), Is.InstanceOf<CodeCheck.Locked>());
    }

    [TestCase("3")]
    [TestCase("20")]
    public async Task Whoever_has_an_admin_role_has_five_attempts_whatever_the_setting_says(string setting)
    {
        var anna = await Bench.AddAsync(enrolled: true, user: u => u.Roles = ["owner"]);
        await Bench.SetAsync("verificationAttempts", setting);
        var browser = await Bench.PendingAsync(anna);
        var method = new CountingMethod();

        for (var i = 0; i < 25; i++) await browser.Copy().CheckAsync(method, "x");

        Assert.That(method.Evaluated, Is.EqualTo(5));
    }

    [Test]
    public async Task A_guess_is_counted_even_if_the_request_then_fails()
    {
        var anna = await Bench.AddAsync(enrolled: true);
        var browser = await Bench.PendingAsync(anna);

        Assert.That(async () => await browser.CheckAsync(new FailingMethod(), "x"), Throws.InstanceOf<NotSupportedException>());

        Assert.That((await Bench.CountAsync(Verification, anna.Id))!.Failures, Is.EqualTo(1));
    }

    [Test]
    public async Task Every_place_that_checks_a_code_shares_one_count()
    {
        var anna = await Bench.AddAsync(enrolled: true);
        var browser = await Bench.VerifiedAsync(anna);
        await browser.BeginAsync();
        var wrong = anna.WrongCodesAt(Bench.Now).Take(2).ToList();

        await browser.CheckAsync(wrong[0]);
        await browser.CheckAsync<RecoveryCodeMethod>("AAAA-AAAA-AAAA-AAAA");
        await browser.ConfirmAsync(wrong[1]);

        Assert.That((await Bench.CountAsync(Verification, anna.Id))!.Failures, Is.EqualTo(3));
    }

    [Test]
    public async Task A_code_is_taken_while_the_browser_has_a_session_that_was_seen_long_ago()
    {
        // Reading such a session writes when it was seen, which must not happen inside the transaction.
        var browser = await Bench.PendingAsync(await Bench.AddAsync());
        await browser.ContinueAsync(SignInBench.Unguarded);
        Bench.Clock.Advance(TimeSpan.FromMinutes(6));
        var bert = await Bench.AddAsync("bert", enrolled: true);
        await browser.SignInAsync(bert.Name, bert.Password);

        Assert.That(await browser.CheckAsync(bert.CodeAt(Bench.Now)), Is.InstanceOf<CodeCheck.Accepted>());
    }

    [Test]
    public async Task A_right_code_for_a_sign_in_that_is_gone_is_not_used_up()
    {
        var anna = await Bench.AddAsync(enrolled: true);
        var ended = await (await Bench.PendingAsync(anna)).WhoAsync((_, who) => Task.FromResult(who));
        await Bench.Database.SaveAsync(db => db.PendingSignIns.ExecuteDeleteAsync());

        var check = await Bench.NewBrowser().RequestAsync(s => s.GetRequiredService<VerificationService>()
            .CheckAsync(ended, s.GetRequiredService<TotpMethod>(), anna.CodeAt(Bench.Now), "portal"));

        Assert.That(check, Is.InstanceOf<CodeCheck.Gone>());
        Assert.That(await (await Bench.PendingAsync(anna)).CheckAsync(anna.CodeAt(Bench.Now)), Is.InstanceOf<CodeCheck.Accepted>());
    }

    [TestCase(false, false)]
    [TestCase(true, false)]
    [TestCase(false, true)]
    [TestCase(true, true)]
    public async Task The_switches_carry_failures_over(bool codesCountAsPasswords, bool passwordsCountAsCodes)
    {
        var anna = await Bench.AddAsync(enrolled: true);
        await SwitchAsync(codesCountAsPasswords, passwordsCountAsCodes);
        var browser = await Bench.PendingAsync(anna);

        await browser.CheckAsync(anna.WrongCodesAt(Bench.Now).First());
        await Bench.NewBrowser().SignInAsync(anna.Name, "wrong");

        Assert.That((await Bench.CountAsync(AttemptKind.Password, anna.Id))!.Failures, Is.EqualTo(codesCountAsPasswords ? 2 : 1));
        Assert.That((await Bench.CountAsync(Verification, anna.Id))!.Failures, Is.EqualTo(passwordsCountAsCodes ? 2 : 1));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Someone_without_the_password_can_never_lock_the_verification(bool codesCountAsPasswords)
    {
        var anna = await Bench.AddAsync(enrolled: true);
        await SwitchAsync(codesCountAsPasswords, passwordsCountAsCodes: true);
        await Bench.SetAsync("addressAttempts", "100000");
        await Bench.SetAsync("passwordLockMinutes", "1");

        for (var i = 0; i < 4; i++)
        {
            await SignInBench.AtOnceAsync(250, _ => Bench.NewBrowser().SignInAsync(anna.Name, "wrong"));
            Bench.Clock.Advance(TimeSpan.FromMinutes(2));
        }

        Assert.That((await Bench.CountAsync(Verification, anna.Id))!.Failures, Is.EqualTo(4));
        Assert.That(await (await Bench.PendingAsync(anna)).CheckAsync(anna.CodeAt(Bench.Now)), Is.InstanceOf<CodeCheck.Accepted>());
    }

    [Test]
    public async Task Failed_codes_that_count_as_passwords_lock_the_password()
    {
        var anna = await Bench.AddAsync(enrolled: true);
        await SwitchAsync(codesCountAsPasswords: true, passwordsCountAsCodes: false);
        await Bench.SetAsync("passwordAttempts", "3");
        var browser = await Bench.PendingAsync(anna);

        foreach (var code in anna.WrongCodesAt(Bench.Now).Take(3)) await browser.CheckAsync(code);

        Assert.That(await Bench.NewBrowser().SignInAsync(anna.Name, anna.Password), Is.InstanceOf<PasswordOutcome.Wrong>());
    }

    private async Task<CodeCheck.Locked> LockAsync(Someone who, Browser browser)
    {
        CodeCheck last = new CodeCheck.Gone();
        foreach (var code in who.WrongCodesAt(Bench.Now).Take(5)) last = await browser.CheckAsync(code);
        Assert.That(last, Is.InstanceOf<CodeCheck.Locked>());
        return (CodeCheck.Locked)last;
    }

    /// <summary>So many guesses are counted, and are still being compared.</summary>
    private async Task CountAsync(Someone who, int guesses)
    {
        for (var i = 0; i < guesses; i++) await Bench.Get<AttemptCounter>().CountAsync(Verification, who.Id, guesses);
    }

    private async Task SwitchAsync(bool codesCountAsPasswords, bool passwordsCountAsCodes)
    {
        await Bench.SetAsync("failedCodesCountAsPassword", codesCountAsPasswords ? "true" : "false");
        await Bench.SetAsync("failedPasswordsCountAsVerification", passwordsCountAsCodes ? "true" : "false");
    }

    /// <summary>Nothing is right, and every comparison is counted.</summary>
    private sealed class CountingMethod : IVerificationMethod
    {
        private int evaluated;

        public int Evaluated => evaluated;

        public string Name => "counting";

        public string? Normalize(string? input) => input;

        public ValueTask<Taken> TakeAsync(Statements statements, Person person, string answer, DateTimeOffset now)
        {
            Interlocked.Increment(ref evaluated);
            return ValueTask.FromResult(Taken.Wrong);
        }
    }

    private sealed class FailingMethod : IVerificationMethod
    {
        public string Name => "failing";

        public string? Normalize(string? input) => input;

        public ValueTask<Taken> TakeAsync(Statements statements, Person person, string answer, DateTimeOffset now) => throw new NotSupportedException();
    }
}
