using IdP.Server.Admin.Access;

namespace IdP.Server.Pages.Admin;

/// <summary>The console's areas in the order of the side list, each with what it takes to see it.</summary>
internal static class AdminNav
{
    /// <param name="Name">The end of the text's key and the name of the area.</param>
    /// <param name="Needs">Null: every admin.</param>
    public sealed record Area(string Name, string Path, Right? Needs);

    public static IReadOnlyList<Area> Areas { get; } =
    [
        new("Overview", "/admin", null),
        new("People", "/admin/people", Right.PeopleRead),
        new("Campaigns", "/admin/campaigns", Right.CampaignsRead),
        new("Clients", "/admin/clients", Right.ClientsRead),
        new("Policies", "/admin/policies", Right.PoliciesRead),
        new("Simulator", "/admin/simulator", Right.PoliciesRead),
        new("Groups", "/admin/groups", Right.GroupsRead),
        new("Settings", "/admin/settings", Right.SettingsRead),
        new("Keys", "/admin/keys", Right.KeysRead),
        new("Mail", "/admin/mail", Right.MailRead),
        new("Tokens", "/admin/tokens", null),
        new("Audit", "/admin/audit", Right.AuditRead),
    ];
}
