using IdP.Verification.SignIn;

namespace IdP.Tests.Verification.SignIn;

/// <summary>Which passwords nobody may choose.</summary>
internal sealed class PasswordRulesTests
{
    private static readonly string?[] Context = ["maya.okafor", "m.okafor@larkfield.example", "Larkfield & Sons"];

    [TestCase("", PasswordProblem.Empty)]
    [TestCase("7-chars", PasswordProblem.TooShort)]
    [TestCase("Password1!", PasswordProblem.Common)]
    [TestCase("P@ssw0rd2026", PasswordProblem.Common)]
    [TestCase("pass word 2026!", PasswordProblem.Common)]
    [TestCase("passwordpassword", PasswordProblem.Common)]
    [TestCase("ｐａｓｓｗｏｒｄ99", PasswordProblem.Common)]
    [TestCase("correct horse battery staple", PasswordProblem.Common)]
    [TestCase("12345678", PasswordProblem.Common)]
    [TestCase("987654321098765", PasswordProblem.Common)]
    [TestCase("qwertyuiopasdfg", PasswordProblem.Common)]
    [TestCase("aaaaaaaaaaaaaaaa", PasswordProblem.Common)]
    [TestCase("abc1abc1abc1abc1", PasswordProblem.Common)]
    [TestCase("Okafor-1990", PasswordProblem.Context)]
    [TestCase("maya.okafor.2026", PasswordProblem.Context)]
    [TestCase("LARKFIELD2026!", PasswordProblem.Context)]
    [TestCase("larkfieldsons", PasswordProblem.Context)]
    [TestCase("quiet-harbour-lantern-27", null)]
    [TestCase("seven ships sail", null)]
    [TestCase("larkfield-has-seven-ships", null)]
    [TestCase("ßüöä漢字かな", null)]
    [TestCase("half \ud800 a pair", null)]
    public void A_password_is_judged_by_its_length_and_by_what_others_would_guess(string password, PasswordProblem? expected) =>
        Assert.That(PasswordRules.Problem(password, PasswordRules.ShortestWithVerification, Context), Is.EqualTo(expected));

    [Test]
    public void Characters_are_counted_as_people_see_them_and_256_are_the_most()
    {
        Assert.That(PasswordRules.Problem("😀🎻🚲🪁🧭🔭🧵🥁", 8), Is.Null);
        Assert.That(PasswordRules.Problem("😀🎻🚲🪁🧭🔭🧵", 8), Is.EqualTo(PasswordProblem.TooShort));
        var long256 = string.Concat(Enumerable.Range(0, 256).Select(i => (char)('a' + (i * i * 7 % 26))));
        Assert.That(PasswordRules.Problem(long256, 15), Is.Null);
        Assert.That(PasswordRules.Problem(long256 + "x", 15), Is.EqualTo(PasswordProblem.TooLong));
    }
}
