using System.Globalization;
using IdP.Server.Admin.Access;
using IdP.Server.Admin.Tokens;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages.Admin.Tokens;

/// <summary>Makes a token of one's own and shows it once.</summary>
internal sealed class NewModel(Visit visit, AddToken add) : AdminPage(visit, "Tokens", needs: null)
{
    [BindProperty(Name = "name")]
    public string? Name { get; set; }

    [BindProperty(Name = "days")]
    public string? Days { get; set; } = "30";

    [BindProperty(Name = "scopes")]
    public List<string> Scopes { get; set; } = [];

    /// <summary>A token never gives more than its maker has.</summary>
    public IEnumerable<string> Offered => Rights.Scopes.Where(s => Has(Rights.OfScope(s)!.Value));

    public AddToken.Outcome.Added? Made { get; private set; }

    public Task<IActionResult> OnPostAsync() => ChangeAsync(async () =>
    {
        if (!int.TryParse(Days, NumberStyles.None, CultureInfo.InvariantCulture, out var days))
        {
            AddError("days", T["Admin.Tokens.DaysWrong"]);
            return await AgainAsync(null, StatusCodes.Status400BadRequest);
        }

        if (await add.HandleAsync(new(null, Name?.Trim() ?? "", Scopes, days, Reason), Actor, Ct) is not AddToken.Outcome.Added made) return NotFound();
        Made = made;
        Response.Headers.CacheControl = "no-store";
        return Page();
    }, needsReason: true);
}
