using IdP.Server.Admin.Access;
using IdP.Server.Admin.Campaigns;
using IdP.Server.Admin.Users;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages.Admin.Campaigns;

/// <summary>The board of one campaign.</summary>
internal sealed class CampaignModel(Visit visit, ShowCampaign show, RemindCampaign remind) : CampaignsPage(visit)
{
    public ShowCampaign.Board Board { get; private set; } = null!;

    public ShowCampaign.Campaign It => Board.Campaign;

    /// <summary>How many people a reminder would reach.</summary>
    public int Reach { get; private set; }

    public bool MayChange => Has(Right.CampaignsWrite) && It.ClosedAt is null;

    /// <summary>The numbers that add up, each with the state by which the people are listed.</summary>
    public IReadOnlyList<(string State, int People)> Counts =>
    [
        .. new (string State, int People)[]
        {
            (EnrollmentView.Active, It.Progress.Enrolled), (PeopleFilter.Begun, It.Progress.Begun), (PeopleFilter.Skipped, It.Progress.Skipped),
            (PeopleFilter.Waiting, It.Progress.Waiting), (EnrollmentView.Expired, It.Progress.Late), (PeopleFilter.Blocked, It.Progress.Blocked),
            (EnrollmentView.NotRequired, It.Progress.NotRequired),
        }.Where(c => c.People > 0 || c.State != EnrollmentView.NotRequired),
    ];

    public string ListOf(string? state) => $"/admin/people?campaign={Uri.EscapeDataString(It.Id)}{(state is null ? "" : "&state=" + state)}";

    /// <summary>What the drawing shows, in words.</summary>
    public Phrase DaysLeftText => T["Admin.Campaigns.DaysLeftText", ("list", string.Join("; ", Board.DaysLeft.Select(b =>
        T[b.Days == ShowCampaign.MostDays ? "Admin.Campaigns.BarLast" : "Admin.Campaigns.Bar", ("days", b.Days), ("n", b.People)].ToString())))];

    public Phrase MailsOf(ShowCampaign.Mails mails) => mails is { Sent: 0, Waiting: 0, Failed: 0, Kept: 0 }
        ? T["Admin.Campaigns.MailsNone"]
        : T["Admin.Campaigns.MailsText", ("sent", mails.Sent), ("waiting", mails.Waiting), ("failed", mails.Failed), ("kept", mails.Kept)];

    protected override async Task<IActionResult> ShowAsync()
    {
        if (await show.HandleAsync(Request.Query["id"].ToString(), Ct) is not { } board) return NotFound();
        Board = board;
        if (MayChange) Reach = await remind.CountAsync(It.Id, Board.Remindable);
        return Page();
    }
}
