using IdP.Storage;
using IdP.Storage.Audit;
using IdP.Storage.Enrollments;
using IdP.Testing;
using IdP.Verification.Decisions;
using IdP.Verification.Methods;
using IdP.Verification.Methods.Passkeys;
using IdP.Verification.SignIn;
using Microsoft.EntityFrameworkCore;

namespace IdP.Tests.Verification.Methods.Passkeys;

/// <summary>What stands against a sign-in by passkey, and what does not.</summary>
[TestFixtureSource(typeof(TestDatabase), nameof(TestDatabase.All))]
internal sealed class PasskeySignInTests(TestDatabaseKind kind) : PasskeyBench(kind)
{
    [Test]
    public async Task Somebody_who_has_only_the_user_name_keeps_no_passkey_out()
    {
        var (anna, passkey) = await AddAsync();
        using var mine = passkey;
        var thief = Bench.NewBrowser("198.51.100.7");
        for (var i = 0; i < 12; i++) await thief.SignInAsync(anna.Name, "wrong");
        Assert.That(await Bench.NewBrowser().SignInAsync(anna.Name, anna.Password), Is.InstanceOf<PasswordOutcome.Wrong>(), "The password is locked.");

        var browser = Bench.NewBrowser();
        Assert.That(await SignInAsync(passkey, browser), Is.TypeOf<PasskeySignInOutcome.Accepted>());

        Assert.That((await browser.SessionAsync())!.Session.Amr, Is.EqualTo("hwk user mfa"));
        Assert.That(await Bench.NewBrowser().SignInAsync(anna.Name, anna.Password), Is.InstanceOf<PasswordOutcome.Wrong>(), "The password stays locked.");
    }

    [Test]
    public async Task The_lock_of_verification_holds_for_passkeys_too()
    {
        var (anna, passkey) = await AddAsync();
        using var mine = passkey;
        var waiting = await Bench.PendingAsync(anna);
        var prompt = await AskAsync(waiting);
        var guesser = await Bench.PendingAsync(anna);
        foreach (var code in anna.WrongCodesAt(Bench.Now).Take(5)) await guesser.CheckAsync(code);

        Assert.That(await CheckAsync(waiting, prompt.Ceremony, passkey.Get(prompt.Options)), Is.EqualTo(PasskeyCheck.Gone));
        Assert.That(await SignInAsync(passkey), Is.TypeOf<PasskeySignInOutcome.Stopped>().And.Property("Decision").TypeOf<Decision.Locked>());
    }

    [Test]
    public async Task Neither_a_disabled_nor_a_frozen_account_is_opened_and_no_new_password_is_passed_by()
    {
        var (anna, passkey) = await AddAsync();
        using var mine = passkey;
        foreach (var (column, what) in new[] { ("disabled_at", "turned off"), ("must_change_password", "a new password is due") })
        {
            object value = column == "disabled_at" ? Bench.Now : true;
            await SetAsync(column, value);
            Assert.That(await SignInAsync(passkey), Is.TypeOf<PasskeySignInOutcome.Refused>(), what);
            await SetAsync(column, column == "disabled_at" ? null : false);
        }

        var (handle, link) = Bench.Get<NotMe>().New(anna.Id);
        await Bench.Database.SaveAsync(db =>
        {
            db.OneTimeLinks.Add(link);
            return Task.CompletedTask;
        });
        Assert.That(await Bench.Get<NotMe>().FreezeAsync(handle, new RequestOrigin("192.0.2.9", null)), Is.Not.Null);
        Assert.That(await SignInAsync(passkey), Is.TypeOf<PasskeySignInOutcome.Refused>(), "frozen");
        Assert.That((await Bench.AuditAsync()).Count(e => e == AuditEvents.PasskeySignInFailed), Is.EqualTo(3));

        Task SetAsync(string column, object? value) => Bench.Database.WriteAsync(s => s.ExecuteAsync($"UPDATE users SET {column} = @p0", value));
    }

    [Test]
    public async Task What_a_passkey_alone_proved_is_nothing_after_a_reset()
    {
        var (anna, passkey) = await AddAsync();
        using var mine = passkey;
        var (thief, person) = (Bench.NewBrowser(), await VerifiedByAsync(anna, passkey));
        await SignInAsync(passkey, thief);

        await Bench.ResetAsync(anna);

        Assert.That(await thief.SessionAsync(), Is.Null);
        Assert.That((await person.SessionAsync())!.State.Amr, Is.EqualTo(new[] { "pwd" }), "The password was proven there.");
    }

    [Test]
    public async Task A_synced_passkey_says_that_its_key_may_be_in_software()
    {
        var anna = await Bench.AddAsync(enrolled: true);
        using var passkey = new SoftPasskey(Origin) { IsSynced = true };
        await AddPasskeyAsync(await Bench.VerifiedAsync(anna), passkey);
        var browser = Bench.NewBrowser();

        await SignInAsync(passkey, browser);

        Assert.That((await browser.SessionAsync())!.Session.Amr, Is.EqualTo("swk user mfa"));
    }
}
