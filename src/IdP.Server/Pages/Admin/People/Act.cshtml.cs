using System.Globalization;
using IdP.Server.Admin.Access;
using IdP.Server.Admin.Users;
using IdP.Storage.Changes;
using IdP.Verification;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages.Admin.People;

/// <summary>One act on one person: what will happen, why, and the button that says it.</summary>
internal sealed class ActModel(Visit visit, ListUsers list, PersonActs acts, Catalog catalog) : PeoplePage(visit)
{
    public ListUsers.Row Person { get; private set; } = null!;

    public string Act => (string)RouteData.Values["act"]!;

    public string Id => (string)RouteData.Values["id"]!;

    public bool AsksForDays => Act is PersonActs.Require or PersonActs.Extend or PersonActs.Reset || (Act == PersonActs.Unlock && Person.State == EnrollmentView.Expired);

    public string? Days { get; private set; }

    public string? Hours { get; private set; }

    public Phrase DaysHint { get; private set; } = null!;

    /// <summary>Why nothing would happen; null: it would.</summary>
    public Phrase? WhyNot { get; private set; }

    /// <summary>What was made and is shown this once; null: nothing.</summary>
    public PersonActs.Result? Shown { get; private set; }

    public Task<IActionResult> OnPostAsync() => ChangeAsync(async () =>
    {
        if (!await FindAsync()) return NotFound();
        if (!TryReadDays(needed: Act == PersonActs.Extend, out var days)) return await AgainAsync(null, StatusCodes.Status400BadRequest);
        var hours = int.TryParse(Request.Form["hours"].ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : Act == PersonActs.Pass ? 0 : 24;
        var result = await acts.RunAsync(Act, new(Id, days, hours, Reason), Actor, Ct);
        if (!result.Done) return await AgainAsync(OutcomeOf(result), StatusCodes.Status409Conflict);
        if (result.Pass is null) return LocalRedirect(Act == PersonActs.Remove ? $"~{Path}?done=removed" : $"~{Path}/{Uri.EscapeDataString(Id)}?done={result.Word}");
        Response.Headers.CacheControl = "no-store";
        Shown = result;
        return Page();
    }, needsReason: true);

    protected override async Task<IActionResult> ShowAsync()
    {
        if (!await FindAsync()) return NotFound();
        if (Request.HasFormContentType) (Days, Hours) = (Request.Form["days"], Request.Form["hours"]);
        else (Days, Hours) = (Act is PersonActs.Extend or PersonActs.Unlock ? "7" : null, "24");
        DaysHint = Act switch
        {
            PersonActs.Require => T["Admin.People.DaysOrDefault", ("n", VerificationSettings.Of(await catalog.GetAsync()).EnrollmentDays)],
            PersonActs.Extend => T["Admin.People.DaysHint"],
            _ => T["Admin.People.DaysOrNext"],
        };
        if (acts.WhyNot(Act, Person, Actor, null) is { } why) WhyNot = OutcomeOf(why);
        return Page();
    }

    private async Task<bool> FindAsync()
    {
        if (!PersonActs.All.Contains(Act) || !Has(PersonActs.Needs(Act))) return false;
        var found = await list.HandleAsync(new ListUsers.Request(null, null, 1) { Ids = [Id] }, Ct);
        if (found.Users is not [var person]) return false;
        Person = person;
        return true;
    }
}
