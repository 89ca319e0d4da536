using IdP.Server.Admin.Campaigns;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages.Admin.Campaigns;

/// <summary>Campaigns, those that run first.</summary>
internal sealed class IndexModel(Visit visit, ListCampaigns list) : CampaignsPage(visit)
{
    public IReadOnlyList<ShowCampaign.Campaign> Campaigns { get; private set; } = [];

    protected override async Task<IActionResult> ShowAsync()
    {
        Campaigns = await list.HandleAsync(running: false, Ct);
        return Page();
    }
}
