using IdP.Storage.Changes;

namespace IdP.Server.Admin.Keys;

/// <summary>The keys that sign tokens, without anything secret.</summary>
internal sealed class ListKeys(Catalog catalog)
{
    /// <param name="ActiveFrom">From when it signs.</param>
    /// <param name="RetiredAt">Until when it signs; null: no end is set.</param>
    /// <param name="RemovedAt">Until when it is published, so that what it signed is still accepted; null: no end is set.</param>
    public sealed record Key(string Kid, string Algorithm, DateTimeOffset CreatedAt, DateTimeOffset ActiveFrom, DateTimeOffset? RetiredAt, DateTimeOffset? RemovedAt);

    public async Task<IReadOnlyList<Key>> HandleAsync() => [.. (await catalog.GetAsync()).SigningKeys.Select(Of)];

    public static Key Of(Storage.Keys.SigningKey key) => new(key.Kid, key.Algorithm, key.CreatedAt, key.ActiveFrom, key.RetiredAt, key.RemovedAt);
}
