using System.Text.Json;
using IdP.Server.Admin.Api;
using IdP.Storage.Users;

namespace IdP.Server.Admin.Users;

/// <summary>
/// What a change of a person could overwrite unseen; its hash is the person's ETag. Sign-ins, days left and what else
/// goes on by itself is not in it: an admin's form must not grow stale because somebody signs in.
/// </summary>
internal sealed record UserVersion(
    string Id, string Username, string DisplayName, string? Email, bool EmailVerified, IReadOnlyList<string> Roles, IReadOnlyList<string> Groups,
    IReadOnlyDictionary<string, JsonElement> Claims, string? Locale, string? ZoneInfo, bool Disabled, DateTimeOffset UpdatedAt)
{
    public static UserVersion Of(User user) => new(
        user.Id, user.UserName, user.DisplayName, user.Email, user.EmailVerified, user.Roles, user.Groups, user.Claims, user.Locale, user.ZoneInfo,
        user.DisabledAt is not null, user.UpdatedAt);

    public static string ETagOf(User user) => ETags.Of(Of(user));
}
