using System.Collections.Frozen;
using System.Text.Json;

namespace IdP.Server.Admin.Access;

/// <summary>Which rights a role has. The only place that says so; <c>docs/roles.md</c> is its test.</summary>
internal static class Rights
{
    /// <summary>All of them: an owner's, and those of whoever runs the command line on the host.</summary>
    public static FrozenSet<Right> All { get; } = Enum.GetValues<Right>().ToFrozenSet();

    private static readonly FrozenSet<Right> None = FrozenSet<Right>.Empty;

    private static readonly FrozenSet<Right> ClientAdmin = FrozenSet.ToFrozenSet(
    [
        Right.ClientsRead, Right.ClientsWrite, Right.PoliciesRead, Right.PoliciesWrite, Right.GroupsRead, Right.SettingsRead, Right.KeysRead,
    ]);

    private static readonly FrozenSet<Right> HelpDesk = FrozenSet.ToFrozenSet(
    [
        Right.PeopleRead, Right.PeopleSupport, Right.GroupsRead, Right.ClientsRead, Right.PoliciesRead, Right.SettingsRead, Right.CampaignsRead, Right.MailRead,
    ]);

    private static readonly FrozenSet<Right> Auditor = Enum.GetValues<Right>().Where(r => r.ToString().EndsWith("Read", StringComparison.Ordinal)).ToFrozenSet();

    /// <summary>What the roles give together; an unknown role gives nothing.</summary>
    public static FrozenSet<Right> Of(IEnumerable<string> roles) => roles.Aggregate(None, (all, role) => role switch
    {
        Roles.Owner => All,
        "clientAdmin" => [.. all, .. ClientAdmin],
        "helpDesk" => [.. all, .. HelpDesk],
        "auditor" => [.. all, .. Auditor],
        _ => all,
    });

    /// <summary>The right as a scope of an API token: <c>people:read</c>.</summary>
    public static string Scope(Right right)
    {
        var name = right.ToString();
        var at = name.AsSpan(1).IndexOfAnyInRange('A', 'Z') + 1;
        return JsonNamingPolicy.CamelCase.ConvertName(name[..at]) + ":" + JsonNamingPolicy.CamelCase.ConvertName(name[at..]);
    }

    /// <summary>Every scope.</summary>
    public static IReadOnlyList<string> Scopes { get; } = [.. Enum.GetValues<Right>().Select(Scope)];

    /// <summary>The right of a scope; null: there is none of that name.</summary>
    public static Right? OfScope(string scope) => Enum.GetValues<Right>().Cast<Right?>().FirstOrDefault(r => Scope(r!.Value) == scope);
}
