using IdP.Server.Admin.Access;
using IdP.Server.Admin.Campaigns;
using IdP.Server.Admin.Overview;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages.Admin;

/// <summary>The console's first page: how the house stands, and what needs a person.</summary>
internal sealed class IndexModel(Visit visit, ShowOverview overview, ListCampaigns campaigns) : AdminPage(visit, "Overview", needs: null)
{
    /// <summary>Null for whoever has nothing to do with people.</summary>
    public ShowOverview.Counts? Counts { get; private set; }

    public IReadOnlyList<ShowOverview.Attention> Attention { get; private set; } = [];

    /// <summary>Those that run, the next deadline first; as many as fit on the page.</summary>
    public IReadOnlyList<ShowCampaign.Campaign> Campaigns { get; private set; } = [];

    public static string BoardOf(ShowCampaign.Campaign campaign) => "/admin/campaigns/campaign?id=" + Uri.EscapeDataString(campaign.Id);

    public Phrase LeftOf(ShowCampaign.Campaign campaign) =>
        campaign.Deadline <= Visit.Time.Now ? T["Admin.Campaigns.Over"] : T.Remaining("Admin.Campaigns.Left", campaign.Deadline - Visit.Time.Now);

    protected override async Task<IActionResult> ShowAsync()
    {
        if (Has(Right.PeopleRead)) (Counts, Attention) = (await overview.CountAsync(), await overview.AttentionAsync());
        if (Has(Right.CampaignsRead)) Campaigns = (await campaigns.HandleAsync(new(Running: true, Limit: 3), Ct))!.Campaigns;
        return Page();
    }
}
