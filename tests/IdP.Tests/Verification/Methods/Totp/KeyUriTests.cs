using System.Text.Json;
using IdP.Testing;
using IdP.Verification.Methods.Totp;

namespace IdP.Tests.Verification.Methods.Totp;

internal sealed class KeyUriTests
{
    private static readonly byte[] Secret = "12345678901234567890"u8.ToArray();

    [Test]
    public void It_is_written_as_the_apps_read_it() =>
        Assert.That(TotpSecrets.KeyUri(Secret, "Example Org", "anna@example.org"), Is.EqualTo(
            "otpauth://totp/Example%20Org:anna%40example.org?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Example%20Org&algorithm=SHA1&digits=6&period=30"));

    [TestCase("Example Org", "anna@example.org", "Example Org:anna@example.org", "Example Org")]
    [TestCase("A&B=C?#%", "o'neil+test/x", "A&B=C?#%:o'neil+test/x", "A&B=C?#%")]
    [TestCase("Käse: GmbH", "jörg:1", "Käse  GmbH:jörg 1", "Käse  GmbH")]
    [TestCase("会社", "😀", "会社:😀", "会社")]
    public async Task Another_parser_finds_issuer_account_and_secret(string issuer, string account, string label, string issuerRead)
    {
        var result = await NodeScript.RunAsync("key-uri.mjs", TotpSecrets.KeyUri(Secret, issuer, account));

        var read = JsonSerializer.Deserialize<Dictionary<string, string>>(result.Succeeded());
        Assert.That(read, Is.EqualTo(new Dictionary<string, string>
        {
            ["protocol"] = "otpauth:", ["type"] = "totp", ["label"] = label, ["secret"] = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
            ["issuer"] = issuerRead, ["algorithm"] = "SHA1", ["digits"] = "6", ["period"] = "30",
        }));
    }
}
