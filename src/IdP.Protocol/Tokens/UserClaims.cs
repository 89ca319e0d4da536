using System.Collections.Frozen;
using System.Text.Json;
using IdP.Protocol.Requests;
using IdP.Storage.Clients;
using IdP.Storage.Users;
using IdP.Verification.SignIn;

namespace IdP.Protocol.Tokens;

/// <summary>Claims about a person, by scope. OIDC Core §5.1 and §5.4.</summary>
internal static class UserClaims
{
    private static readonly Dictionary<string, string[]> ByScope = new(StringComparer.Ordinal)
    {
        [Scopes.Profile] =
        [
            "name", "family_name", "given_name", "middle_name", "nickname", "preferred_username", "profile", "picture", "website", "gender",
            "birthdate", "zoneinfo", "locale", "updated_at",
        ],
        [Scopes.Email] = ["email", "email_verified"],
        [Scopes.Address] = ["address"],
        [Scopes.Phone] = ["phone_number", "phone_number_verified"],
        [Scopes.Groups] = ["groups"],
    };

    /// <summary>All that discovery lists.</summary>
    public static IReadOnlyList<string> Supported { get; } =
    [
        "sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid", "at_hash", .. ByScope.Values.SelectMany(names => names),
    ];

    public static IEnumerable<string> NamesFor(IEnumerable<string> scopes) =>
        scopes.SelectMany(scope => ByScope.GetValueOrDefault(scope) ?? []);

    /// <summary>
    /// Which of the claims that a request names one by one may be given out: those within the scopes that an admin
    /// registered the client for or, where people are asked, that the person allowed.
    /// </summary>
    public static IEnumerable<string> Allowed(IEnumerable<string> names, Client client, string grantedScope)
    {
        var scopes = client.Consent == ConsentType.Explicit ? Scopes.Split(grantedScope) : (IReadOnlyCollection<string>)client.Scopes;
        var standard = NamesFor(scopes).ToHashSet(StringComparer.Ordinal);
        // What no scope of the standard covers belongs to the profile.
        return names.Where(name => standard.Contains(name) || (scopes.Contains(Scopes.Profile) && !Supported.Contains(name)));
    }

    /// <summary>Writes those of the named claims that the person has; §5.3.2: others are left out.</summary>
    public static void Write(
        Utf8JsonWriter json, Person person, DateTimeOffset? updatedAt, IEnumerable<string> names, FrozenDictionary<string, Group> groups)
    {
        JsonElement? own = null;
        foreach (var name in names.Distinct(StringComparer.Ordinal))
        {
            switch (name)
            {
                case "name":
                    json.WriteString(name, person.DisplayName);
                    break;
                case "preferred_username":
                    json.WriteString(name, person.UserName);
                    break;
                case "email":
                    if (person.Email is { } email) json.WriteString(name, email);
                    break;
                case "email_verified":
                    if (person.Email is not null) json.WriteBoolean(name, person.EmailVerified);
                    break;
                case "locale":
                    if (person.Locale is { } locale) json.WriteString(name, locale);
                    break;
                case "zoneinfo":
                    if (person.ZoneInfo is { } zone) json.WriteString(name, zone);
                    break;
                case "updated_at":
                    if (updatedAt is { } time) json.WriteNumber(name, time.ToUnixTimeSeconds());
                    break;
                case "groups":
                    WriteList(json, name, person.Groups);
                    break;
                default:
                    CustomClaims.Write(json, person, name, groups, ref own);
                    break;
            }
        }
    }

    private static void WriteList(Utf8JsonWriter json, string name, IReadOnlyList<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
