using System.Globalization;
using IdP.Storage.Enrollments;
using IdP.Testing;
using IdP.Verification.Enrollments;
using IdP.Verification.Methods;
using IdP.Verification.Methods.Totp;

namespace IdP.Tests.Verification.Enrollments;

/// <summary>A phone whose clock is wrong is told so at the set-up, and nowhere else.</summary>
[TestFixtureSource(typeof(TestDatabase), nameof(TestDatabase.All))]
internal sealed class PhoneClockTests(TestDatabaseKind kind) : BenchTest(kind)
{
    [TestCase(-300, 5)]
    [TestCase(420, 7)]
    [TestCase(60, 1)]
    [TestCase(-600, 10)]
    [TestCase(660, null)]
    public async Task At_the_set_up_a_code_of_another_minute_is_refused_counted_and_explained(int seconds, int? minutes)
    {
        var who = await Bench.AddAsync();
        var browser = await Bench.PendingAsync(who);
        var secret = ((SetupStart.Ready)await browser.BeginAsync()).Secret;

        var confirmation = await browser.ConfirmAsync(CodeOf(secret, seconds));

        Assert.That(confirmation.Check, Is.InstanceOf<CodeCheck.Wrong>());
        Assert.That(confirmation.MinutesOff, Is.EqualTo(minutes));
        Assert.That((await Bench.CountAsync(AttemptKind.Verification, who.Id))!.Failures, Is.EqualTo(1));
        Assert.That((await browser.ConfirmAsync(CodeOf(secret, 0))).MinutesOff, Is.Null);
    }

    [Test]
    public async Task In_the_challenge_it_is_as_wrong_as_any_other()
    {
        var who = await Bench.AddAsync(enrolled: true);
        var browser = await Bench.PendingAsync(who);

        Assert.That(await browser.CheckAsync(who.CodeAt(Bench.Now.AddMinutes(5))), Is.EqualTo(new CodeCheck.Wrong(4, 1)));
        Assert.That(await browser.CheckAsync(who.WrongCodesAt(Bench.Now).First()), Is.EqualTo(new CodeCheck.Wrong(3, 2)));
    }

    private string CodeOf(byte[] secret, int secondsAway) =>
        TotpVerifier.CodeAt(secret, TotpVerifier.StepOf(Bench.Now.AddSeconds(secondsAway))).ToString("D6", CultureInfo.InvariantCulture);
}
