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
            // The first stroke of a row says where it is, the others how far on: small numbers that come again are what packs well.
            for (var (x, end) = (0, -1); x < rows[y].Count; x++)
            {
                if (!rows[y][x]) continue;
                var from = x;
                while (x < rows[y].Count && rows[y][x]) x++;
                if (end < 0) path.Append(CultureInfo.InvariantCulture, $"M{from} {y}h{x - from}");
                else path.Append(CultureInfo.InvariantCulture, $"m{from - end} 0h{x - from}");
                end = x;
            }
        }

        return new HtmlContentBuilder()
            .AppendHtml(string.Create(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 -.5 {rows.Count} {rows.Count}\" role=\"img\" shape-rendering=\"crispEdges\" aria-label=\""))
            .AppendHtml(label)
            .AppendHtml($"\"><path fill=\"#fff\" d=\"M0-.5h{rows.Count}v{rows.Count}H0z\"/><path stroke=\"#000\" d=\"{path}\"/></svg>");
    }
}
