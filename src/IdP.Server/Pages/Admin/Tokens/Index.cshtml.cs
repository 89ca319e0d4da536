using IdP.Server.Admin.Access;
using IdP.Server.Admin.Tokens;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages.Admin.Tokens;

/// <summary>API tokens that work: one's own, everybody's for who may revoke them.</summary>
internal sealed class IndexModel(Visit visit, ListTokens list) : AdminPage(visit, "Tokens", needs: null)
{
    public IReadOnlyList<ListTokens.Row> Tokens { get; private set; } = [];

    protected override async Task<IActionResult> ShowAsync()
    {
        Tokens = await list.HandleAsync(Actor, Ct);
        return Page();
    }
}
