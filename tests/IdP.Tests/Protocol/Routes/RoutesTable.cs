using IdP.Testing;

namespace IdP.Tests.Protocol.Routes;

/// <summary>One cell of docs/policy-routes.md.</summary>
internal sealed record Cell(string Route, string State, string Mode, string Expected);

/// <summary>Reads the tables of docs/policy-routes.md: under each heading a row for each state, a column for each mode.</summary>
internal static class RoutesTable
{
    private static readonly string[] Head = ["person", "notRequired", "whenEnrolled", "required", "always"];

    /// <summary>A cell with this sign has no meaning for its route.</summary>
    private const string None = "–";

    public static IReadOnlyList<Cell> Cells { get; } = [.. Read(File.ReadAllLines(Path.Combine(Repository.Root, "docs", "policy-routes.md")))];

    private static IEnumerable<Cell> Read(string[] lines)
    {
        var (route, inTable) = ("", false);
        foreach (var line in lines)
        {
            if (line.StartsWith("## ", StringComparison.Ordinal)) route = line[3..].Trim();
            string[] columns = line.StartsWith('|') ? [.. line.Trim('|', ' ').Split('|').Select(column => column.Trim())] : [];
            if (columns.SequenceEqual(Head))
            {
                inTable = true;
            }
            else if (columns.Length == 0)
            {
                inTable = false;
            }
            else if (inTable && !columns[0].StartsWith('-'))
            {
                if (columns.Length != Head.Length) throw new FormatException($"docs/policy-routes.md: {line}");
                for (var mode = 1; mode < Head.Length; mode++)
                {
                    if (columns[mode] != None) yield return new Cell(route, columns[0], Head[mode], columns[mode]);
                }
            }
        }
    }
}
