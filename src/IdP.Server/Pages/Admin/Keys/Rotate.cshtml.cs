using IdP.Server.Admin.Access;
using IdP.Server.Admin.Keys;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages.Admin.Keys;

/// <summary>Announces the next keys, after saying when they sign.</summary>
internal sealed class RotateModel(Visit visit, RotateKeys rotate) : AdminPage(visit, "Keys", Right.KeysWrite)
{
    [BindProperty(Name = "algorithm")]
    public string? Algorithm { get; set; }

    public Task<IActionResult> OnPostAsync() => ChangeAsync(async () =>
        await rotate.HandleAsync(new(string.IsNullOrEmpty(Algorithm) ? null : Algorithm, Reason), Actor, Ct) is RotateKeys.Outcome.Announced
            ? Done("/admin/keys", "rotated")
            : await AgainAsync(T["Admin.Keys.AnnouncedBefore"], StatusCodes.Status409Conflict), needsReason: true);
}
