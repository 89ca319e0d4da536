using IdP.Storage.Database;

namespace IdP.Server.Admin.Clients;

/// <summary>When people last signed in through applications, as far as it is known.</summary>
internal sealed class ClientUses(IdPDatabase database)
{
    private const string Query = "SELECT created_at FROM authorizations WHERE client_id = @p0 ORDER BY created_at DESC LIMIT 1";

    /// <returns>Without those that nobody used.</returns>
    public ValueTask<Dictionary<string, DateTimeOffset?>> LastAsync(IReadOnlyList<string> clientIds) => database.ReadAsync(async s =>
    {
        var last = new Dictionary<string, DateTimeOffset?>(StringComparer.Ordinal);
        foreach (var id in clientIds)
        {
            if (await s.FirstAsync(Query, row => (DateTimeOffset?)row.Time(0), id) is { } at) last[id] = at;
        }

        return last;
    });
}
