using System.Diagnostics;
using IdP.Storage;
using IdP.Verification.SignIn;

namespace IdP.Tests.Verification.SignIn;

[NonParallelizable]
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

    [Test]
    public void An_unknown_user_costs_as_much_as_a_known_one()
    {
        var hasher = new PasswordHasher(new RandomSource(), 50_000);
        var hash = hasher.Hash("right");
        hasher.Verify("wrong", hash);

        var known = Best(() => hasher.Verify("wrong", hash));
        var unknown = Best(() => hasher.Verify("wrong", null));

        Assert.That(unknown / known, Is.InRange(0.5, 2.0));
    }

    [TestCase(999, true)]
    [TestCase(1000, false)]
    [TestCase(2000, false)]
    public void A_hash_with_fewer_iterations_is_outdated(int iterations, bool outdated) =>
        Assert.That(Hasher.IsOutdated(new PasswordHasher(new RandomSource(), iterations).Hash("x")), Is.EqualTo(outdated));

    // The best of several: what the machine does beside only ever adds.
    private static double Best(Action work) => Enumerable.Range(0, 7).Min(_ =>
    {
        var start = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    });
}
