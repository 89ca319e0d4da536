using System.Globalization;
using System.Runtime.CompilerServices;
using IdP.Server.Admin.Users;

namespace IdP.Server.Admin.Campaigns;

/// <summary>Everybody of a campaign as lines of CSV, read part by part.</summary>
internal sealed class ExportCampaign(ListUsers list)
{
    private const int Part = 1000;

    private static readonly string?[] Head = ["username", "displayName", "email", "state", "deadline", "daysLeft", "skips", "lastSignInAt", "locked", "disabled"];

    public async IAsyncEnumerable<string> LinesAsync(string id, [EnumeratorCancellation] CancellationToken ct)
    {
        yield return Csv.Line(Head);
        for (string? after = null; ;)
        {
            var page = await list.HandleAsync(new ListUsers.Request(null, null, Part) { Campaign = id, After = after }, ct);
            foreach (var person in page.Users) yield return Csv.Line(Cells(person));
            if (!page.More) yield break;
            after = page.Users[^1].Username;
        }
    }

    private static string?[] Cells(ListUsers.Row person) =>
    [
        person.Username, person.DisplayName, person.Email, person.State, Time(person.Deadline), person.DaysLeft?.ToString(CultureInfo.InvariantCulture),
        person.Skips.ToString(CultureInfo.InvariantCulture), Time(person.LastSignInAt), person.Locked ? "true" : "false", person.Disabled ? "true" : "false",
    ];

    private static string? Time(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
}
