using IdP.Server.Admin.Access;
using IdP.Server.Admin.Groups;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages.Admin.Groups;

/// <summary>Registered groups.</summary>
internal sealed class IndexModel(Visit visit, ListGroups list) : AdminPage(visit, "Groups", Right.GroupsRead)
{
    public string? Search => Request.Query["q"];

    public IReadOnlyList<ShowGroup.Registration> Groups { get; private set; } = [];

    protected override async Task<IActionResult> ShowAsync()
    {
        Groups = await list.HandleAsync(Search);
        return Page();
    }
}
