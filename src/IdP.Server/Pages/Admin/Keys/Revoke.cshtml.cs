using IdP.Server.Admin.Access;
using IdP.Server.Admin.Keys;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages.Admin.Keys;

/// <summary>Takes a key out of use at once, after saying what that ends.</summary>
internal sealed class RevokeModel(Visit visit, ListKeys list, RevokeKey revoke) : AdminPage(visit, "Keys", Right.KeysWrite)
{
    public string Kid => Request.Query["kid"].ToString();

    public ListKeys.Key Key { get; private set; } = null!;

    public Task<IActionResult> OnPostAsync() => ChangeAsync(async () =>
        await revoke.HandleAsync(new(Kid, Reason), Actor, Ct) == RevokeKey.Outcome.Revoked ? Done("/admin/keys", "revoked") : NotFound(), needsReason: true);

    protected override async Task<IActionResult> ShowAsync()
    {
        if ((await list.HandleAsync()).FirstOrDefault(k => k.Kid == Kid) is not { } key) return NotFound();
        Key = key;
        return Page();
    }
}
