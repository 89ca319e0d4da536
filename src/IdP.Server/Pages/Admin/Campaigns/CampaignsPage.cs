using System.Globalization;
using IdP.Server.Admin.Access;
using IdP.Server.Admin.Campaigns;

namespace IdP.Server.Pages.Admin.Campaigns;

/// <summary>What the pages about campaigns share.</summary>
internal abstract class CampaignsPage(Visit visit, Right needs = Right.CampaignsRead) : AdminPage(visit, "Campaigns", needs)
{
    protected const string Path = "/admin/campaigns";

    public static string BoardOf(string id) => $"{Path}/campaign?id={Uri.EscapeDataString(id)}";

    /// <summary>What became of those who were added, one sentence for each that happened.</summary>
    public IReadOnlyList<Phrase> Sentences(Added added) =>
    [
        .. new (string Word, int Count)[]
        {
            ("required", added.Required), ("enrolled", added.Enrolled), ("kept", added.Kept), ("late", added.Late), ("before", added.Before), ("disabled", added.Disabled),
            ("onlyOwner", added.OnlyOwner),
        }.Where(r => r.Count > 0).Select(r => T.Count("Admin.Campaigns.Result." + r.Word, r.Count)),
    ];

    /// <summary>The badge of a campaign: nothing is urgent before the last three days, and nothing after it was closed.</summary>
    public static string BadgeOf(DateTimeOffset deadline, DateTimeOffset? closedAt, DateTimeOffset now) =>
        closedAt is not null ? "tag" : deadline - now <= TimeSpan.FromDays(3) ? "tag warn" : "tag on";

    public Phrase LeftOf(DateTimeOffset deadline, DateTimeOffset? closedAt) =>
        closedAt is not null ? T["Admin.Campaigns.Closed"]
        : deadline <= Visit.Time.Now ? T["Admin.Campaigns.Over"]
        : T.Remaining("Admin.Campaigns.Left", deadline - Visit.Time.Now);

    public Phrase ProgressOf(int enrolled, int total, int percent) => T.Count("Admin.Campaigns.Progress", total, ("done", enrolled), ("percent", percent));

    /// <summary>The last minute of the day that was chosen.</summary>
    /// <returns>False when it is none; that was said beside the field.</returns>
    protected bool TryReadDeadline(out DateTimeOffset deadline)
    {
        deadline = default;
        if (DateOnly.TryParseExact(Request.Form["deadline"], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day.Year is > 2000 and < 9000)
        {
            deadline = Visit.Time.EndOf(day);
            if (StartCampaign.IsPossible(deadline, Visit.Time.Now)) return true;
        }

        AddError("deadline", T["Admin.Campaigns.DeadlineWrong"]);
        return false;
    }

    /// <summary>Who was chosen: lines of names, and a group.</summary>
    protected Chosen ReadChosen() => new(
        Request.Form["people"].ToString().Split(['\n', ',', ';'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
        Request.Form["group"].ToString().Trim());

    /// <summary>Says beside the field which names nobody has.</summary>
    protected void AddUnknown(IReadOnlyList<string> names)
    {
        var some = string.Join(", ", names.Take(10));
        AddError("people", T["Admin.Campaigns.Unknown", ("names", names.Count > 10 ? some + ", …" : some)]);
    }
}
