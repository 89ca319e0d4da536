using IdP.Server.Admin.Access;
using IdP.Server.Admin.Campaigns;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages.Admin.Campaigns;

/// <summary>Starts a campaign.</summary>
internal sealed class StartModel(Visit visit, StartCampaign start) : CampaignsPage(visit, Right.CampaignsWrite)
{
    public string Name { get; private set; } = "";

    public string Deadline { get; private set; } = "";

    public string Group { get; private set; } = "";

    public string People { get; private set; } = "";

    /// <summary>What became of the people; null while nothing was started.</summary>
    public StartCampaign.Outcome.Started? Started { get; private set; }

    public Task<IActionResult> OnPostAsync() => ChangeAsync(async () =>
    {
        if (!TryReadDeadline(out var deadline)) return await AgainAsync(null, StatusCodes.Status400BadRequest);
        switch (await start.HandleAsync(new(Request.Form["name"].ToString(), deadline, ReadChosen(), Reason), Actor, Ct))
        {
            case StartCampaign.Outcome.Started started:
                Started = started;
                return Page();
            case StartCampaign.Outcome.NoSuchPeople nobody:
                AddUnknown(nobody.Names);
                break;
            default:
                AddError("people", T["Admin.Campaigns.Nobody"]);
                break;
        }

        return await AgainAsync(null, StatusCodes.Status400BadRequest);
    }, needsReason: true);

    protected override Task<IActionResult> ShowAsync()
    {
        if (Request.HasFormContentType)
            (Name, Deadline, Group, People) = (Request.Form["name"].ToString(), Request.Form["deadline"].ToString(), Request.Form["group"].ToString(), Request.Form["people"].ToString());
        else
            Group = Request.Query["group"].ToString();
        return base.ShowAsync();
    }
}
