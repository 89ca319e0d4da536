using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Html;
using QRCoder;

namespace IdP.Server.Pages;

/// <summary>A QR code as one path of an inline SVG, made here: no picture of the secret has an address.</summary>
internal static class QrImage
{
    /// <param name="text">What a reader reads.</param>
    /// <param name="label">For those who cannot see it.</param>
    public static IHtmlContent Of(string text, Phrase label)
    {
        using var generator = new QRCodeGenerator();
        using var code = generator.CreateQrCode(text, QRCodeGenerator.ECCLevel.M);
        var rows = code.ModuleMatrix; // With its quiet zone of four modules.
        var path = new StringBuilder();
        for (var y = 0; y < rows.Count; y++)
        {
            for (var x = 0; x < rows[y].Count; x++)
            {
                if (!rows[y][x]) continue;
                var from = x;
                while (x < rows[y].Count && rows[y][x]) x++;
                path.Append(CultureInfo.InvariantCulture, $"M{from} {y}.5h{x - from}");
            }
        }

        return new HtmlContentBuilder()
            .AppendHtml(string.Create(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {rows.Count} {rows.Count}\" role=\"img\" shape-rendering=\"crispEdges\" aria-label=\""))
            .AppendHtml(label)
            .AppendHtml($"\"><path fill=\"#fff\" d=\"M0 0h{rows.Count}v{rows.Count}H0z\"/><path stroke=\"#000\" d=\"{path}\"/></svg>");
    }
}
