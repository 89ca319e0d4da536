using System.Reflection;

namespace IdP.Server.Admin.Api;

/// <summary>What the OpenAPI document says of routes and fields: the table of <c>docs/surface.md</c> and a list of fields, both carried in the program.</summary>
internal sealed class ApiWords
{
    private readonly Dictionary<string, string> fields;
    private readonly Dictionary<string, string> routes;

    public ApiWords()
    {
        fields = Lines("Api/Fields.txt").Where(line => line.Contains(": ", StringComparison.Ordinal))
            .Select(line => line.Split(": ", 2)).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
        routes = Lines("Api/surface.md").Where(line => line.Contains($"`{ApiRoutes.Root}", StringComparison.Ordinal))
            .Select(line => line.Replace("`", "", StringComparison.Ordinal).Trim('|', ' ').Split('|', StringSplitOptions.TrimEntries))
            .SelectMany(cells => cells[0].Split(' ').Select(method => (Key: $"{method} {cells[1]}", Text: cells[3])))
            .ToDictionary(row => row.Key, row => row.Text, StringComparer.Ordinal);
    }

    /// <summary>What a field means; null: nobody wrote it down.</summary>
    public string? Field(string type, string name) => fields.GetValueOrDefault($"{type}.{name}") ?? fields.GetValueOrDefault(name);

    /// <summary>What a route does; null: nobody wrote it down.</summary>
    public string? Route(string method, string path) => routes.TryGetValue($"{method} {ApiRoutes.Root}{path}", out var text) ? char.ToUpperInvariant(text[0]) + text[1..] + "." : null;

    private static IEnumerable<string> Lines(string resource)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)!;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line) yield return line;
    }
}
