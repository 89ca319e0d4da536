using IdP.Storage;
using IdP.Verification.SignIn;

namespace IdP.Tests.Verification.SignIn;

internal sealed class PasswordHasherTests
{
    private static readonly PasswordHasher Hasher = new(new RandomSource(), 1000);

    [Test]
    public void The_program_hashes_with_at_least_210_000_iterations() =>
        Assert.That(new PasswordHasher(new RandomSource()).Hash("x"), Does.StartWith("pbkdf2-sha512$210000$"));

    [Test]
    public void The_right_password_fits_and_another_does_not()
    {
        var hash = Hasher.Hash("pässwörd 😀");

        Assert.That(Hasher.Verify("pässwörd 😀", hash), Is.True);
        Assert.That(Hasher.Verify("passwort", hash), Is.False);
    }

    [Test]
    public void Two_hashes_of_one_password_differ() => Assert.That(new[] { Hasher.Hash("x"), Hasher.Hash("x") }, Is.Unique);

    [TestCase(null)]
    [TestCase("")]
    [TestCase("plain")]
    [TestCase("pbkdf2-sha512$x$AAAA$AAAA")]
    [TestCase("other$1000$AAAA$AAAA")]
    public void What_is_no_hash_fits_no_password(string? hash) => Assert.That(Hasher.Verify("", hash), Is.False);

    [TestCase("right")]
    [TestCase("wrong")]
    [TestCase("")]
    public void An_unknown_user_costs_as_much_as_a_known_one(string password)
    {
        var hasher = new PasswordHasher(new RandomSource(), 1000);
        var hash = Hasher.Hash("right");

        hasher.Verify(password, null);
        Assert.That(hasher.Spent, Is.EqualTo(1000));

        hasher.Verify(password, hash);
        Assert.That(hasher.Spent, Is.EqualTo(2000));
    }

    [TestCase(999, true)]
    [TestCase(1000, false)]
    [TestCase(2000, false)]
    public void A_hash_with_fewer_iterations_is_outdated(int iterations, bool outdated) =>
        Assert.That(Hasher.IsOutdated(new PasswordHasher(new RandomSource(), iterations).Hash("x")), Is.EqualTo(outdated));
}
