using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using IdP.Testing;

namespace IdP.Tests.Server.Pages;

/// <summary>The resources of the pages as files, and how to find one language on a page of another.</summary>
internal static partial class PageTexts
{
    // What is shown as one text; a part of it may be strong.
    private const string Blocks = "title, h1, h2, p, li, dt, dd, th, td, caption, label, legend, summary, button, a, strong, b, span";

    private static readonly ConcurrentDictionary<string, Regex> Leftovers = new(StringComparer.Ordinal);

    public static string Folder { get; } = Path.Combine(Repository.Root, "src", "IdP.Server", "Pages");

    /// <param name="language">Empty for English.</param>
    public static IReadOnlyDictionary<string, string> Of(string language) =>
        Directory.EnumerateFiles(Folder, language.Length == 0 ? "Words.resx" : $"Words.{language}.resx", SearchOption.AllDirectories)
            .SelectMany(file => XDocument.Load(file).Root!.Elements("data"))
            .ToDictionary(data => data.Attribute("name")!.Value, data => data.Element("value")!.Value);

    /// <summary>The values that a text needs, in order; <c>{Support}</c> is <c>{support}</c> at the beginning of a sentence.</summary>
    public static IEnumerable<string> Placeholders(string text) =>
        Placeholder().Matches(text).Select(match => match.Value.ToLowerInvariant()).Distinct().Order(StringComparer.Ordinal);

    /// <summary>Texts of a page that are in English although the other language has its own.</summary>
    public static IEnumerable<string> EnglishOn(Exchange page, string language)
    {
        var shown = page.Page.QuerySelectorAll(Blocks).Select(block => block.TextContent)
            .Concat(page.Page.QuerySelectorAll("[aria-label]").Select(element => element.GetAttribute("aria-label")!))
            .Select(text => Space().Replace(text, " ").Trim()).Where(text => text.Length > 0).Distinct();
        var english = Leftovers.GetOrAdd(language, Leftover);
        return shown.Where(text => english.IsMatch(text));
    }

    private static Regex Leftover(string language)
    {
        var (english, other) = (Of(""), Of(language));
        var own = other.Values.ToHashSet(StringComparer.Ordinal);
        var texts = english.Where(text => !own.Contains(text.Value) && !text.Key.StartsWith("Format.", StringComparison.Ordinal))
            .Select(text => Placeholder().Replace(Regex.Escape(text.Value.Replace("**", "", StringComparison.Ordinal)).Replace(@"\{", "{", StringComparison.Ordinal), ".+"));
        return new Regex($"^(?:{string.Join('|', texts)})$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, Eventually.Patience);
    }

    [GeneratedRegex(@"\{\w+\}")]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
