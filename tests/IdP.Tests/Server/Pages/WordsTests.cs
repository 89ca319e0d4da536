using System.Text.RegularExpressions;
using IdP.Server.Pages;
using IdP.Testing;

namespace IdP.Tests.Server.Pages;

/// <summary>Every text is there in every language, and is used.</summary>
internal sealed partial class WordsTests
{
    private static readonly IReadOnlyDictionary<string, string> English = PageTexts.Of("");

    // Ends of keys that the code adds to a key it was given.
    private static readonly string[] Added = [".One", ".DaysLeft", ".HoursLeft", ".DaysLeft.One", ".HoursLeft.One", ".Title", ".Text"];

    private static IEnumerable<string> Others => Languages.Known.Select(language => language.Name).Where(name => name != "en");

    [TestCaseSource(nameof(Others))]
    public void Another_language_has_the_same_texts_with_the_same_values(string language)
    {
        var other = PageTexts.Of(language);

        Assert.Multiple(() =>
        {
            Assert.That(other.Keys, Is.EquivalentTo(English.Keys));
            foreach (var (key, text) in other)
            {
                if (!English.TryGetValue(key, out var english)) continue;
                Assert.That(PageTexts.Placeholders(text), Is.EqualTo(PageTexts.Placeholders(english)), key);
                Assert.That(text.Split("**"), Has.Length.EqualTo(english.Split("**").Length), key + " is strong elsewhere");
            }
        });
    }

    [TestCaseSource(nameof(Others))]
    public void Another_language_keeps_to_the_tone(string language) => Assert.That(PageTexts.Of(language).Where(text => text.Value.Contains('!')), Is.Empty);

    [Test]
    public void English_keeps_to_the_tone() => Assert.That(English.Where(text => text.Value.Contains('!')), Is.Empty);

    [Test]
    public void Every_text_is_used()
    {
        var sources = Sources();

        Assert.That(English.Keys.Where(key => !IsUsed(key, sources)), Is.Empty);
    }

    [Test]
    public void Every_text_that_a_page_names_is_there()
    {
        var named = Named().Matches(Sources()).Select(match => match.Groups[1].Value).Distinct();

        Assert.That(named.Where(key => !English.ContainsKey(key) && !English.ContainsKey(key + ".DaysLeft")), Is.Empty);
    }

    [Test]
    public void Every_text_that_counts_is_there_for_one()
    {
        var counted = Counted().Matches(Sources()).SelectMany(match => match.Groups.Values.Skip(1)).Where(group => group.Success && !group.Value.EndsWith('.')).Select(group => group.Value).Distinct().ToList();

        Assert.That(counted, Has.Count.GreaterThan(15));
        Assert.That(counted.Where(key => !English.ContainsKey(key + ".One")), Is.Empty);
    }

    [Test]
    public void Every_text_with_a_number_before_a_plural_is_there_for_one()
    {
        // Constants, and a text for two.
        string[] neverOne = ["Enroll.LeadMany", "AddApp.Full", "NewCodes.Lead"];

        Assert.That(English.Where(text => Plural().IsMatch(text.Value) && !text.Key.EndsWith(".One", StringComparison.Ordinal) && !English.ContainsKey(text.Key + ".One")).Select(text => text.Key), Is.EquivalentTo(neverOne));
    }

    // A key is written out, or it is put together: "Beginning." and a name, or "Beginning" and one of the known ends.
    private static bool IsUsed(string key, string sources)
    {
        if (sources.Contains($"\"{key}\"", StringComparison.Ordinal)) return true;
        if (Added.Any(end => key.EndsWith(end, StringComparison.Ordinal) && sources.Contains($"\"{key[..^end.Length]}\"", StringComparison.Ordinal))) return true;
        return Enumerable.Range(1, key.Length - 1).Where(at => key[at - 1] == '.')
            .Any(at => sources.Contains($"\"{key[..at]}\"", StringComparison.Ordinal) || sources.Contains($"\"{key[..at]}{{", StringComparison.Ordinal));
    }

    private static string Sources() => string.Join('\n', new[] { "*.cs", "*.cshtml" }.SelectMany(files =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, "src", "IdP.Server"), files, SearchOption.AllDirectories))
        .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal)).Select(File.ReadAllText));

    [GeneratedRegex(@"\{(?:n|value|minutes|days|hours|people|rows|links|required|would)\} (?:\w+ )?(?:people|rows|links|tokens|rules|apps|attempts|codes|clients|accounts|problems|days|hours|minutes|have|are|were|get|keep)\b")]
    private static partial Regex Plural();

    [GeneratedRegex(@"\.Count\((?:[\w.]+ \? )?""([\w.]+)""(?: : ""([\w.]+)"")?")]
    private static partial Regex Counted();

    [GeneratedRegex("""\b(?:T|words|Words)(?:\.Count\(|\.Remaining\(|\[)"([A-Z][\w.]*\w)"[\],)]""")]
    private static partial Regex Named();
}
