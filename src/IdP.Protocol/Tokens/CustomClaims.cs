using System.Collections.Frozen;
using System.Text.Json;
using IdP.Storage.Users;
using IdP.Verification.SignIn;

namespace IdP.Protocol.Tokens;

/// <summary>Claims that admins make up for a person and for groups: which names they may have, and what a person gets.</summary>
public static class CustomClaims
{
    // What the protocol says of a token is never taken from what is stored about a person.
    private static readonly FrozenSet<string> OfTheProtocol = FrozenSet.Create(
        StringComparer.Ordinal,
        "iss", "sub", "aud", "exp", "nbf", "iat", "jti", "nonce", "acr", "amr", "azp", "auth_time", "at_hash", "c_hash", "s_hash", "sid", "sub_jwk",
        "client_id", "scope", "cnf", "act", "may_act", "events", "active", "token_type", "username");

    private static readonly FrozenSet<string> Properties = FrozenSet.Create(
        StringComparer.Ordinal, "name", "preferred_username", "email", "email_verified", "locale", "zoneinfo", "updated_at", "groups");

    /// <summary>Whether the protocol gives this claim a meaning of its own, such as <c>sub</c> or <c>acr</c>.</summary>
    public static bool IsOfTheProtocol(string name) => OfTheProtocol.Contains(name);

    /// <summary>Whether the claim is made from a property of the person, such as <c>email</c>.</summary>
    public static bool IsProperty(string name) => Properties.Contains(name);

    /// <summary>Writes one claim: the person's own, or else what registered groups give; nothing when there is neither.</summary>
    /// <param name="own">The person's claims once they are parsed, kept for the next name.</param>
    internal static void Write(Utf8JsonWriter json, Person person, string name, FrozenDictionary<string, Group> groups, ref JsonElement? own)
    {
        if (IsOfTheProtocol(name)) return;
        if (person.Claims != "{}")
        {
            own ??= JsonElement.Parse(person.Claims);
            if (own.Value.TryGetProperty(name, out var value))
            {
                // A null of the person's own means none, whatever the groups say.
                if (value.ValueKind != JsonValueKind.Null) WriteValue(json, name, value);
                return;
            }
        }

        if (groups.Count > 0) WriteOfGroups(json, person.Groups, name, groups);
    }

    // The first group that has the claim decides; when it gives a list, the lists of the others are joined to it.
    private static void WriteOfGroups(Utf8JsonWriter json, IReadOnlyList<string> memberOf, string name, FrozenDictionary<string, Group> groups)
    {
        List<JsonElement>? joined = null;
        foreach (var group in memberOf)
        {
            if (!groups.TryGetValue(group, out var registered) || !registered.Claims.TryGetValue(name, out var value)) continue;
            if (value.ValueKind == JsonValueKind.Array)
            {
                joined ??= [];
                foreach (var item in value.EnumerateArray())
                {
                    if (!joined.Exists(known => JsonElement.DeepEquals(known, item))) joined.Add(item);
                }
            }
            else if (value.ValueKind != JsonValueKind.Null && joined is null)
            {
                WriteValue(json, name, value);
                return;
            }
        }

        if (joined is null) return;
        json.WriteStartArray(name);
        foreach (var item in joined) item.WriteTo(json);
        json.WriteEndArray();
    }

    private static void WriteValue(Utf8JsonWriter json, string name, JsonElement value)
    {
        json.WritePropertyName(name);
        value.WriteTo(json);
    }
}
