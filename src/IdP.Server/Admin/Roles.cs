namespace IdP.Server.Admin;

/// <summary>The admin roles.</summary>
internal static class Roles
{
    public const string Owner = "owner";

    public static IReadOnlyList<string> All { get; } = [Owner, "clientAdmin", "helpDesk", "auditor"];

    /// <summary>The stored form: <c>admin</c> is another word for owner, and nobody has a role twice.</summary>
    public static List<string> Normalize(IEnumerable<string> roles) => [.. roles.Select(r => r == "admin" ? Owner : r).Distinct()];
}
