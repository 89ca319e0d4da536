using System.Globalization;
using System.Text.Json;

namespace IdP.Server.Admin.Users;

/// <summary>Collects the conditions of a query with their values; whatever somebody typed travels as a value.</summary>
internal sealed class PeopleQuery
{
    private readonly List<string> conditions = ["1 = 1"];
    private readonly List<object?> arguments;

    /// <param name="now">The first value, which the states compare with.</param>
    public PeopleQuery(DateTimeOffset now) => arguments = [now];

    public string Where => string.Join(" AND ", conditions);

    public object?[] Arguments => [.. arguments];

    public void Add(string condition) => conditions.Add(condition);

    /// <summary>A value; what is returned stands for it.</summary>
    public string Value(object value)
    {
        arguments.Add(value);
        return string.Create(CultureInfo.InvariantCulture, $"@p{arguments.Count - 1}");
    }

    /// <summary>As many values as there are, in brackets; the number of them is rounded up, so that few texts of queries come of it.</summary>
    public string Values(IReadOnlyCollection<string> values)
    {
        var count = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(1, values.Count));
        return $"({string.Join(", ", values.Concat(Enumerable.Repeat("", count - values.Count)).Select(Value))})";
    }

    /// <summary>The JSON list of a column has this text. Not by LIKE, which forgets about case on SQLite.</summary>
    public void AddElement(string column, string text) =>
        Add($"replace({column}, {Value(JsonSerializer.Serialize(text, JsonSerializerOptions.Web))}, '') <> {column}");

    /// <summary>The pattern of whatever has this text in it.</summary>
    public static string Part(string text) =>
        $"%{text.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("%", @"\%", StringComparison.Ordinal).Replace("_", @"\_", StringComparison.Ordinal)}%";
}
