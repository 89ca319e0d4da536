using System.Globalization;
using System.Text.Json;
using IdP.Server.Admin.Access;
using IdP.Server.Admin.Api;
using IdP.Server.Admin.Users;
using IdP.Server.Pages.Portal;
using IdP.Storage.Changes;
using IdP.Storage.Clients;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages.Admin.People;

/// <summary>One person: how far they are, why they are locked, what they have, what happened, and what can be done.</summary>
internal sealed class PersonModel(Visit visit, ShowUser show, ShowPerson details, ListUsers list, PersonActs acts, Catalog catalog) : PeoplePage(visit)
{
    public ShowUser.Person Person { get; private set; } = null!;

    public ShowPerson.Details Details { get; private set; } = null!;

    public ListUsers.Row Row { get; private set; } = null!;

    /// <summary>The one thing that a locked person waits for, and that this admin can do.</summary>
    public bool MayUnlock { get; private set; }

    /// <summary>What else this admin can do to this person now; what does harm comes last.</summary>
    public IReadOnlyList<string> Acts { get; private set; } = [];

    public bool MayEdit { get; private set; }

    public bool IsNewest { get; private set; }

    private CatalogSnapshot snapshot = null!;

    public Phrase RequiredBy => Person.RequiredBy switch
    {
        "admin" or null => T["Admin.People.RequiredAdmin"],
        "self" => T["Admin.People.RequiredSelf"],
        var resource => T.Literal(NameOf(resource)),
    };

    public string Claims => JsonSerializer.Serialize(Person.Claims, ApiJson.Options);

    /// <summary>What an event is called for people, and what it was about.</summary>
    public string What(ShowPerson.Event row)
    {
        var what = T.Find("Activity." + row.Name) ?? row.Name;
        return row.Row.Resource is { } resource ? $"{what} · {NameOf(resource)}" : what;
    }

    public string From(ShowPerson.Event row) =>
        row.Row.Address is { } address ? $"{T.Browser(row.Row.UserAgent)} · {address}" : "";

    protected override async Task<IActionResult> ShowAsync()
    {
        var id = (string)RouteData.Values["id"]!;
        IsNewest = !long.TryParse(Request.Query["before"], NumberStyles.None, CultureInfo.InvariantCulture, out var before);
        if (await list.HandleAsync(new ListUsers.Request(null, null, 1) { Ids = [id] }, Ct) is not { Users: [var row] }) return NotFound();
        if (await show.HandleAsync(row.Id, Ct) is not { } person) return NotFound();
        (Row, Person, snapshot) = (row, person, await catalog.GetAsync());
        Details = await details.HandleAsync(row.Id, IsNewest ? null : before, Ct);
        var possible = PersonActs.All.Where(act => acts.WhyNot(act, row, Actor, null) is null).ToList();
        MayUnlock = possible.Remove(PersonActs.Unlock);
        Acts = [.. possible.OrderBy(PersonActs.IsHarsh)];
        MayEdit = Has(Right.PeopleWrite) && (row.Roles.Count == 0 || Has(Right.RolesWrite));
        return Page();
    }

    private string NameOf(string resource) => resource.Split(':', 2) is [ResourceKind.Client, var id] ? snapshot.Clients.GetValueOrDefault(id)?.DisplayName ?? id : resource;
}
