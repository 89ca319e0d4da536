using System.Text;
using FsCheck;
using FsCheck.Fluent;
using IdP.Verification.Methods.Totp;

namespace IdP.Tests.Verification.Methods.Totp;

internal sealed class Base32Tests
{
    // RFC 4648 §10.
    [TestCase("", "")]
    [TestCase("f", "MY======")]
    [TestCase("fo", "MZXQ====")]
    [TestCase("foo", "MZXW6===")]
    [TestCase("foob", "MZXW6YQ=")]
    [TestCase("fooba", "MZXW6YTB")]
    [TestCase("foobar", "MZXW6YTBOI======")]
    public void It_follows_the_vectors_of_RFC_4648(string text, string padded)
    {
        Assert.That(Base32.Encode(Encoding.ASCII.GetBytes(text)), Is.EqualTo(padded.TrimEnd('=')));
        Assert.That(Base32.Decode(padded), Is.EqualTo(Encoding.ASCII.GetBytes(text)));
    }

    [Test]
    public void What_was_written_is_read_back() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes => Base32.Decode(Base32.Encode(bytes))!.SequenceEqual(bytes))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(500).WithQuietOnSuccess(true));

    [TestCase("mzxw 6ytb")]
    [TestCase("MZXW-6YTB")]
    [TestCase("mzxw6ytb======")]
    public void Case_spaces_dashes_and_padding_do_not_matter(string text) =>
        Assert.That(Base32.Decode(text), Is.EqualTo("fooba"u8.ToArray()));

    [TestCase("MZXW6YT0")]
    [TestCase("MZXW6YT1")]
    [TestCase("MZXW6YTß")]
    [TestCase("MZXW6YTı", Description = "A dotless i is upper-cased to I by some cultures.")]
    public void Another_character_is_refused(string text) => Assert.That(Base32.Decode(text), Is.Null);
}
