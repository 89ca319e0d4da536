using IdP.Server.Admin.Access;
using IdP.Server.Admin.Users;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages.Admin.People;

/// <summary>Who somebody is: name, address, groups, claims, roles.</summary>
internal sealed class EditModel(Visit visit, ShowUser show, SetUser set) : PeoplePage(visit, Right.PeopleWrite)
{
    public PersonForm Form { get; private set; } = new();

    public string Id => (string)RouteData.Values["id"]!;

    public string Name { get; private set; } = "";

    /// <summary>What the admin saw, so that nobody's change is overwritten unseen.</summary>
    public string State { get; private set; } = "";

    public Task<IActionResult> OnPostAsync() => ChangeAsync(async () =>
    {
        if (PersonForm.Read(Request.Form).ToPatch(withRoles: Has(Right.RolesWrite)) is not { } patch)
        {
            AddError("claims", T["Admin.People.ClaimsWrong"]);
            return await AgainAsync(null, StatusCodes.Status400BadRequest);
        }

        // The box was ticked for the address that was there; another one has proven nothing, until it is ticked anew.
        if ((await show.HandleAsync(Id, Ct))?.Email is var known && known != patch.Email) patch = patch with { EmailVerified = null };
        switch (await set.HandleAsync(new(Id, patch, Reason) { IfMatch = Request.Form["state"] }, Actor, Ct))
        {
            case SetUser.Outcome.Changed: return Done($"{Path}/{Uri.EscapeDataString(Id)}", "saved");
            case SetUser.Outcome.NothingToDo: return Done($"{Path}/{Uri.EscapeDataString(Id)}", "same");
            case SetUser.Outcome.EmailTaken: AddError("email", T["Admin.People.EmailTaken"]); break;
            case SetUser.Outcome.LastOwner: AddError("roles", T["Admin.People.LastOwner"]); break;
            default: return NotFound();
        }

        return await AgainAsync(null, StatusCodes.Status409Conflict);
    }, needsReason: true);

    protected override async Task<IActionResult> ShowAsync()
    {
        if (await show.HandleAsync(Id, Ct) is not { } person || person.Id != Id) return NotFound();
        // Whatever was typed stays; what is compared is what is stored now.
        (Name, State) = (person.DisplayName, person.ETag);
        Form = Request.HasFormContentType ? PersonForm.Read(Request.Form) : PersonForm.Of(person);
        return Page();
    }
}
