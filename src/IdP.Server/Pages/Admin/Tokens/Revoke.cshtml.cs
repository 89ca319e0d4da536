using IdP.Server.Admin.Access;
using IdP.Server.Admin.Tokens;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages.Admin.Tokens;

/// <summary>Ends a token at once, after saying whose it is and how many go with it.</summary>
internal sealed class RevokeModel(Visit visit, ListTokens list, RevokeToken revoke) : AdminPage(visit, "Tokens", needs: null)
{
    public string Id => Request.Query["id"].ToString();

    public ListTokens.Row Token { get; private set; } = null!;

    public Task<IActionResult> OnPostAsync() => ChangeAsync(async () =>
        await revoke.HandleAsync(new(Id, Reason), Actor, Ct) is RevokeToken.Outcome.Revoked ? Done("/admin/tokens", "revoked") : NotFound(), needsReason: true);

    // Somebody else's is as unknown as none.
    protected override async Task<IActionResult> ShowAsync()
    {
        if ((await list.HandleAsync(Actor, Ct)).FirstOrDefault(t => t.Id == Id) is not { } token) return NotFound();
        Token = token;
        return Page();
    }
}
