using IdP.Testing;

namespace IdP.Tests.Testing;

internal sealed class TotpTests
{
    // RFC 6238 appendix B, SHA-1: the secret is "12345678901234567890".
    private const string Secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

    [TestCase(59, "94287082")]
    [TestCase(1111111109, "07081804")]
    [TestCase(1111111111, "14050471")]
    [TestCase(1234567890, "89005924")]
    [TestCase(2000000000, "69279037")]
    [TestCase(20000000000, "65353130")]
    public async Task Oathtool_agrees_with_the_vectors_of_RFC_6238(long seconds, string expected)
    {
        var code = await Totp.CodeAsync(Secret, DateTimeOffset.FromUnixTimeSeconds(seconds), digits: 8);

        Assert.That(code, Is.EqualTo(expected));
    }

    [Test]
    public async Task The_next_codes_come_in_order()
    {
        var at = DateTimeOffset.FromUnixTimeSeconds(59);

        var codes = await Totp.CodesAsync(Secret, at, 3);

        Assert.That(codes, Is.EqualTo(new[]
        {
            await Totp.CodeAsync(Secret, at), await Totp.CodeAsync(Secret, at.AddSeconds(30)),
            await Totp.CodeAsync(Secret, at.AddSeconds(60)),
        }));
    }
}
