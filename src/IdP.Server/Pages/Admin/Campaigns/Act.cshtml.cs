using System.Globalization;
using IdP.Server.Admin.Access;
using IdP.Server.Admin.Campaigns;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages.Admin.Campaigns;

/// <summary>One act on a campaign: what will happen, why, and the button that says it.</summary>
internal sealed class ActModel(Visit visit, ShowCampaign show, RemindCampaign remind, ExtendCampaign extend, CloseCampaign close, AddMembers add)
    : CampaignsPage(visit, Right.CampaignsWrite)
{
    public ShowCampaign.Campaign It { get; private set; } = null!;

    public string Act => Request.Query["act"].ToString();

    public int Reach { get; private set; }

    public string Deadline { get; private set; } = "";

    public bool UnlockLate { get; private set; }

    public string Group { get; private set; } = "";

    public string People { get; private set; } = "";

    /// <summary>What became of people who were added; null while none were.</summary>
    public Added? Added { get; private set; }

    public Phrase Button => Act switch
    {
        "remind" => T.Count("Admin.Campaigns.Remind", Reach),
        "extend" => T["Admin.Campaigns.Extend"],
        "add" => T["Admin.Campaigns.AddPeople"],
        _ => T["Admin.Campaigns.Close"],
    };

    public Phrase Text => Act switch
    {
        "remind" => T.Count("Admin.Campaigns.RemindText", Reach),
        "extend" => T["Admin.Campaigns.ExtendText"],
        "add" => T["Admin.Campaigns.AddText", ("time", Visit.Time.Full(It.Deadline))],
        _ => T["Admin.Campaigns.CloseText"],
    };

    private string Id => Request.Query["id"].ToString();

    public Task<IActionResult> OnPostAsync() => ChangeAsync(() => Act switch
    {
        "remind" => RemindAsync(),
        "extend" => ExtendAsync(),
        "add" => AddAsync(),
        "close" => CloseAsync(),
        _ => Task.FromResult<IActionResult>(NotFound()),
    }, needsReason: true);

    protected override async Task<IActionResult> ShowAsync()
    {
        if (Act is not ("remind" or "extend" or "add" or "close") || await show.HandleAsync(Id, Ct) is not { } board) return NotFound();
        It = board.Campaign;
        if (Act == "remind") Reach = await remind.CountAsync(Id, board.Remindable);
        if (Request.HasFormContentType)
            (Deadline, UnlockLate, Group, People) = (Request.Form["deadline"].ToString(), Request.Form["unlockLate"] == "true", Request.Form["group"].ToString(), Request.Form["people"].ToString());
        else
            Deadline = Visit.Time.DayOf((It.Deadline > Visit.Time.Now ? It.Deadline : Visit.Time.Now).AddDays(7)).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        return Page();
    }

    private async Task<IActionResult> RemindAsync() => await remind.HandleAsync(new(Id, Reason), Actor, Ct) switch
    {
        RemindCampaign.Outcome.Reminded => Done(BoardOf(Id), "reminded"),
        RemindCampaign.Outcome.TooSoon soon => await AgainAsync(T["Admin.Campaigns.TooSoon", ("time", Visit.Time.Time(soon.Last))], StatusCodes.Status409Conflict),
        _ => await AgainAsync(T["Admin.Campaigns.NotRunning"], StatusCodes.Status409Conflict),
    };

    private async Task<IActionResult> ExtendAsync()
    {
        if (!TryReadDeadline(out var deadline)) return await AgainAsync(null, StatusCodes.Status400BadRequest);
        switch (await extend.HandleAsync(new(Id, deadline, Request.Form["unlockLate"] == "true", Reason), Actor, Ct))
        {
            case ExtendCampaign.Outcome.Extended: return Done(BoardOf(Id), "extended");
            case ExtendCampaign.Outcome.NotLater: AddError("deadline", T["Admin.Campaigns.NotLater"]); break;
            default: AddError("", T["Admin.Campaigns.NotRunning"]); break;
        }

        return await AgainAsync(null, StatusCodes.Status409Conflict);
    }

    private async Task<IActionResult> AddAsync()
    {
        switch (await add.HandleAsync(new(Id, ReadChosen(), Reason), Actor, Ct))
        {
            case AddMembers.Outcome.Done done:
                var shown = await ShowAsync();
                Added = done.People;
                return shown;
            case AddMembers.Outcome.NoSuchPeople nobody:
                AddUnknown(nobody.Names);
                return await AgainAsync(null, StatusCodes.Status400BadRequest);
            default:
                return await AgainAsync(T["Admin.Campaigns.NotRunning"], StatusCodes.Status409Conflict);
        }
    }

    private async Task<IActionResult> CloseAsync() => await close.HandleAsync(new(Id, Reason), Actor, Ct) == CloseCampaign.Outcome.Closed
        ? Done(BoardOf(Id), "closed")
        : await AgainAsync(T["Admin.Campaigns.NotRunning"], StatusCodes.Status409Conflict);
}
