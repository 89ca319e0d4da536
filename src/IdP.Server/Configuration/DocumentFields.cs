using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using IdP.Server.Admin;
using IdP.Server.Admin.Api;
using IdP.Server.Admin.Clients;
using IdP.Server.Admin.Groups;
using IdP.Server.Admin.Users;
using IdP.Storage.Clients;
using IdP.Storage.Users;

namespace IdP.Server.Configuration;

/// <summary>Stored things in the words of the document; what has no value is left out, and so is every secret.</summary>
internal static class DocumentFields
{
    private static readonly JsonSerializerOptions Json = new(ApiJson.Options) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    /// <summary>What a document may say of a client: whatever a change of one may.</summary>
    public static IReadOnlyList<string> OfClients { get; } = [.. typeof(ClientPatch).GetProperties().Select(p => JsonNamingPolicy.CamelCase.ConvertName(p.Name))];

    public static JsonObject Of(Client client, ResourcePolicyRow policy, DateTimeOffset now)
    {
        var shown = JsonSerializer.SerializeToNode(ShowClient.Of(client, policy, [], now), Json)!.AsObject();
        var fields = new JsonObject { ["clientId"] = client.ClientId };
        foreach (var name in OfClients)
        {
            if (shown[name] is { } value) fields[name] = value.DeepClone();
        }

        return fields;
    }

    /// <param name="verification">Null: nothing is said of it.</param>
    public static JsonObject Of(User user, string? verification)
    {
        var fields = new JsonObject { ["username"] = user.UserName };
        Add(fields, new UserPatch
        {
            DisplayName = user.DisplayName, Email = user.Email, EmailVerified = user.EmailVerified, Roles = Roles.Normalize(user.Roles), Groups = user.Groups,
            Claims = user.Claims, Locale = user.Locale, ZoneInfo = user.ZoneInfo,
        });
        if (verification is not null) fields["verification"] = verification;
        if (user.DisabledAt is not null) fields["disabled"] = true;
        return fields;
    }

    public static JsonObject Of(Group group)
    {
        var fields = new JsonObject { ["name"] = group.Name };
        Add(fields, new GroupPatch { Description = group.Description, Claims = group.Claims });
        return fields;
    }

    public static JsonObject Of(ApiResource api)
    {
        var fields = new JsonObject { ["audience"] = api.Audience };
        Add(fields, new { api.DisplayName, api.Scopes, api.RequiredAcr });
        return fields;
    }

    /// <summary>What a document says of something, as the others write what is stored.</summary>
    public static JsonObject Given(object patch)
    {
        var fields = new JsonObject();
        Add(fields, patch);
        return fields;
    }

    private static void Add(JsonObject fields, object of)
    {
        foreach (var (name, value) in JsonSerializer.SerializeToNode(of, of.GetType(), Json)!.AsObject()) fields[name] = value?.DeepClone();
    }
}
