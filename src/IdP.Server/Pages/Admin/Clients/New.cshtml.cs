using System.Globalization;
using IdP.Server.Admin.Access;
using IdP.Server.Admin.Clients;
using IdP.Storage.Clients;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages.Admin.Clients;

/// <summary>Registers an application by the recipe for its kind, and shows what goes into its configuration.</summary>
internal sealed class NewModel(Visit visit, AddClient add, ShowClient show) : AdminPage(visit, "Clients", Right.ClientsWrite)
{
    [BindProperty(Name = "clientId")]
    public string? ClientId { get; set; }

    [BindProperty(Name = "displayName")]
    public string? DisplayName { get; set; }

    [BindProperty(Name = "redirectUris")]
    public string? RedirectUris { get; set; }

    [BindProperty(Name = "scopes")]
    public string? Scopes { get; set; }

    [BindProperty(Name = "identityVerification")]
    public VerificationMode IdentityVerification { get; set; } = VerificationMode.Required;

    [BindProperty(Name = "reverifyAfterMinutes")]
    public string? ReverifyAfterMinutes { get; set; } = "480";

    /// <summary>Null: it is still to be chosen.</summary>
    public ClientRecipe? Recipe => Enum.TryParse<ClientKind>(Request.Query["kind"], ignoreCase: true, out var kind) && Enum.IsDefined(kind) ? ClientRecipe.Of(kind) : null;

    /// <summary>What was registered; null: nothing yet.</summary>
    public ShowClient.Registration? Added { get; private set; }

    /// <summary>Shown once.</summary>
    public string? Secret { get; private set; }

    public Task<IActionResult> OnPostAsync() => ChangeAsync(async () =>
    {
        if (Recipe is not { } recipe) return NotFound();
        var patch = recipe.Fill(new ClientPatch
        {
            DisplayName = DisplayName?.Trim() ?? "",
            RedirectUris = recipe.RedirectHint is null ? null : ClientForm.Lines(RedirectUris),
            Scopes = ClientForm.Lines(Scopes),
            IdentityVerification = IdentityVerification,
            ReverifyAfterMinutes = int.TryParse(ReverifyAfterMinutes, NumberStyles.None, CultureInfo.InvariantCulture, out var minutes) ? minutes : -1,
        });
        var id = ClientId?.Trim() ?? "";
        if (await add.HandleAsync(new(id, patch, null, Reason), Actor, Ct) is not AddClient.Outcome.Added added)
        {
            AddError("clientId", T["Admin.Clients.Taken"]);
            return await AgainAsync(null, StatusCodes.Status409Conflict);
        }

        (Added, Secret) = (await show.HandleAsync(id), added.Secret);
        Response.Headers.CacheControl = "no-store";
        return Page();
    }, needsReason: true);

    protected override Task<IActionResult> ShowAsync()
    {
        if (HttpMethods.IsGet(Request.Method) && Recipe is { } recipe) Scopes = string.Join(' ', recipe.Scopes);
        return base.ShowAsync();
    }
}
