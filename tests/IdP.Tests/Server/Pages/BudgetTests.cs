using System.IO.Compression;
using System.Text.RegularExpressions;
using IdP.Testing;

namespace IdP.Tests.Server.Pages;

/// <summary>How much a page's files may weigh.</summary>
internal sealed partial class BudgetTests
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

    [Test]
    public void The_stylesheet_knows_no_left_and_no_right() =>
        Assert.That(OneSide().Matches(File.ReadAllText(Path.Combine(Repository.Root, "src", "IdP.Server", "wwwroot", "ui.css"))).Select(rule => rule.Value), Is.Empty);

    // What turns with the reading direction is said by start and end; above and below are the same in every one we have.
    [GeneratedRegex(@"(margin|padding|border)-(left|right)\b[^;}]*|[;{\s](left|right|float)\s*:[^;}]*|text-align\s*:\s*(left|right)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex OneSide();
}
