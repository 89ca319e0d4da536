using IdP.Storage.Audit;
using IdP.Storage.Enrollments;
using IdP.Testing;
using IdP.Verification.Enrollments;
using IdP.Verification.Methods.Passkeys;
using Microsoft.EntityFrameworkCore;

namespace IdP.Tests.Verification.Methods.Passkeys;

/// <summary>Which answers of a browser are taken, after the password and instead of it, and how often.</summary>
[TestFixtureSource(typeof(TestDatabase), nameof(TestDatabase.All))]
internal sealed class PasskeyAnswerTests(TestDatabaseKind kind) : PasskeyBench(kind)
{
    private static readonly (string What, Action<SoftPasskey> Make)[] Wrong =
    [
        ("a page of another site", p => p.Origin = "https://id.example.evil"),
        ("the same host by another port", p => p.Origin = "http://localhost:5081"),
        ("the same host by another scheme", p => p.Origin = "https://localhost:5080"),
        ("a frame of another site", p => p.IsCrossOrigin = true),
        ("a passkey of another host", p => p.Host = "example.com"),
        ("nobody's finger", p => p.IsUserVerified = false),
    ];

    [Test]
    public async Task After_the_password_a_right_answer_verifies_and_a_wrong_one_is_refused_and_not_counted()
    {
        var (anna, passkey) = await AddAsync();
        using var mine = passkey;
        foreach (var (what, make) in Wrong)
        {
            var browser = await Bench.PendingAsync(anna);
            var prompt = await AskAsync(browser);
            make(passkey);
            Assert.That(await CheckAsync(browser, prompt.Ceremony, passkey.Get(prompt.Options)), Is.EqualTo(PasskeyCheck.Refused), what);
            Assert.That(await browser.SessionAsync(), Is.Null, what);
            MakeHonest(passkey);
        }

        Assert.That(await Bench.CountAsync(AttemptKind.Verification, anna.Id), Is.Null.Or.Property("Failures").Zero);
        var state = (await (await VerifiedByAsync(anna, passkey)).SessionAsync())!;
        Assert.That((state.State.PasskeyAt, state.Session.Amr), Is.EqualTo(((DateTimeOffset?)Bench.Now, "pwd hwk user mfa")));
        Assert.That((await Bench.AuditAsync()).Count(e => e == AuditEvents.VerificationFailed), Is.EqualTo(Wrong.Length));
    }

    [Test]
    public async Task Instead_of_the_password_a_wrong_answer_signs_nobody_in()
    {
        var (_, passkey) = await AddAsync();
        using var mine = passkey;
        foreach (var (what, make) in Wrong)
        {
            make(passkey);
            Assert.That(await SignInAsync(passkey), Is.TypeOf<PasskeySignInOutcome.Refused>(), what);
            MakeHonest(passkey);
        }

        Assert.That(await SignInAsync(passkey), Is.TypeOf<PasskeySignInOutcome.Accepted>());
    }

    [Test]
    public async Task A_new_passkey_that_is_not_what_was_asked_for_is_not_kept()
    {
        var anna = await Bench.AddAsync(enrolled: true);
        var browser = await Bench.VerifiedAsync(anna);
        foreach (var (what, make) in Wrong)
        {
            using var passkey = new SoftPasskey(Origin);
            make(passkey);
            Assert.That((await AddPasskeyAsync(browser, passkey)).Check, Is.EqualTo(PasskeyCheck.Refused), what);
        }

        Assert.That(await Bench.QueryAsync(db => db.Passkeys.CountAsync()), Is.Zero);
    }

    [Test]
    public async Task A_challenge_is_good_for_who_asked_for_what_was_asked_and_for_five_minutes()
    {
        var (anna, passkey) = await AddAsync();
        var (ben, other) = await AddAsync("ben");
        using var mine = passkey;
        using var theirs = other;
        var (browser, second, stranger) = (await Bench.PendingAsync(anna), await Bench.PendingAsync(anna), await Bench.PendingAsync(ben));

        var prompt = await AskAsync(browser);
        Assert.That(await CheckAsync(second, prompt.Ceremony, passkey.Get(prompt.Options)), Is.EqualTo(PasskeyCheck.Refused), "another sign-in of the same person");
        Assert.That(await CheckAsync(stranger, prompt.Ceremony, passkey.Get(prompt.Options)), Is.EqualTo(PasskeyCheck.Refused), "somebody else's sign-in");
        Assert.That(await CheckAsync(browser, prompt.Ceremony, other.Get(prompt.Options)), Is.EqualTo(PasskeyCheck.Refused), "somebody else's passkey");

        var anybody = await AskAnybodyAsync(browser);
        Assert.That(await CheckAsync(browser, anybody.Ceremony, passkey.Get(anybody.Options)), Is.EqualTo(PasskeyCheck.Refused), "meant for the sign-in page");
        prompt = await AskAsync(browser);
        Assert.That(await SignInAsync(browser, prompt.Ceremony, passkey.Get(prompt.Options)), Is.TypeOf<PasskeySignInOutcome.Refused>(), "meant for the step after the password");

        prompt = await AskAsync(browser);
        anybody = await AskAnybodyAsync(browser);
        Bench.Clock.Advance(PasskeyCeremonies.Lifetime);
        Assert.That(await CheckAsync(browser, prompt.Ceremony, passkey.Get(prompt.Options)), Is.EqualTo(PasskeyCheck.Refused), "too old");
        Assert.That(await SignInAsync(browser, anybody.Ceremony, passkey.Get(anybody.Options)), Is.TypeOf<PasskeySignInOutcome.Refused>(), "too old");
        Assert.That(await browser.SessionAsync(), Is.Null);
    }

    [Test]
    public async Task An_authenticator_that_counts_may_not_count_back()
    {
        var (anna, passkey) = await AddAsync();
        using var mine = passkey;
        passkey.Count = 7;
        await VerifiedByAsync(anna, passkey);

        foreach (var seen in new uint[] { 7, 3 })
        {
            // As a copy would, which was made before.
            passkey.Count = seen;
            var browser = await Bench.PendingAsync(anna);
            var prompt = await AskAsync(browser);
            passkey.Count--;
            Assert.That(await CheckAsync(browser, prompt.Ceremony, passkey.Get(prompt.Options)), Is.Not.EqualTo(PasskeyCheck.Accepted), $"{seen}");
            passkey.Count = seen - 1;
            Assert.That(await SignInAsync(passkey), Is.TypeOf<PasskeySignInOutcome.Refused>(), $"{seen}");
        }

        passkey.Count = 8;
        Assert.That(await SignInAsync(passkey), Is.TypeOf<PasskeySignInOutcome.Accepted>());
    }

    [Test]
    public async Task A_challenge_is_taken_once_by_whatever_answer()
    {
        var (anna, passkey) = await AddAsync();
        using var mine = passkey;
        // A session, which stays when it is raised; a pending sign-in would end with its first right answer.
        var browser = await VerifiedByAsync(anna, passkey);
        var prompt = await AskAsync(browser);
        var answer = passkey.Get(prompt.Options);
        Assert.That(await CheckAsync(browser, prompt.Ceremony, answer), Is.EqualTo(PasskeyCheck.Accepted));
        Assert.That(await CheckAsync(browser, prompt.Ceremony, answer), Is.EqualTo(PasskeyCheck.Refused), "once more");

        prompt = await AskAsync(browser);
        Assert.That(await CheckAsync(browser, prompt.Ceremony, answer), Is.EqualTo(PasskeyCheck.Refused), "the answer to another");
        Assert.That(await CheckAsync(browser, prompt.Ceremony, passkey.Get(prompt.Options)), Is.EqualTo(PasskeyCheck.Refused), "the right one after a wrong one");

        var ceremonies = Bench.Get<PasskeyCeremonies>();
        var handle = await ceremonies.KeepAsync(PasskeyCeremonies.Verify, "owner", anna.Id, "state");
        var taken = await SignInBench.AtOnceAsync(50, _ => ceremonies.TakeAsync(PasskeyCeremonies.Verify, "owner", handle));
        Assert.That(taken.Count(state => state is not null), Is.EqualTo(1), "of fifty at once");
    }

    [Test]
    public async Task Of_fifty_answers_to_one_challenge_after_the_password_one_verifies()
    {
        var (anna, passkey) = await AddAsync();
        using var mine = passkey;
        var browser = await Bench.PendingAsync(anna);
        var prompt = await AskAsync(browser);
        var answer = passkey.Get(prompt.Options);

        var results = await SignInBench.AtOnceAsync(50, _ => CheckAsync(browser.Copy(), prompt.Ceremony, answer));

        Assert.That(results.Count(result => result == PasskeyCheck.Accepted), Is.EqualTo(1));
        Assert.That((await Bench.AuditAsync()).Count(e => e == AuditEvents.Verified), Is.EqualTo(2), "the code before, and this");
    }

    [Test]
    public async Task Of_fifty_answers_to_one_challenge_of_the_sign_in_page_one_signs_in()
    {
        var (anna, passkey) = await AddAsync();
        using var mine = passkey;
        var prompt = await AskAnybodyAsync(Bench.NewBrowser());
        var answer = passkey.Get(prompt.Options);
        var before = await SessionsAsync(anna);

        var results = await SignInBench.AtOnceAsync(50, number => SignInAsync(Bench.NewBrowser($"192.0.2.{number}"), prompt.Ceremony, answer));

        Assert.That(results.Count(result => result is PasskeySignInOutcome.Accepted), Is.EqualTo(1));
        Assert.That(await SessionsAsync(anna) - before, Is.EqualTo(1));
    }

    [Test]
    public async Task Of_fifty_answers_that_add_a_passkey_one_adds_it()
    {
        var anna = await Bench.AddAsync(enrolled: true);
        var browser = await Bench.VerifiedAsync(anna);
        using var passkey = new SoftPasskey(Origin);
        var prompt = await BeginAsync(browser);
        var answer = passkey.Create(prompt.Options);

        var results = await SignInBench.AtOnceAsync(50, _ => ConfirmAsync(browser.Copy(), prompt.Ceremony, answer));

        Assert.That(results.Count(result => result.Check == PasskeyCheck.Accepted), Is.EqualTo(1));
        Assert.That(await Bench.QueryAsync(db => db.Passkeys.CountAsync()), Is.EqualTo(1));
    }

    [Test]
    public async Task A_passkey_is_of_one_person_and_needs_a_verification_of_now()
    {
        var (anna, passkey) = await AddAsync();
        using var mine = passkey;
        var ben = await Bench.AddAsync("ben", enrolled: true);
        var browser = await VerifiedByAsync(anna, passkey);
        Bench.Clock.Advance(TimeSpan.FromMinutes(4));
        var prompt = await BeginAsync(browser);
        using var second = new SoftPasskey(Origin);
        Bench.Clock.Advance(TimeSpan.FromMinutes(2));

        Assert.That((await ConfirmAsync(browser, prompt.Ceremony, second.Create(prompt.Options))).Refused, Is.TypeOf<SetupStart.NeedsVerification>());
        Assert.That((await AddPasskeyAsync(await Bench.VerifiedAsync(ben), passkey)).Check, Is.Not.EqualTo(PasskeyCheck.Accepted));
        Assert.That(await Bench.QueryAsync(db => db.Passkeys.CountAsync()), Is.EqualTo(1));
    }

    private Task<int> SessionsAsync(Someone who) => Bench.QueryAsync(db => db.Sessions.CountAsync(s => s.UserId == who.Id && s.RevokedAt == null));

    private static void MakeHonest(SoftPasskey passkey) =>
        (passkey.Origin, passkey.Host, passkey.IsUserVerified, passkey.IsCrossOrigin) = (Origin, null, true, false);
}
