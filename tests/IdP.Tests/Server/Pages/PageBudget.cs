using System.IO.Compression;
using System.Text;
using IdP.Testing;

namespace IdP.Tests.Server.Pages;

/// <summary>How much a page may weigh, and what no page may have in it.</summary>
internal static class PageBudget
{
    // Where every method is offered, with the box to be remembered, it is 85.
    private const int Elements = 90;

    public static void Holds(Exchange page)
    {
        if (page.Uri.AbsolutePath.StartsWith("/admin", StringComparison.Ordinal)) return;
        var (document, html) = (page.Page, Encoding.UTF8.GetBytes(page.Body));
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true)) gzip.Write(html);
        // A QR code is drawn by one path that nothing makes smaller.
        var (most, mostPacked) = document.QuerySelector(".qr") is null ? (4 * 1024, 2560) : (10 * 1024, 4 * 1024);

        Assert.Multiple(() =>
        {
            Assert.That(html, Has.Length.LessThanOrEqualTo(most), $"bytes of {page.Uri}");
            Assert.That(packed.Length, Is.LessThanOrEqualTo(mostPacked), $"compressed bytes of {page.Uri}");
            Assert.That(document.QuerySelectorAll("body *").Length, Is.LessThanOrEqualTo(Elements), $"elements of {page.Uri}");
            // The policy of the pages would stop them; they are not even there.
            Assert.That(document.QuerySelectorAll("style, [style], script:not([src]), [onclick], [onload], [onsubmit], iframe, [src^='data:'], [href^='data:'], [src^='http'], link[href^='http']"), Is.Empty, $"{page.Uri}");
        });
    }
}
