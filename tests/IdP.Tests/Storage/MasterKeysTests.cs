using System.Security.Cryptography;
using IdP.Storage;
using IdP.Storage.Keys;

namespace IdP.Tests.Storage;

internal sealed class MasterKeysTests
{
    private static readonly RandomSource Random = new();
    private static readonly byte[] Old = [.. Enumerable.Repeat((byte)1, 32)];
    private static readonly byte[] New = [.. Enumerable.Repeat((byte)2, 32)];
    private static readonly MasterKeys Keys = new(Old);

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(20)]
    [TestCase(100_000)]
    public void What_was_protected_is_opened_again(int length)
    {
        var plain = RandomNumberGenerator.GetBytes(length);

        Assert.That(Keys.Unprotect(Keys.Protect(plain, "p", Random), "p"), Is.EqualTo(plain));
    }

    [Test]
    public void One_value_is_never_protected_alike_twice() =>
        Assert.That(new[] { Keys.Protect("x"u8, "p", Random), Keys.Protect("x"u8, "p", Random) }, Is.Unique);

    [Test]
    public void Another_purpose_does_not_open_it() =>
        Assert.That(() => Keys.Unprotect(Keys.Protect("x"u8, "totp secret:anna", Random), "totp secret:bert"), Throws.InstanceOf<CryptographicException>());

    [Test]
    public void After_a_rotation_the_old_key_still_opens_and_the_new_one_protects()
    {
        var before = Keys.Protect("x"u8, "p", Random);
        var rotated = new MasterKeys(New, Old);

        Assert.That(rotated.Unprotect(before, "p"), Is.EqualTo("x"u8.ToArray()));
        Assert.That(() => Keys.Unprotect(rotated.Protect("x"u8, "p", Random), "p"), Throws.InstanceOf<CryptographicException>());
        Assert.That(new MasterKeys(New).Unprotect(rotated.Protect("x"u8, "p", Random), "p"), Is.EqualTo("x"u8.ToArray()));
    }

    [Test]
    public void After_a_rotation_a_keyed_hash_is_found_under_the_old_key() =>
        Assert.That(new MasterKeys(New, Old).KeyedHashes("p", "v"), Is.EqualTo(new[] { new MasterKeys(New).KeyedHash("p", "v"), Keys.KeyedHash("p", "v") }));

    [Test]
    public void Every_changed_character_is_noticed()
    {
        var value = Keys.Protect("secret"u8, "p", Random);
        for (var at = 0; at < value.Length; at++)
        {
            // The last character of base64url carries bits that mean nothing; they are refused as not valid.
            var changed = value[..at] + (value[at] == 'A' ? 'B' : 'A') + value[(at + 1)..];
            Assert.That(() => Keys.Unprotect(changed, "p"), Throws.InstanceOf<CryptographicException>(), changed);
        }
    }

    [TestCase("")]
    [TestCase("v1")]
    [TestCase("v1..")]
    [TestCase("v2.x.AAAA")]
    [TestCase("v1.x.AAAA")]
    public void What_was_never_protected_is_refused(string value) =>
        Assert.That(() => Keys.Unprotect(value, "p"), Throws.InstanceOf<CryptographicException>());

    [TestCase("")]
    [TestCase("!!!!")]
    [TestCase("AAAA")]
    public void A_value_with_the_right_key_and_nonsense_is_refused(string data)
    {
        var id = Keys.Protect("x"u8, "p", Random).Split('.')[1];

        Assert.That(() => Keys.Unprotect($"v1.{id}.{data}", "p"), Throws.InstanceOf<CryptographicException>());
    }

    [Test]
    public void A_key_of_another_length_is_refused()
    {
        Assert.That(() => new MasterKeys(new byte[31]), Throws.ArgumentException);
        Assert.That(() => new MasterKeys(), Throws.ArgumentException);
    }

    [Test]
    public void Printed_it_tells_nothing() => Assert.That(Keys.ToString(), Is.EqualTo("MasterKeys(redacted)"));

    [Test]
    public void Keyed_hashes_differ_by_purpose_and_value() =>
        Assert.That(new[] { Keys.KeyedHash("p", "v"), Keys.KeyedHash("q", "v"), Keys.KeyedHash("p", "w"), Keys.KeyedHash("pv", "") }, Is.Unique);
}
