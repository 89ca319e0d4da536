using IdP.Storage;
using IdP.Storage.Audit;
using IdP.Storage.Enrollments;
using IdP.Testing;
using IdP.Verification.Decisions;
using IdP.Verification.SignIn;
using Microsoft.EntityFrameworkCore;

namespace IdP.Tests.Verification.SignIn;

[TestFixtureSource(typeof(TestDatabase), nameof(TestDatabase.All))]
internal sealed class PasswordSignInTests(TestDatabaseKind kind) : BenchTest(kind)
{
    private const int Limit = 10;

    [Test]
    public async Task The_right_password_makes_a_pending_sign_in_and_no_session()
    {
        var anna = await Bench.AddAsync();
        var browser = Bench.NewBrowser();

        var outcome = await browser.SignInAsync(anna.Name, anna.Password);

        Assert.That(outcome, Is.InstanceOf<PasswordOutcome.Right>());
        Assert.That((await browser.PendingAsync())?.Person.Id, Is.EqualTo(anna.Id));
        Assert.That(await browser.SessionAsync(), Is.Null);
    }

    [TestCase("nobody", SignInBench.Password, TestName = "Unknown")]
    [TestCase("anna", "wrong", TestName = "Wrong")]
    [TestCase("anna", "", TestName = "Empty")]
    [TestCase("off", SignInBench.Password, TestName = "Disabled")]
    [TestCase("locked", SignInBench.Password, TestName = "Locked")]
    [TestCase("without", "", TestName = "Without_a_password")]
    [TestCase("", "", TestName = "Nothing_typed")]
    [TestCase("a\0b", "wrong", TestName = "A_name_with_a_null_character")]
    [TestCase("\ud800", "wrong", TestName = "A_name_with_half_a_character")]
    public async Task Whoever_cannot_sign_in_gets_the_same_answer(string name, string password)
    {
        await Bench.AddAsync();
        await Bench.AddAsync("off", user: u => u.DisabledAt = Bench.Now);
        await Bench.AddAsync("without", user: u => u.PasswordHash = null);
        await LockAsync(await Bench.AddAsync("locked"));
        var browser = Bench.NewBrowser();
        var before = Bench.Get<PasswordHasher>().Spent;

        var outcome = await browser.SignInAsync(name, password);

        Assert.That(outcome, Is.EqualTo(new PasswordOutcome.Wrong()));
        Assert.That(browser.PendingCookie, Is.Null);
        // Nobody can tell from the time it takes either: one hash each.
        Assert.That(Bench.Get<PasswordHasher>().Spent - before, Is.EqualTo(SignInBench.Iterations));
    }

    [Test]
    public async Task Too_long_a_password_is_wrong()
    {
        var anna = await Bench.AddAsync();
        var before = Bench.Get<PasswordHasher>().Spent;

        Assert.That(await Bench.NewBrowser().SignInAsync(anna.Name, new string('a', 100_000)), Is.EqualTo(new PasswordOutcome.Wrong()));
        Assert.That(Bench.Get<PasswordHasher>().Spent - before, Is.EqualTo(SignInBench.Iterations));
    }

    [Test]
    public async Task The_attempts_of_the_setting_are_evaluated_and_then_none()
    {
        var anna = await Bench.AddAsync();
        await Bench.SetAsync("passwordAttempts", "3");
        for (var i = 0; i < 3; i++) await Bench.NewBrowser().SignInAsync(anna.Name, "wrong");

        Assert.That(await Bench.NewBrowser().SignInAsync(anna.Name, anna.Password), Is.EqualTo(new PasswordOutcome.Wrong()));
        Assert.That(await Bench.AuditAsync(), Has.One.EqualTo(AuditEvents.PasswordLocked));
    }

    [TestCase(15)]
    [TestCase(300, Description = "Longer than failures are remembered.")]
    public async Task The_lock_lasts_as_long_as_the_setting_says(int minutes)
    {
        var anna = await Bench.AddAsync();
        await Bench.SetAsync("passwordLockMinutes", $"{minutes}");
        await LockAsync(anna);

        Bench.Clock.Advance(TimeSpan.FromMinutes(minutes) - TimeSpan.FromSeconds(1));
        Assert.That(await Bench.NewBrowser().SignInAsync(anna.Name, anna.Password), Is.InstanceOf<PasswordOutcome.Wrong>(), "a second before its end");

        Bench.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.That(await Bench.NewBrowser().SignInAsync(anna.Name, anna.Password), Is.InstanceOf<PasswordOutcome.Right>(), "at its end");
    }

    [Test]
    public async Task Failures_fade_after_an_hour()
    {
        var anna = await Bench.AddAsync();
        for (var i = 0; i < Limit - 1; i++) await Bench.NewBrowser().SignInAsync(anna.Name, "wrong");
        Bench.Clock.Advance(TimeSpan.FromMinutes(61));

        await Bench.NewBrowser().SignInAsync(anna.Name, "wrong");

        Assert.That((await Bench.CountAsync(AttemptKind.Password, anna.Id))!.Failures, Is.EqualTo(1));
    }

    [Test]
    public async Task The_right_password_forgets_wrong_passwords()
    {
        var anna = await Bench.AddAsync();
        await Bench.NewBrowser().SignInAsync(anna.Name, "wrong");

        await Bench.NewBrowser().SignInAsync(anna.Name, anna.Password);

        Assert.That((await Bench.CountAsync(AttemptKind.Password, anna.Id))!.Failures, Is.Zero);
    }

    [Test]
    public async Task The_right_password_never_forgets_wrong_codes()
    {
        var anna = await Bench.AddAsync(enrolled: true);
        var browser = await Bench.PendingAsync(anna);
        await browser.CheckAsync(anna.WrongCodesAt(Bench.Now).First());

        await Bench.NewBrowser().SignInAsync(anna.Name, anna.Password);

        Assert.That((await Bench.CountAsync(AttemptKind.Verification, anna.Id))!.Failures, Is.EqualTo(1));
    }

    [Test]
    public async Task Of_200_wrong_passwords_at_once_no_more_than_the_limit_are_evaluated()
    {
        var anna = await Bench.AddAsync();

        await SignInBench.AtOnceAsync(200, _ => Bench.NewBrowser().SignInAsync(anna.Name, "wrong"));

        Assert.That((await Bench.CountAsync(AttemptKind.Password, anna.Id))!.Failures, Is.EqualTo(Limit));
        Assert.That(await ReasonsAsync("Wrong password."), Is.EqualTo(Limit));
    }

    [Test]
    public async Task Every_spelling_of_a_name_shares_one_count()
    {
        var anna = await Bench.AddAsync();

        foreach (var spelling in new[] { "anna", " ANNA ", "Anna", "ａｎｎａ" }) await Bench.NewBrowser().SignInAsync(spelling, "wrong");

        Assert.That((await Bench.CountAsync(AttemptKind.Password, anna.Id))!.Failures, Is.EqualTo(4));
    }

    [Test]
    public async Task Every_spelling_of_an_unknown_name_shares_one_count()
    {
        foreach (var spelling in new[] { "nobody", " NOBODY ", "ｎobody" }) await Bench.NewBrowser().SignInAsync(spelling, "wrong");

        var counts = await Bench.QueryAsync(db => db.AttemptCounts.Where(c => c.Kind == AttemptKind.Password).Select(c => c.Failures).ToListAsync());
        Assert.That(counts, Is.EqualTo(new[] { 3 }));
    }

    [Test]
    public async Task The_address_of_a_person_is_a_name_of_theirs_and_shares_the_count()
    {
        var anna = await Bench.AddAsync(user: u => (u.Email, u.NormalizedEmail) = ("Anna@Example.org", UserNamesOf("anna@example.org")));
        await Bench.NewBrowser().SignInAsync("anna", "wrong");
        await Bench.NewBrowser().SignInAsync("ANNA@example.ORG", "wrong");
        Assert.That((await Bench.CountAsync(AttemptKind.Password, anna.Id))!.Failures, Is.EqualTo(2));

        Assert.That(await Bench.NewBrowser().SignInAsync("anna@EXAMPLE.org", anna.Password), Is.InstanceOf<PasswordOutcome.Right>());
    }

    [Test]
    public async Task A_weaker_hash_is_made_anew_at_the_next_sign_in()
    {
        var weaker = new PasswordHasher(new RandomSource(), SignInBench.Iterations - 1);
        var anna = await Bench.AddAsync(user: u => u.PasswordHash = weaker.Hash(SignInBench.Password));

        await Bench.NewBrowser().SignInAsync(anna.Name, anna.Password);

        Assert.That(await HashAsync(anna), Does.StartWith($"pbkdf2-sha512${SignInBench.Iterations}$"));
        Assert.That(await Bench.NewBrowser().SignInAsync(anna.Name, anna.Password), Is.InstanceOf<PasswordOutcome.Right>());
    }

    [Test]
    public async Task A_hash_of_today_is_kept()
    {
        var anna = await Bench.AddAsync();
        var before = await HashAsync(anna);

        await Bench.NewBrowser().SignInAsync(anna.Name, anna.Password);

        Assert.That(await HashAsync(anna), Is.EqualTo(before));
    }

    [Test]
    public async Task An_address_with_too_many_failures_waits_ten_minutes()
    {
        var anna = await Bench.AddAsync();
        await Bench.SetAsync("addressAttempts", "10");
        for (var i = 0; i < 10; i++) await Bench.NewBrowser().SignInAsync("nobody" + i, "wrong");

        Assert.That(await Bench.NewBrowser().SignInAsync(anna.Name, anna.Password), Is.EqualTo(new PasswordOutcome.TooMany(10)));
        Assert.That(await Bench.NewBrowser("198.51.100.7").SignInAsync(anna.Name, anna.Password), Is.InstanceOf<PasswordOutcome.Right>());
        Bench.Clock.Advance(TimeSpan.FromMinutes(11));
        Assert.That(await Bench.NewBrowser().SignInAsync(anna.Name, anna.Password), Is.InstanceOf<PasswordOutcome.Right>());
    }

    [Test]
    public async Task A_trickle_of_failures_blocks_no_address()
    {
        var anna = await Bench.AddAsync();
        await Bench.SetAsync("addressAttempts", "10");

        for (var i = 0; i < 30; i++)
        {
            Assert.That(await Bench.NewBrowser().SignInAsync("nobody" + i, "wrong"), Is.EqualTo(new PasswordOutcome.Wrong()), $"failure {i + 1}");
            Bench.Clock.Advance(TimeSpan.FromMinutes(2));
        }

        Assert.That(await Bench.NewBrowser().SignInAsync(anna.Name, anna.Password), Is.InstanceOf<PasswordOutcome.Right>());
    }

    [Test]
    public async Task How_long_an_address_waits_is_what_is_left_of_its_ten_minutes()
    {
        await Bench.SetAsync("addressAttempts", "10");
        for (var i = 0; i < 10; i++) await Bench.NewBrowser().SignInAsync("nobody" + i, "wrong");
        Bench.Clock.Advance(TimeSpan.FromMinutes(7));

        Assert.That(await Bench.NewBrowser().SignInAsync("nobody", "wrong"), Is.EqualTo(new PasswordOutcome.TooMany(3)));
    }

    [Test]
    public async Task Right_passwords_do_not_use_up_an_address()
    {
        var anna = await Bench.AddAsync();
        await Bench.SetAsync("addressAttempts", "10");

        for (var i = 0; i < 12; i++) Assert.That(await Bench.NewBrowser().SignInAsync(anna.Name, anna.Password), Is.InstanceOf<PasswordOutcome.Right>());
    }

    [Test]
    public async Task A_pending_sign_in_ends_after_ten_minutes()
    {
        var browser = await Bench.PendingAsync(await Bench.AddAsync());

        Bench.Clock.Advance(TimeSpan.FromMinutes(10));

        Assert.That(await browser.PendingAsync(), Is.Null);
    }

    [Test]
    public async Task A_pending_sign_in_from_before_a_reset_is_gone()
    {
        var anna = await Bench.AddAsync(enrolled: true);
        var browser = await Bench.PendingAsync(anna);

        await Bench.ResetAsync(anna);

        Assert.That(await browser.PendingAsync(), Is.Null);
    }

    [Test]
    public async Task Whoever_was_disabled_meanwhile_gets_no_session()
    {
        var anna = await Bench.AddAsync();
        var browser = await Bench.PendingAsync(anna);
        var copy = browser.Copy();
        await Bench.Database.SaveAsync(db => db.Users.Where(u => u.Id == anna.Id).ExecuteUpdateAsync(u => u.SetProperty(x => x.DisabledAt, Bench.Now)));

        Assert.That(await copy.ContinueAsync(SignInBench.Unguarded), Is.InstanceOf<Decision.Deny>());
        Assert.That(copy.SessionCookie, Is.Null);
    }

    [Test]
    public async Task What_the_audit_says_of_an_unknown_name_is_not_the_name()
    {
        await Bench.NewBrowser().SignInAsync("my-password-typed-in-the-wrong-field", "x");

        var rows = await Bench.QueryAsync(db => db.AuditEvents.Select(e => e.Reason + e.UserId + e.Actor).ToListAsync());
        Assert.That(rows, Is.EqualTo(new[] { "No such user.anonymous" }));
    }

    private static string UserNamesOf(string name) => IdP.Storage.Users.UserNames.Normalize(name);

    private async Task LockAsync(Someone who)
    {
        for (var i = 0; i < Limit; i++) await Bench.NewBrowser("203.0.113.9").SignInAsync(who.Name, "wrong");
    }

    private Task<string?> HashAsync(Someone who) => Bench.QueryAsync(db => db.Users.Where(u => u.Id == who.Id).Select(u => u.PasswordHash).SingleAsync());

    private Task<int> ReasonsAsync(string reason) => Bench.QueryAsync(db => db.AuditEvents.CountAsync(e => e.Reason == reason));
}
