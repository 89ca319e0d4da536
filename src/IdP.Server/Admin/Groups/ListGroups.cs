using IdP.Storage.Changes;

namespace IdP.Server.Admin.Groups;

/// <summary>Every registered group, by name.</summary>
internal sealed class ListGroups(Catalog catalog)
{
    /// <param name="search">Part of a name; null: all.</param>
    public async Task<IReadOnlyList<ShowGroup.Registration>> HandleAsync(string? search) =>
    [
        .. (await catalog.GetAsync()).Groups.Values
            .Where(g => string.IsNullOrEmpty(search) || g.Name.Contains(search, StringComparison.OrdinalIgnoreCase))
            .OrderBy(g => g.Name, StringComparer.Ordinal)
            .Select(ShowGroup.Of),
    ];
}
