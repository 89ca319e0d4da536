using IdP.Server.Admin;
using IdP.Server.Admin.Users;

namespace IdP.Server.Pages.Admin.People;

/// <summary>The filter above the list, as it stands in the address. What is not known there is left away.</summary>
internal sealed record PeopleFilterForm(string? Search, string? State, string? Days, string? Role, string? Group, string? Campaign)
{
    public const int PageSize = 50;

    /// <summary>In the order of the list to choose from.</summary>
    public static IReadOnlyList<string> States { get; } =
    [
        PeopleFilter.NotEnrolled, EnrollmentView.Period, PeopleFilter.Begun, PeopleFilter.Skipped, PeopleFilter.Waiting, PeopleFilter.Blocked, EnrollmentView.MustEnroll, EnrollmentView.Expired,
        PeopleFilter.LockedAttempts, PeopleFilter.LockedPassword, PeopleFilter.Locked, EnrollmentView.Active, EnrollmentView.NotRequired, PeopleFilter.Disabled, PeopleFilter.Frozen,
    ];

    public static IReadOnlyList<string> DayRanges { get; } = ["1", "3", "7", "more"];

    public static IReadOnlyList<string> RoleNames { get; } = ["any", .. Roles.All];

    /// <summary>One of the filters that are folded away is set.</summary>
    public bool HasMore => Days is not null || Role is not null || Group is not null || Campaign is not null;

    public static PeopleFilterForm Read(IQueryCollection query)
    {
        return new(Text("q"), Known("state", States), Known("days", DayRanges), Known("role", RoleNames), Text("group"), Text("campaign"));

        string? Text(string name) => query[name].ToString() is { Length: > 0 and <= 320 } text ? text : null;
        string? Known(string name, IReadOnlyList<string> values) => values.FirstOrDefault(v => v == query[name].ToString());
    }

    public ListUsers.Request ToRequest(int limit) => new(Search, State, limit)
    {
        MostDays = Days is "1" or "3" or "7" ? Days[0] - '0' : null, FewestDays = Days == "more" ? 8 : null, Role = Role, Group = Group, Campaign = Campaign,
    };

    /// <summary>Names and values that are set, as an address or hidden fields carry them.</summary>
    public IEnumerable<KeyValuePair<string, string?>> Fields =>
        new KeyValuePair<string, string?>[] { new("q", Search), new("state", State), new("days", Days), new("role", Role), new("group", Group), new("campaign", Campaign) }
            .Where(f => f.Value is not null);

    public string ToQuery(string? after = null) =>
        QueryString.Create(after is null ? Fields : [.. Fields, new("after", after)]).Value!;
}
