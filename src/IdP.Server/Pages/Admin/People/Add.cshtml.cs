using IdP.Server.Admin.Access;
using IdP.Server.Admin.Users;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages.Admin.People;

/// <summary>Adds a person.</summary>
internal sealed class AddModel(Visit visit, AddUser add) : PeoplePage(visit, Right.PeopleWrite)
{
    public PersonForm Form { get; private set; } = new();

    public string Username { get; private set; } = "";

    public Task<IActionResult> OnPostAsync() => ChangeAsync(async () =>
    {
        if (PersonForm.Read(Request.Form).ToPatch(withRoles: Has(Right.RolesWrite)) is not { } patch)
        {
            AddError("claims", T["Admin.People.ClaimsWrong"]);
            return await AgainAsync(null, StatusCodes.Status400BadRequest);
        }

        var password = Request.Form["password"].ToString();
        var outcome = await add.HandleAsync(
            new(Request.Form["username"].ToString().Trim(), patch, password.Length > 0 ? password : null, MustChangePassword: true, Reason), Actor, Ct);
        if (outcome is AddUser.Outcome.Added added) return Done($"{Path}/{Uri.EscapeDataString(added.UserId)}", "added");
        AddError(outcome is AddUser.Outcome.UserNameTaken ? "username" : "email", T["Admin.People.EmailTaken"]);
        return await AgainAsync(null, StatusCodes.Status409Conflict);
    }, needsReason: true);

    protected override Task<IActionResult> ShowAsync()
    {
        if (Request.HasFormContentType) (Form, Username) = (PersonForm.Read(Request.Form), Request.Form["username"].ToString());
        return base.ShowAsync();
    }
}
