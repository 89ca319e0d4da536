using IdP.Storage;
using IdP.Storage.Users;
using IdP.Testing;
using IdP.Verification.Decisions;
using IdP.Verification.SignIn;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace IdP.Tests.Verification.SignIn;

[TestFixtureSource(typeof(TestDatabase), nameof(TestDatabase.All))]
internal sealed class SessionsTests(TestDatabaseKind kind) : BenchTest(kind)
{
    private static readonly RequestOrigin Nowhere = new(null, null);

    [Test]
    public async Task Only_a_hash_of_the_cookie_is_stored()
    {
        var browser = await SessionAsync(await Bench.AddAsync());

        var hash = await Bench.QueryAsync(db => db.Sessions.Select(s => s.HandleHash).SingleAsync());

        Assert.That(hash, Is.EqualTo(Handle.HashOf(browser.SessionCookie!)).And.Not.EqualTo(browser.SessionCookie));
    }

    [Test]
    public async Task A_raise_changes_the_cookie_and_the_old_one_is_dead()
    {
        var anna = await Bench.AddAsync(enrolled: true);
        var browser = await SessionAsync(anna);
        var before = browser.Copy();
        var id = (await browser.SessionAsync())!.Session.Id;

        await browser.CheckAsync(anna.CodeAt(Bench.Now));

        Assert.That(browser.SessionCookie, Is.Not.EqualTo(before.SessionCookie));
        Assert.That((await browser.SessionAsync())?.Session.Id, Is.EqualTo(id));
        Assert.That(await before.SessionAsync(), Is.Null);
    }

    [Test]
    public async Task Signing_in_again_changes_the_cookie_of_the_same_session()
    {
        var anna = await Bench.AddAsync();
        var browser = await SessionAsync(anna);
        var before = browser.Copy();
        var id = (await browser.SessionAsync())!.Session.Id;

        await browser.SignInAsync(anna.Name, anna.Password);
        await browser.ContinueAsync(SignInBench.Unguarded);

        Assert.That((await browser.SessionAsync())?.Session.Id, Is.EqualTo(id));
        Assert.That(await before.SessionAsync(), Is.Null);
    }

    [Test]
    public async Task Another_person_in_the_same_browser_ends_the_first_session()
    {
        var browser = await SessionAsync(await Bench.AddAsync());
        var annas = browser.Copy();
        var bert = await Bench.AddAsync("bert");

        await browser.SignInAsync(bert.Name, bert.Password);
        await browser.ContinueAsync(SignInBench.Unguarded);

        Assert.That((await browser.SessionAsync())?.Person.Id, Is.EqualTo(bert.Id));
        Assert.That(await annas.SessionAsync(), Is.Null);
    }

    [Test]
    public async Task A_pending_sign_in_is_used_once()
    {
        var browser = await Bench.PendingAsync(await Bench.AddAsync());

        var decisions = await SignInBench.AtOnceAsync(20, _ => browser.Copy().ContinueAsync(SignInBench.Unguarded));

        Assert.That(decisions.Count(decision => decision is Decision.Proceed), Is.EqualTo(1));
        Assert.That(await Bench.QueryAsync(db => db.Sessions.CountAsync()), Is.EqualTo(1));
    }

    [Test]
    public async Task A_session_ends_after_twelve_hours()
    {
        var browser = await SessionAsync(await Bench.AddAsync());
        Bench.Clock.Advance(TimeSpan.FromHours(12) - TimeSpan.FromSeconds(1));
        Assert.That(await browser.SessionAsync(), Is.Not.Null);

        Bench.Clock.Advance(TimeSpan.FromSeconds(1));

        Assert.That(await browser.SessionAsync(), Is.Null);
    }

    [Test]
    public async Task An_ended_session_is_dead()
    {
        var browser = await SessionAsync(await Bench.AddAsync());
        var session = (await browser.SessionAsync())!;

        Assert.That(await Bench.Get<Sessions>().EndAsync(session, session.Session.Id, Nowhere), Is.True);

        Assert.That(await browser.SessionAsync(), Is.Null);
        Assert.That(await Bench.Get<Sessions>().EndAsync(session, session.Session.Id, Nowhere), Is.False);
    }

    [Test]
    public async Task Nobody_ends_a_session_of_somebody_else()
    {
        var annas = await SessionAsync(await Bench.AddAsync());
        var berts = await SessionAsync(await Bench.AddAsync("bert"));

        var ended = await Bench.Get<Sessions>().EndAsync((await berts.SessionAsync())!, (await annas.SessionAsync())!.Session.Id, Nowhere);

        Assert.That(ended, Is.False);
        Assert.That(await annas.SessionAsync(), Is.Not.Null);
    }

    [Test]
    public async Task Ending_the_others_leaves_this_one()
    {
        var anna = await Bench.AddAsync();
        var (here, there) = (await SessionAsync(anna), await SessionAsync(anna));

        Assert.That(await Bench.Get<Sessions>().EndOthersAsync((await here.SessionAsync())!, Nowhere), Is.EqualTo(1));

        Assert.That(await here.SessionAsync(), Is.Not.Null);
        Assert.That(await there.SessionAsync(), Is.Null);
        Assert.That(await Bench.Get<Sessions>().ListAsync(anna.Id), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Invariant_3_after_a_reset_a_verified_session_is_not_verified_any_more()
    {
        var anna = await Bench.AddAsync(enrolled: true);
        var browser = await Bench.VerifiedAsync(anna);

        await Bench.ResetAsync(anna);

        var state = (await browser.SessionAsync())!.State;
        Assert.That((state.VerifiedAt, string.Join(' ', state.Amr)), Is.EqualTo(((DateTimeOffset?)null, "pwd")));
    }

    [Test]
    public async Task A_skip_after_a_reset_does_not_bring_back_what_was_verified_before()
    {
        var anna = await Bench.AddAsync(enrolled: true);
        var browser = await Bench.VerifiedAsync(anna);
        await Bench.ResetAsync(anna, period: TimeSpan.FromDays(3));

        Assert.That(await browser.SkipAsync(SignInBench.Required), Is.Null);

        var session = (await browser.SessionAsync())!;
        Assert.That((session.State.VerifiedAt, session.Session.Amr), Is.EqualTo(((DateTimeOffset?)null, "pwd")));
        Assert.That(await browser.ContinueAsync(SignInBench.Always), Is.InstanceOf<Decision.Enroll>());
    }

    [Test]
    public async Task A_skip_keeps_what_was_verified_when_nothing_was_reset()
    {
        var anna = await Bench.AddAsync(enrolled: true);
        var browser = await Bench.VerifiedAsync(anna);
        var verifiedAt = (await browser.SessionAsync())!.State.VerifiedAt;
        await browser.SignInAsync(anna.Name, anna.Password);

        await browser.ContinueAsync(SignInBench.Unguarded);

        Assert.That((await browser.SessionAsync())!.State.VerifiedAt, Is.EqualTo(verifiedAt));
    }

    [Test]
    public async Task A_change_of_the_password_ends_other_sessions_and_begun_sign_ins()
    {
        var anna = await Bench.AddAsync();
        var (here, there, begun) = (await SessionAsync(anna), await SessionAsync(anna), await Bench.PendingAsync(anna));

        Assert.That(await ChangeAsync(here, anna.Password, "another horse battery"), Is.EqualTo(PasswordChange.Changed));

        Assert.That(await here.SessionAsync(), Is.Not.Null);
        Assert.That(await there.SessionAsync(), Is.Null);
        Assert.That(await begun.PendingAsync(), Is.Null);
        Assert.That(await Bench.NewBrowser().SignInAsync(anna.Name, anna.Password), Is.InstanceOf<PasswordOutcome.Wrong>());
        Assert.That(await Bench.NewBrowser().SignInAsync(anna.Name, "another horse battery"), Is.InstanceOf<PasswordOutcome.Right>());
    }

    [TestCase("wrong", "another horse battery", PasswordChange.WrongCurrent)]
    [TestCase(SignInBench.Password, SignInBench.Password, PasswordChange.Same)]
    [TestCase(SignInBench.Password, "14 characters.", PasswordChange.TooShort)]
    [TestCase("", "another horse battery", PasswordChange.WrongCurrent)]
    public async Task A_change_of_the_password_is_refused(string present, string wanted, PasswordChange expected)
    {
        var browser = await SessionAsync(await Bench.AddAsync());

        Assert.That(await ChangeAsync(browser, present, wanted), Is.EqualTo(expected));
    }

    [Test]
    public async Task With_a_second_proof_eight_characters_are_enough()
    {
        var browser = await Bench.VerifiedAsync(await Bench.AddAsync(enrolled: true));

        Assert.That(await ChangeAsync(browser, SignInBench.Password, "8 chars."), Is.EqualTo(PasswordChange.Changed));
    }

    [Test]
    public async Task Reading_a_session_notes_when_it_was_seen()
    {
        var browser = await SessionAsync(await Bench.AddAsync());
        Bench.Clock.Advance(TimeSpan.FromMinutes(6));

        await browser.SessionAsync();

        Assert.That(await Bench.QueryAsync(db => db.Sessions.Select(s => s.LastSeenAt).SingleAsync()), Is.EqualTo(Bench.Now));
    }

    private static Task<PasswordChange> ChangeAsync(Browser browser, string present, string wanted) =>
        browser.WhoAsync((s, who) => s.GetRequiredService<Passwords>().ChangeAsync(who, present, wanted, Nowhere, CancellationToken.None));

    private async Task<Browser> SessionAsync(Someone who)
    {
        var browser = await Bench.PendingAsync(who);
        Assert.That(await browser.ContinueAsync(SignInBench.Unguarded), Is.InstanceOf<Decision.Proceed>());
        return browser;
    }
}
