using IdP.Server.Admin.Access;
using IdP.Server.Admin.Api;
using IdP.Server.Admin.PolicyRules;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages.Admin.PolicyPages;

/// <summary>Whom each resource asks.</summary>
internal sealed class IndexModel(Visit visit, ShowPolicy show) : AdminPage(visit, "Policies", Right.PoliciesRead)
{
    private const int PageSize = 50;

    public string? Search => Request.Query["q"];

    public string? After => Request.Query["after"];

    public IReadOnlyList<ShowPolicy.Policy> Items { get; private set; } = [];

    public string? Next { get; private set; }

    protected override async Task<IActionResult> ShowAsync()
    {
        var page = ApiPage.Of(await show.ListAsync(Search), (PageSize, After), p => $"{p.Kind}:{p.Id}");
        (Items, Next) = (page.Items, page.Next);
        return Page();
    }
}
