using IdP.Server.Admin.Access;
using IdP.Server.Admin.Overview;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages.Admin;

/// <summary>The console's first page: how the house stands, and what needs a person.</summary>
internal sealed class IndexModel(Visit visit, ShowOverview overview) : AdminPage(visit, "Overview", needs: null)
{
    /// <summary>Null for whoever has nothing to do with people.</summary>
    public ShowOverview.Counts? Counts { get; private set; }

    public IReadOnlyList<ShowOverview.Attention> Attention { get; private set; } = [];

    protected override async Task<IActionResult> ShowAsync()
    {
        if (Has(Right.PeopleRead)) (Counts, Attention) = (await overview.CountAsync(), await overview.AttentionAsync());
        return Page();
    }
}
