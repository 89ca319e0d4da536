using IdP.Server.Admin;
using IdP.Server.Admin.Access;
using IdP.Server.Admin.Campaigns;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages.Admin.Campaigns;

/// <summary>Everybody of a campaign as CSV.</summary>
internal sealed class ExportModel(Visit visit, ShowCampaign show, ExportCampaign export) : CampaignsPage(visit)
{
    protected override async Task<IActionResult> ShowAsync()
    {
        var id = Request.Query["id"].ToString();
        if (!Has(Right.PeopleRead)) return this.Problem(PageProblem.Denied);
        if (await show.HandleAsync(id, Ct) is not { } board) return NotFound();
        return new CsvResult(board.Campaign.Name, export.LinesAsync(id, Ct));
    }
}
