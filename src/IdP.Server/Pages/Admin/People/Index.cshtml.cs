using IdP.Server.Admin;
using IdP.Server.Admin.Users;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages.Admin.People;

/// <summary>Everybody, with how far they are; and the way to do something for several.</summary>
internal sealed class IndexModel(Visit visit, ListUsers list) : PeoplePage(visit)
{
    public PeopleFilterForm Filter { get; private set; } = null!;

    public IReadOnlyList<ListUsers.Row> People { get; private set; } = [];

    /// <summary>The query of the next part; null: this is the last one.</summary>
    public string? Next { get; private set; }

    /// <summary>What was searched for looks like a number that somebody was told.</summary>
    public bool IsReference => ListUsers.IsReferenceNumber(Filter.Search?.Trim() ?? "");

    public bool IsFirst { get; private set; }

    /// <summary>How many there are, where all of them stand here; null: to count the others would take too long.</summary>
    public int? Total => IsFirst && Next is null ? People.Count : null;

    protected override async Task<IActionResult> ShowAsync()
    {
        Filter = PeopleFilterForm.Read(Request.Query);
        var after = Request.Query["after"].ToString();
        IsFirst = after.Length == 0;
        var page = await list.HandleAsync(Filter.ToRequest(PeopleFilterForm.PageSize) with { After = IsFirst ? null : after }, Ct);
        People = page.Users;
        if (page.More) Next = Filter.ToQuery(page.Users[^1].Username);
        return Page();
    }
}
