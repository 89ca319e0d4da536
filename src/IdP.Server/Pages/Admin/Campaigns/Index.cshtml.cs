using IdP.Server.Admin.Campaigns;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages.Admin.Campaigns;

/// <summary>Campaigns, those that run first.</summary>
internal sealed class IndexModel(Visit visit, ListCampaigns list) : CampaignsPage(visit)
{
    private const int PageSize = 20;

    public IReadOnlyList<ShowCampaign.Line> Campaigns { get; private set; } = [];

    /// <summary>The one that the next part goes on behind; null: this is the last part.</summary>
    public string? Next { get; private set; }

    public bool IsFirst { get; private set; }

    protected override async Task<IActionResult> ShowAsync()
    {
        var after = Request.Query["after"].ToString();
        IsFirst = after.Length == 0;
        if (await list.LinesAsync(new(Running: false, PageSize, IsFirst ? null : after), Ct) is not { } page) return NotFound();
        Campaigns = page.Campaigns;
        if (page.More) Next = Campaigns[^1].Id;
        return Page();
    }
}
