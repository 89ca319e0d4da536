using IdP.Storage.Audit;
using IdP.Storage.Enrollments;
using IdP.Storage.Users;
using IdP.Testing;
using IdP.Verification.Decisions;
using IdP.Verification.Enrollments;
using IdP.Verification.Methods.Passkeys;
using IdP.Verification.SignIn;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace IdP.Tests.Verification.Methods.Passkeys;

/// <summary>How passkeys go, and what goes with the last authenticator.</summary>
[TestFixtureSource(typeof(TestDatabase), nameof(TestDatabase.All))]
internal sealed class PasskeyRemovalTests(TestDatabaseKind kind) : PasskeyBench(kind)
{
    [Test]
    public async Task One_beside_an_app_goes_after_a_verification_of_now_and_is_told_by_name()
    {
        var (anna, passkey) = await AddAsync();
        using var mine = passkey;
        var browser = await VerifiedByAsync(anna, passkey);
        Bench.Clock.Advance(TimeSpan.FromMinutes(6));
        Assert.That(await RemoveAsync(browser), Is.EqualTo(Removal.NeedsVerification));
        browser = await Bench.VerifiedAsync(anna);

        Assert.That(await RemoveAsync(browser, "somebody else's"), Is.EqualTo(Removal.NotFound));
        Assert.That(await RemoveAsync(browser), Is.EqualTo(Removal.Removed));

        Assert.That(await SignInAsync(passkey), Is.TypeOf<PasskeySignInOutcome.Refused>());
        Assert.That((await Bench.PersonAsync(anna)).State.Enrollment, Is.InstanceOf<EnrollmentState.Active>(), "The app stays.");
        var removed = await Bench.QueryAsync(db => db.AuditEvents.SingleAsync(e => e.Event == AuditEvents.PasskeyRemoved));
        var added = await Bench.QueryAsync(db => db.AuditEvents.SingleAsync(e => e.Event == AuditEvents.PasskeyAdded));
        Assert.That((added.Reason, removed.Reason, removed.UserId), Is.EqualTo(("Laptop", "Laptop", anna.Id)), "The mails name it.");
    }

    [TestCase("of their own wish", Removal.Removed)]
    [TestCase("required", Removal.LastOne)]
    [TestCase("an admin", Removal.LastOne)]
    public async Task The_last_one_goes_only_where_nobody_requires_it(string who, Removal expected)
    {
        var (anna, browser, passkey) = await AddFirstAsync(who);
        using var mine = passkey;

        Assert.That(await RemoveAsync(browser), Is.EqualTo(expected));

        var codes = await Bench.QueryAsync(db => db.RecoveryCodes.CountAsync());
        Assert.That(codes, expected == Removal.Removed ? Is.Zero : Is.EqualTo(10));
        Assert.That((await Bench.PersonAsync(anna)).State.Enrollment, expected == Removal.Removed ? Is.InstanceOf<EnrollmentState.NotRequired>() : Is.InstanceOf<EnrollmentState.Active>());
        // What was verified with it counts no more: else whoever has the password alone could begin anew in that browser.
        Assert.That((await browser.SessionAsync())?.State.VerifiedAt, expected == Removal.Removed ? Is.Null : Is.EqualTo(Bench.Now));
    }

    [Test]
    public async Task Of_two_removals_at_once_of_the_last_two_one_is_refused()
    {
        var (anna, browser, first) = await AddFirstAsync("required");
        using var second = new SoftPasskey(Origin);
        using var mine = first;
        Assert.That((await AddPasskeyAsync(browser, second)).Check, Is.EqualTo(PasskeyCheck.Accepted));
        var ids = await Bench.QueryAsync(db => db.Passkeys.Select(p => p.Id).ToListAsync());

        var results = await SignInBench.AtOnceAsync(2, number => RemoveAsync(browser.Copy(), ids[number]));

        Assert.That(results, Is.EquivalentTo(new[] { Removal.Removed, Removal.LastOne }));
    }

    [Test]
    public async Task Another_name_is_given_to_ones_own_only()
    {
        var (anna, passkey) = await AddAsync();
        using var mine = passkey;
        var ben = await Bench.AddAsync("ben", enrolled: true);
        var id = await IdAsync();

        Assert.That(await RenameAsync(await Bench.VerifiedAsync(ben), id, "Mine"), Is.False);
        Assert.That(await RenameAsync(await VerifiedByAsync(anna, passkey), id, "Key ring"), Is.True);

        Assert.That((await Bench.Get<PasskeyStore>().ListAsync(anna.Id)).Single().Name, Is.EqualTo("Key ring"));
    }

    [Test]
    public async Task Somebody_with_a_passkey_alone_moves_no_phone_and_adds_an_app()
    {
        var (anna, browser, passkey) = await AddFirstAsync("required");
        using var mine = passkey;
        var shown = (SetupStart.Ready)await browser.BeginAsync();
        var app = anna with { Secret = shown.Secret };

        var confirmation = await browser.ConfirmAsync(app.CodeAt(Bench.Now));

        Assert.That(confirmation.RecoveryCodes, Is.Empty, "The present ones stay.");
        Assert.That(((EnrollmentState.Active)(await Bench.PersonAsync(anna)).State.Enrollment!).Methods, Is.EquivalentTo(new[] { "otp", "passkey" }));
        Assert.That((await browser.SessionAsync())!.State.PasskeyAt, Is.EqualTo(Bench.Now), "The passkey is not forgotten over it.");
    }

    private async Task<(Someone Who, Browser Browser, SoftPasskey Passkey)> AddFirstAsync(string who)
    {
        Action<User>? owner = who == "an admin" ? user => user.Roles = ["owner"] : null;
        var anna = who == "required" ? await Bench.AddInPeriodAsync(TimeSpan.FromDays(7)) : await Bench.AddAsync(user: owner);
        var (browser, passkey) = (await Bench.PendingAsync(anna), new SoftPasskey(Origin));
        var setup = await AddPasskeyAsync(browser, passkey);
        Assert.That((setup.Check, setup.RecoveryCodes.Count), Is.EqualTo(((PasskeyCheck?)PasskeyCheck.Accepted, 10)));
        return (anna, browser, passkey);
    }

    private Task<string> IdAsync() => Bench.QueryAsync(db => db.Passkeys.Select(p => p.Id).FirstAsync());

    private async Task<Removal> RemoveAsync(Browser browser, string? id = null)
    {
        id ??= await IdAsync();
        return (await browser.WhoAsync<Removal?>(async (s, who) => await s.GetRequiredService<Authenticators>().RemoveAsync(
            who.Session!, AuthenticatorKind.Passkey, id, new RequestOrigin("192.0.2.1", null))))!.Value;
    }

    private static async Task<bool> RenameAsync(Browser browser, string id, string name) => (await browser.WhoAsync<bool?>(async (s, who) =>
        await s.GetRequiredService<Authenticators>().RenameAsync(who.Session!, AuthenticatorKind.Passkey, id, name)))!.Value;
}
