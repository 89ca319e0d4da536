using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace IdP.Server.Admin.Api;

/// <summary>What the OpenAPI document says of routes and fields: tables of the documentation and a list of other fields, carried in the program.</summary>
internal sealed partial class ApiWords
{
    private readonly Dictionary<string, string> fields;
    private readonly Dictionary<string, string> settings;
    private readonly Dictionary<string, string> clients;
    private readonly Dictionary<string, string> routes;
    private readonly Dictionary<string, string> examples;

    public ApiWords()
    {
        fields = Lines("Api/Fields.txt").Where(line => line.Contains(": ", StringComparison.Ordinal))
            .Select(line => line.Split(": ", 2)).Where(pair => !pair[0].Contains(' ')).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
        examples = Lines("Api/Examples.txt").Where(line => line.Contains(" /", StringComparison.Ordinal) && line.EndsWith('}'))
            .Select(line => line.Split(": ", 2)).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
        settings = Table("## Settings");
        clients = Table("### Clients");
        routes = Lines("Api/surface.md").Where(line => line.Contains($"`{ApiRoutes.Root}", StringComparison.Ordinal))
            .Select(line => line.Replace("`", "", StringComparison.Ordinal).Trim('|', ' ').Split('|', StringSplitOptions.TrimEntries))
            .SelectMany(cells => cells[0].Split(' ').Select(method => (Key: $"{method} {cells[1]}", Text: cells[3])))
            .ToDictionary(row => row.Key, row => row.Text, StringComparer.Ordinal);
    }

    /// <summary>What a field means; null: nobody wrote it down.</summary>
    public string? Field(string type, string name) => fields.GetValueOrDefault($"{type}.{name}")
        ?? (type.Contains("Settings", StringComparison.Ordinal) ? settings : type.Contains("Client", StringComparison.Ordinal) ? clients : fields).GetValueOrDefault(name)
        ?? fields.GetValueOrDefault(name);

    /// <summary>What a route does; null: nobody wrote it down.</summary>
    public string? Route(string method, string path) => routes.TryGetValue($"{method} {ApiRoutes.Root}{path}", out var text) ? char.ToUpperInvariant(text[0]) + text[1..] + "." : null;

    /// <summary>A body that a route takes; null: nobody wrote one down.</summary>
    public JsonNode? Example(string method, string path) => examples.TryGetValue($"{method} {path}", out var json) ? JsonNode.Parse(json) : null;

    // Rows of docs/configuration.md: the field, perhaps what it may be, and last what it means.
    private static Dictionary<string, string> Table(string heading) => Lines("Api/configuration.md").SkipWhile(line => line != heading).Skip(1)
        .TakeWhile(line => !line.StartsWith('#')).Where(line => line.StartsWith("| `", StringComparison.Ordinal))
        .Select(line => Link().Replace(line.Replace("`", "", StringComparison.Ordinal), "${text}").Trim('|', ' ').Split('|', StringSplitOptions.TrimEntries))
        .ToDictionary(cells => cells[0], cells => char.ToUpperInvariant(cells[^1][0]) + cells[^1][1..] + (cells.Length > 3 ? $"; {cells[2]}." : "."), StringComparer.Ordinal);

    [GeneratedRegex(@"\[(?<text>[^\]]*)\]\([^)]*\)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Link();

    private static IEnumerable<string> Lines(string resource)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)!;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line) yield return line;
    }
}
