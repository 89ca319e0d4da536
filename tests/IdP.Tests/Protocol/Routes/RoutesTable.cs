using IdP.Testing;

namespace IdP.Tests.Protocol.Routes;

/// <summary>One cell of docs/policy-routes.md; <paramref name="Column"/> is a mode or a page.</summary>
internal sealed record Cell(string Route, string State, string Column, string Expected);

/// <summary>Reads the tables of docs/policy-routes.md: under each heading a row for each state, a column for each mode or page.</summary>
internal static class RoutesTable
{
    // The first table of the page says what the names of the rows mean.
    private static readonly string[] Legend = ["person", "means"];

    /// <summary>A cell with this sign has no meaning for its route.</summary>
    private const string None = "–";

    public static string Text { get; } = File.ReadAllText(Path.Combine(Repository.Root, "docs", "policy-routes.md"));

    public static IReadOnlyList<Cell> Cells { get; } = [.. Read(Text.Split('\n'))];

    private static IEnumerable<Cell> Read(string[] lines)
    {
        var route = "";
        string[] head = [];
        foreach (var line in lines)
        {
            if (line.StartsWith("## ", StringComparison.Ordinal)) route = line[3..].Trim();
            string[] columns = line.StartsWith('|') ? [.. line.Trim('|', ' ').Split('|').Select(column => column.Trim())] : [];
            if (columns.Length == 0 || columns[0] == Legend[0])
            {
                head = columns.SequenceEqual(Legend) ? [] : columns;
            }
            else if (head.Length > 0 && !columns[0].StartsWith('-'))
            {
                if (columns.Length != head.Length) throw new FormatException($"docs/policy-routes.md: {line}");
                for (var column = 1; column < head.Length; column++)
                {
                    if (columns[column] != None) yield return new Cell(route, columns[0], head[column], columns[column]);
                }
            }
        }
    }
}
