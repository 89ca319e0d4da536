using System.Globalization;
using IdP.Server.Admin.Access;
using IdP.Server.Admin.Clients;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages.Admin.Clients;

/// <summary>Makes a new secret and shows it once; the old one works on for a while.</summary>
internal sealed class SecretModel(Visit visit, ShowClient show, RotateSecret rotate) : AdminPage(visit, "Clients", Right.ClientsWrite)
{
    [BindProperty(Name = "overlap")]
    public string? Overlap { get; set; } = "24";

    public string Id => Request.Query["id"].ToString();

    public ShowClient.Registration Client { get; private set; } = null!;

    public RotateSecret.Outcome.Rotated? Rotated { get; private set; }

    public Task<IActionResult> OnPostAsync() => ChangeAsync(async () =>
    {
        if (!int.TryParse(Overlap, NumberStyles.None, CultureInfo.InvariantCulture, out var hours) || hours > 720)
        {
            AddError("overlap", T["Admin.Clients.OverlapWrong"]);
            return await AgainAsync(null, StatusCodes.Status400BadRequest);
        }

        switch (await rotate.HandleAsync(new(Id, hours, Reason), Actor, Ct))
        {
            case RotateSecret.Outcome.Rotated rotated:
                Rotated = rotated;
                Response.Headers.CacheControl = "no-store";
                return await ShowAsync();
            case RotateSecret.Outcome.UsesNoSecret:
                return await AgainAsync(T["Admin.Clients.NoSecret"], StatusCodes.Status409Conflict);
            default:
                return NotFound();
        }
    }, needsReason: true);

    protected override async Task<IActionResult> ShowAsync()
    {
        if (await show.HandleAsync(Id) is not { } client) return NotFound();
        Client = client;
        return Page();
    }
}
