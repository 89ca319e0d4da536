using IdP.Storage.Changes;

namespace IdP.Server.Admin.Clients;

/// <summary>Every registration, by client id.</summary>
internal sealed class ListClients(Catalog catalog, TimeProvider clock)
{
    /// <param name="search">Part of an id or a name; null: all.</param>
    public async Task<IReadOnlyList<ShowClient.Registration>> HandleAsync(string? search)
    {
        var snapshot = await catalog.GetAsync();
        return [.. snapshot.Clients.Values
            .Where(c => string.IsNullOrEmpty(search)
                || c.ClientId.Contains(search, StringComparison.OrdinalIgnoreCase) || c.DisplayName.Contains(search, StringComparison.OrdinalIgnoreCase))
            .OrderBy(c => c.ClientId, StringComparer.Ordinal)
            .Select(c => ShowClient.Of(snapshot, c, clock.GetUtcNow()))];
    }
}
