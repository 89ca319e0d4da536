using System.IO.Compression;
using IdP.Testing;

namespace IdP.Tests.Server.Pages;

/// <summary>How much a page's files may weigh.</summary>
internal sealed class BudgetTests
{
    [TestCase("ui.css", 12_000, 3_891)]
    [TestCase("ui.js", 3_000, 1_229)]
    [TestCase("passkey.js", 3_000, 1_229)]
    public void A_file_of_the_pages_stays_small(string name, int bytes, int compressed)
    {
        var content = File.ReadAllBytes(Path.Combine(Repository.Root, "src", "IdP.Server", "wwwroot", name));
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true)) gzip.Write(content);

        Assert.That(content, Has.Length.LessThanOrEqualTo(bytes));
        Assert.That(packed.Length, Is.LessThanOrEqualTo(compressed));
    }
}
