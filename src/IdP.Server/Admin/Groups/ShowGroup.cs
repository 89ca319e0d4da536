using System.Text.Json;
using IdP.Storage.Changes;

namespace IdP.Server.Admin.Groups;

/// <summary>A registered group as admins see it, in the words of the declarative file.</summary>
internal sealed class ShowGroup(Catalog catalog)
{
    public sealed record Registration(
        string Name, string? Description, IReadOnlyDictionary<string, JsonElement> Claims, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

    /// <returns>Null when no such group is registered.</returns>
    public async Task<Registration?> HandleAsync(string name) =>
        (await catalog.GetAsync()).Groups.TryGetValue(name, out var group) ? Of(group) : null;

    public static Registration Of(Storage.Users.Group group) => new(group.Name, group.Description, group.Claims, group.CreatedAt, group.UpdatedAt);
}
