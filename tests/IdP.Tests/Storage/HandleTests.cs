using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using IdP.Storage;

namespace IdP.Tests.Storage;

internal sealed class HandleTests
{
    private static readonly RandomSource Random = new();

    [Test]
    public void A_handle_has_256_bits() => Assert.That(Handle.New(Random), Does.Match("^[A-Za-z0-9_-]{43}$"));

    [Test]
    public void No_handle_comes_twice() => Assert.That(Enumerable.Range(0, 1000).Select(_ => Handle.New(Random)), Is.Unique);

    [TestCase(0)]
    [TestCase(43)]
    [TestCase(512)]
    [TestCase(513)]
    [TestCase(100_000)]
    public void Its_hash_is_the_SHA_256_of_its_text(int length)
    {
        var text = string.Concat(Enumerable.Repeat("ä", length));

        Assert.That(Handle.HashOf(text), Is.EqualTo(Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(text)))));
    }

    [Test]
    public void An_id_has_128_bits() => Assert.That(Random.NewId(), Does.Match("^[A-Za-z0-9_-]{22}$"));

    [Test]
    public void A_reference_can_be_read_out() =>
        Assert.That(Enumerable.Range(0, 200).Select(_ => Random.NewReference("LK")), Has.All.Matches("^LK-[2-9A-HJKMNP-TV-Z]{4}-[2-9A-HJKMNP-TV-Z]{2}$"));

    [Test]
    public void Every_random_byte_comes_from_the_source()
    {
        var zeros = new Zeros();

        Assert.That((Handle.New(zeros), zeros.NewId(), zeros.NewReference("ER")), Is.EqualTo((new string('A', 43), new string('A', 22), "ER-2222-22")));
    }

    private sealed class Zeros : RandomSource
    {
        public override void Fill(Span<byte> bytes) => bytes.Clear();
    }
}
