using System.Reflection;
using System.Text.RegularExpressions;
using IdP.Testing;
using IdP.Tests.Protocol.Strictness;
using NUnit.Framework.Interfaces;

namespace IdP.Tests.Protocol.Conformance;

/// <summary>Keeps <c>docs/conformance.md</c> true: what is ticked is shown by a test through the front door, which exists.</summary>
internal sealed partial class ConformanceTests
{
    private const string Ticked = "✓";

    // What a fixture starts that is called from outside; AdminFixture: operations of admins have no other door yet.
    private static readonly string[] Doors =
        ["Provider.StartAsync", "Provider.ListenAsync", "Fapi2Bench.StartAsync", "RouteBench.StartAsync", ": ServerFixture(", ": BrowserTest", ": AdminFixture("];

    private static readonly Dictionary<string, string> Sources = ReadSources();

    private static IReadOnlyList<Line> Page { get; } = ReadPage();

    [Test]
    public void Every_test_the_page_names_exists()
    {
        var rejections = Row.ReadAll().Select(r => r.ToString()).ToHashSet(StringComparer.Ordinal);
        var missing = Page.SelectMany(l => l.Tests).Distinct().Where(t => !(t switch
        {
            { Row: { } row, Class: nameof(RejectionTests) } => rejections.Contains(row),
            { Row: { } row } => Sources.TryGetValue(t.Class, out var text) && text.Contains($"\"{row}\"", StringComparison.Ordinal),
            _ => IsTest(t.Class, t.Method!),
        }));

        Assert.That(missing, Is.Empty);
    }

    [Test]
    public void What_is_ticked_names_a_test_and_what_is_not_says_why() => Assert.Multiple(() =>
    {
        Assert.That(Page.Where(l => l.Mark == Ticked && l.Tests.Count == 0), Is.Empty, "Ticked without a test");
        Assert.That(Page.Where(l => l.Mark is not (Ticked or "–" or "≠")), Is.Empty, "No mark");
        Assert.That(Page.Where(l => l.Mark == "–" && l.Tests.Count > 0), Is.Empty, "A test, and no tick");
        Assert.That(Page.Where(l => l.Asks.Length < 5 || l.Here.Length < 2), Is.Empty, "Nothing is said");
        Assert.That(Page.Where(l => l.Rest.Length > 0), Is.Empty, "More than tests");
    });

    [Test]
    public void Nothing_is_listed_twice() => Assert.That(Page.Select(l => $"{l.Section}: {l.What}: {l.Asks}"), Is.Unique);

    [Test]
    public void Every_named_test_goes_through_a_door() => Assert.That(
        Page.SelectMany(l => l.Tests).Select(t => t.Class).Distinct().Where(c => !Doors.Any(door => Sources.GetValueOrDefault(c, "").Contains(door, StringComparison.Ordinal))), Is.Empty);

    // Every plan whole: how many modules the suite's sources list.
    [TestCase("Basic OP", 39)]
    [TestCase("Config OP", 1)]
    [TestCase("RP-initiated logout", 11)]
    [TestCase("Back-channel logout", 2)]
    [TestCase("Third-party-initiated login", 2)]
    [TestCase("FAPI 2.0 Security Profile", 57)]
    public void Each_plan_is_there_whole(string plan, int modules) => Assert.That(Page.Count(l => l.Section == plan), Is.EqualTo(modules));

    private static bool IsTest(string className, string method) =>
        typeof(ConformanceTests).Assembly.GetTypes().Where(t => t.Name == className).SelectMany(t => t.GetMethods(BindingFlags.Public | BindingFlags.Instance))
            .Any(m => m.Name == method && m.GetCustomAttributes().Any(a => a is ITestBuilder or ISimpleTestBuilder))
        || (!IsHere(className) && Sources.TryGetValue(className, out var text) && text.Contains($"public async Task {method}(", StringComparison.Ordinal));

    private static bool IsHere(string className) => typeof(ConformanceTests).Assembly.GetTypes().Any(t => t.Name == className);

    private static Dictionary<string, string> ReadSources()
    {
        Dictionary<string, string> sources = [];
        foreach (var project in (string[])["IdP.Tests", "IdP.Browser.Tests"])
        {
            var folder = Path.Combine(Repository.Root, "tests", project);
            foreach (var file in Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories).Where(f => !f.Contains("/obj/", StringComparison.Ordinal)))
            {
                var text = File.ReadAllText(file);
                foreach (Match match in Class().Matches(text)) sources[match.Groups["name"].Value] = text;
            }
        }

        return sources;
    }

    private static List<Line> ReadPage()
    {
        List<Line> lines = [];
        var section = "";
        foreach (var line in File.ReadLines(Path.Combine(Repository.Root, "docs", "conformance.md")))
        {
            if (line.StartsWith("## ", StringComparison.Ordinal)) section = line[3..];
            if (line.Trim('|').Split(" | ") is not [var mark, var what, var asks, var here, var tests] || mark.Trim() is "" or "---") continue;
            var named = Test().Matches(tests).Select(m => new Named(m.Groups["class"].Value, Value(m, "method"), Value(m, "row"))).ToList();
            lines.Add(new Line(section, mark.Trim(), what, asks, here, named, Test().Replace(tests, "").Trim(',', ' ', '–')));
        }

        return lines;
        static string? Value(Match match, string name) => match.Groups[name] is { Success: true, Value: var value } ? value : null;
    }

    [GeneratedRegex("""`(?<class>\w+)(\.(?<method>\w+)| \(row "(?<row>[^"]+)"\))`(, )?""", RegexOptions.ExplicitCapture)]
    private static partial Regex Test();

    [GeneratedRegex(@"^(internal|public) (sealed |abstract |partial )*class (?<name>\w+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Class();

    private sealed record Named(string Class, string? Method, string? Row);

    private sealed record Line(string Section, string Mark, string What, string Asks, string Here, IReadOnlyList<Named> Tests, string Rest);
}
