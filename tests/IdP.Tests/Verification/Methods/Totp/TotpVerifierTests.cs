using System.Globalization;
using System.Text;
using IdP.Testing;
using IdP.Verification.Methods.Totp;
using Oath = IdP.Testing.Totp;

namespace IdP.Tests.Verification.Methods.Totp;

internal sealed class TotpVerifierTests
{
    // The secret of RFC 4226 appendix D and, for SHA-1, of RFC 6238 appendix B.
    private static readonly byte[] Secret = Encoding.ASCII.GetBytes("12345678901234567890");
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [TestCase(59, "94287082")]
    [TestCase(1111111109, "07081804")]
    [TestCase(1111111111, "14050471")]
    [TestCase(1234567890, "89005924")]
    [TestCase(2000000000, "69279037")]
    [TestCase(20000000000, "65353130")]
    public void It_makes_the_codes_of_RFC_6238_appendix_B(long seconds, string eightDigits)
    {
        var step = TotpVerifier.StepOf(DateTimeOffset.FromUnixTimeSeconds(seconds));

        // Eight digits are the same number modulo 10^8: its last six are ours.
        Assert.That(Text(TotpVerifier.CodeAt(Secret, step)), Is.EqualTo(eightDigits[2..]));
    }

    [Test]
    public void It_makes_the_codes_of_RFC_4226_appendix_D()
    {
        string[] expected = ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"];

        Assert.That(Enumerable.Range(0, 10).Select(count => Text(TotpVerifier.CodeAt(Secret, count))), Is.EqualTo(expected));
    }

    [Test]
    public async Task Oathtool_agrees_for_random_secrets_and_times()
    {
        var seed = Environment.TickCount;
        TestContext.Out.WriteLine($"Seed {seed}");
        var random = new Random(seed);
        for (var i = 0; i < 25; i++)
        {
            var secret = new byte[TotpSecrets.Size];
            random.NextBytes(secret);
            var at = DateTimeOffset.FromUnixTimeSeconds(random.NextInt64(0, 4_102_444_800));
            var code = await Oath.CodeAsync(Base32.Encode(secret), at);

            Assert.That(TotpVerifier.FindStep(secret, code, at), Is.EqualTo(at.ToUnixTimeSeconds() / 30), $"{Base32.Encode(secret)} at {at:u}");
        }
    }

    [TestCase(-2, false)]
    [TestCase(-1, true)]
    [TestCase(0, true)]
    [TestCase(1, true)]
    [TestCase(2, false)]
    public void One_step_before_and_one_after_are_accepted_and_no_more(int away, bool accepted)
    {
        var step = TotpVerifier.StepOf(Now) + away;

        Assert.That(TotpVerifier.FindStep(Secret, Text(TotpVerifier.CodeAt(Secret, step)), Now), Is.EqualTo(accepted ? step : null));
    }

    [TestCase(-1, false)]
    [TestCase(0, true)]
    [TestCase(1, false)]
    public void Without_drift_only_the_present_step_is_accepted(int away, bool accepted)
    {
        var step = TotpVerifier.StepOf(Now) + away;

        Assert.That(TotpVerifier.FindStep(Secret, Text(TotpVerifier.CodeAt(Secret, step)), Now, drift: 0), Is.EqualTo(accepted ? step : null));
    }

    [TestCase(0, 0)]
    [TestCase(29_999, 0)]
    [TestCase(30_000, 1)]
    [TestCase(59_999, 1)]
    [TestCase(60_000, 2)]
    [TestCase(-1, -1)]
    [TestCase(-30_000, -1)]
    [TestCase(-30_001, -2)]
    public void A_step_begins_at_each_half_minute(long milliseconds, long step) =>
        Assert.That(TotpVerifier.StepOf(DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)), Is.EqualTo(step));

    [Test]
    public void Before_1970_a_step_is_as_long_as_after()
    {
        var at = DateTimeOffset.FromUnixTimeSeconds(-45);
        var code = Text(TotpVerifier.CodeAt(Secret, -2));

        Assert.That(TotpVerifier.FindStep(Secret, code, at), Is.EqualTo(-2));
    }

    [TestCase("")]
    [TestCase("75522")]
    [TestCase("7552240")]
    [TestCase("75522x")]
    [TestCase("-55224")]
    [TestCase("+55224")]
    [TestCase("755 24")]
    [TestCase("75522\0")]
    [TestCase("٧٥٥٢٢٤", Description = "Arabic-Indic digits")]
    [TestCase("７５５２２４", Description = "Fullwidth digits")]
    [TestCase("75522４")]
    public void What_is_not_six_ASCII_digits_is_wrong(string code) =>
        Assert.That(TotpVerifier.FindStep(Secret, code, DateTimeOffset.UnixEpoch), Is.Null);

    [Test]
    public void A_code_keeps_its_leading_zeros()
    {
        var step = Enumerable.Range(0, 10_000).First(count => TotpVerifier.CodeAt(Secret, count) < 100_000);
        var code = Text(TotpVerifier.CodeAt(Secret, step));

        Assert.That(TotpVerifier.FindStep(Secret, code, At(step)), Is.EqualTo(step));
        Assert.That(TotpVerifier.FindStep(Secret, code.TrimStart('0'), At(step)), Is.Null);
    }

    [Test]
    public void Of_two_steps_with_one_code_the_newer_is_taken()
    {
        // The first step of this secret whose code comes again in the next one.
        const long step = 910737;
        Assume.That(TotpVerifier.CodeAt(Secret, step), Is.EqualTo(TotpVerifier.CodeAt(Secret, step + 1)));

        Assert.That(TotpVerifier.FindStep(Secret, Text(TotpVerifier.CodeAt(Secret, step)), At(step)), Is.EqualTo(step + 1));
    }

    [TestCase(0, 1)]
    [TestCase(1, 1)]
    [TestCase(-3, 1)]
    [TestCase(4, 2)]
    [TestCase(-20, 10)]
    [TestCase(20, 10)]
    [TestCase(-21, null)]
    [TestCase(21, null)]
    public void It_says_by_how_many_minutes_a_clock_is_off(int steps, int? minutes) =>
        Assert.That(TotpVerifier.FindMinutesOff(Secret, Text(TotpVerifier.CodeAt(Secret, TotpVerifier.StepOf(Now) + steps)), Now), Is.EqualTo(minutes));

    [TestCase(6, 2, Description = "behind: three minutes and two and a half")]
    [TestCase(-5, 2, Description = "ahead: two and a half and three minutes")]
    public void Of_two_clocks_with_one_code_the_nearer_is_told(int away, int minutes)
    {
        const long step = 910737;
        Assume.That(TotpVerifier.CodeAt(Secret, step), Is.EqualTo(TotpVerifier.CodeAt(Secret, step + 1)));

        Assert.That(TotpVerifier.FindMinutesOff(Secret, Text(TotpVerifier.CodeAt(Secret, step)), At(step + away)), Is.EqualTo(minutes));
    }

    [Test]
    public void What_is_no_code_is_of_no_clock() => Assert.That(TotpVerifier.FindMinutesOff(Secret, "75522x", Now), Is.Null);

    [TestCase("123 456")]
    [TestCase(" 123456 ")]
    [TestCase("123-456")]
    [TestCase("123\u00a0456")]
    [TestCase("123\u2011456")]
    public void Spaces_and_dashes_are_taken_out(string typed) => Assert.That(TotpMethod.NormalizeCode(typed), Is.EqualTo("123456"));

    [TestCase(null)]
    [TestCase("")]
    [TestCase("12345")]
    [TestCase("1234567")]
    [TestCase("12345a")]
    [TestCase("１２３４５６")]
    public void What_cannot_be_a_code_is_none(string? typed) => Assert.That(TotpMethod.NormalizeCode(typed), Is.Null);

    [Test]
    public void A_flood_of_spaces_is_no_code() => Assert.That(TotpMethod.NormalizeCode(new string(' ', 60) + "123456"), Is.Null);

    private static string Text(int code) => code.ToString("D6", CultureInfo.InvariantCulture);

    private static DateTimeOffset At(long step) => DateTimeOffset.FromUnixTimeSeconds(step * 30);
}
