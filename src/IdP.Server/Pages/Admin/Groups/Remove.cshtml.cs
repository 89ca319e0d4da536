using IdP.Server.Admin.Access;
using IdP.Server.Admin.Api;
using IdP.Server.Admin.Groups;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages.Admin.Groups;

/// <summary>Deletes the registration of a group, after saying what goes with it.</summary>
internal sealed class RemoveModel(Visit visit, ShowGroup show, RemoveGroup remove) : AdminPage(visit, "Groups", Right.GroupsWrite)
{
    /// <summary>What the admin saw, so that nobody's change is deleted unseen.</summary>
    [BindProperty(Name = "state")]
    public string? State { get; set; }

    public string Name => Request.Query["name"].ToString();

    public Task<IActionResult> OnPostAsync() => ChangeAsync(async () =>
        await remove.HandleAsync(new(Name, Reason) { IfMatch = State }, Actor, Ct) == RemoveGroup.Outcome.Removed ? Done("/admin/groups", "removed") : NotFound(), needsReason: true);

    protected override async Task<IActionResult> ShowAsync()
    {
        if (await show.HandleAsync(Name) is not { } group) return NotFound();
        State = ETags.Of(group);
        ModelState.Remove("state");
        return Page();
    }
}
