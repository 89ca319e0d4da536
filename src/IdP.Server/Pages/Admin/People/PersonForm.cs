using System.Text.Json;
using IdP.Server.Admin;
using IdP.Server.Admin.Api;
using IdP.Server.Admin.Users;

namespace IdP.Server.Pages.Admin.People;

/// <summary>The fields of a person as a form carries them.</summary>
internal sealed record PersonForm
{
    public string DisplayName { get; init; } = "";

    public string Email { get; init; } = "";

    public bool EmailVerified { get; init; }

    public string Groups { get; init; } = "";

    public string Claims { get; init; } = "";

    public string Locale { get; init; } = "";

    public string ZoneInfo { get; init; } = "";

    public IReadOnlyList<string> RoleNames { get; init; } = [];

    public static PersonForm Of(ShowUser.Person person) => new()
    {
        DisplayName = person.DisplayName, Email = person.Email ?? "", EmailVerified = person.EmailVerified, Groups = string.Join(", ", person.Groups),
        Claims = person.Claims.Count == 0 ? "" : JsonSerializer.Serialize(person.Claims, ApiJson.Options), Locale = person.Locale ?? "", ZoneInfo = person.ZoneInfo ?? "",
        RoleNames = person.Roles,
    };

    public static PersonForm Read(IFormCollection form) => new()
    {
        DisplayName = form["displayName"].ToString().Trim(), Email = form["email"].ToString().Trim(), EmailVerified = form["emailVerified"] == "true",
        Groups = form["groups"].ToString(), Claims = form["claims"].ToString(), Locale = form["locale"].ToString().Trim(), ZoneInfo = form["zoneInfo"].ToString().Trim(),
        RoleNames = [.. form["roles"].OfType<string>().Where(Roles.All.Contains)],
    };

    /// <summary>What is to be stored.</summary>
    /// <param name="withRoles">The form had boxes for them; else they stay.</param>
    /// <returns>Null when the claims are no JSON object.</returns>
    public UserPatch? ToPatch(bool withRoles)
    {
        Dictionary<string, JsonElement> claims = [];
        if (!string.IsNullOrWhiteSpace(Claims))
        {
            try
            {
                claims = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(Claims) ?? [];
            }
            catch (JsonException)
            {
                return null;
            }
        }

        return new UserPatch
        {
            DisplayName = DisplayName, Email = Email, EmailVerified = EmailVerified && Email.Length > 0, Locale = Locale, ZoneInfo = ZoneInfo, Claims = claims,
            Groups = [.. Groups.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct(StringComparer.Ordinal)],
            Roles = withRoles ? [.. RoleNames] : null,
        };
    }
}
