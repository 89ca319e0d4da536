using IdP.Testing;
using QRCoder;

namespace IdP.Tests.Testing;

internal sealed class QrReaderTests
{
    private const string KeyUri = "otpauth://totp/IdP:anna%40example.org?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=IdP";

    [Test]
    public async Task A_drawn_code_is_read_back()
    {
        using var data = QRCodeGenerator.GenerateQrCode(KeyUri, QRCodeGenerator.ECCLevel.M);
        using var png = new PngByteQRCode(data);

        var text = await QrReader.ReadAsync(png.GetGraphic(6));

        Assert.That(text, Is.EqualTo(KeyUri));
    }
}
