namespace IdP.Server.Admin.Api;

/// <summary>Part of a list.</summary>
/// <param name="Next">To be sent as <c>after</c> for the part that follows; null: this is the last one.</param>
internal sealed record ApiPage<T>(IReadOnlyList<T> Items, string? Next);

internal static class ApiPage
{
    /// <summary>Cuts a part out of a list that is in memory, in the order of its keys.</summary>
    public static ApiPage<T> Of<T>(IEnumerable<T> all, (int Limit, string? After) page, Func<T, string> key)
    {
        var rest = all.Where(item => page.After is null || string.CompareOrdinal(key(item), page.After) > 0).Take(page.Limit + 1).ToList();
        return rest.Count > page.Limit ? new(rest[..page.Limit], key(rest[page.Limit - 1])) : new(rest, null);
    }
}
