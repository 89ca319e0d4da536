using IdP.Server.Admin.Access;
using IdP.Server.Admin.Clients;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages.Admin.Clients;

/// <summary>Deletes a registration, after saying what goes with it.</summary>
internal sealed class RemoveModel(Visit visit, ShowClient show, RemoveClient remove) : AdminPage(visit, "Clients", Right.ClientsWrite)
{
    /// <summary>What the admin saw, so that nobody's change is deleted unseen.</summary>
    [BindProperty(Name = "state")]
    public string? State { get; set; }

    public string Id => Request.Query["id"].ToString();

    public ShowClient.Registration Client { get; private set; } = null!;

    public Task<IActionResult> OnPostAsync() => ChangeAsync(async () =>
        await remove.HandleAsync(new(Id, Reason) { IfMatch = State }, Actor, Ct) == RemoveClient.Outcome.Removed ? Done("/admin/clients", "removed") : NotFound(), needsReason: true);

    protected override async Task<IActionResult> ShowAsync()
    {
        if (await show.HandleAsync(Id) is not { } client) return NotFound();
        Client = client;
        State = ShowClient.ETagOf(client);
        ModelState.Remove("state");
        return Page();
    }
}
