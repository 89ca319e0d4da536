namespace IdP.Testing;

/// <summary>Reads a QR code as a phone would, by <c>zbarimg</c>.</summary>
public static class QrReader
{
    public static async Task<string> ReadAsync(byte[] png)
    {
        using var folder = new TempFolder();
        var file = folder.File("qr.png");
        await File.WriteAllBytesAsync(file, png);
        return await ReadAsync(file);
    }

    /// <exception cref="InvalidOperationException">The picture holds no QR code that can be read.</exception>
    public static async Task<string> ReadAsync(string file)
    {
        Requires.Zbar();
        var result = await Programs.RunAsync("zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", file);
        return result.Succeeded();
    }
}
