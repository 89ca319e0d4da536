using IdP.Verification.Decisions;
using IdP.Verification.Enrollments;
using IdP.Verification.Methods.Totp;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages.Portal.Security;

/// <summary>One authenticator app: another name, or away with it.</summary>
internal sealed class AuthenticatorModel(Visit visit, Authenticators authenticators) : PortalPage(visit, "security")
{
    public Authenticators.App App { get; private set; } = null!;

    /// <summary>What stands in the field.</summary>
    public string? Name { get; private set; }

    /// <summary>There is no other app.</summary>
    public bool IsOnly { get; private set; }

    public async Task<IActionResult> OnPostAsync([FromForm] string? name, [FromForm] string? action)
    {
        if (await ElsewhereAsync<Decision.Proceed>() is { } elsewhere) return elsewhere;
        if (!await FindAsync()) return LocalRedirect("~" + SignInTargets.Security);
        if (action == "remove") return await RemoveAsync();

        Name = name;
        if (!AuthenticatorNames.Of(name, out var called)) return Refuse("name", T["AppName.Wrong", ("n", AuthenticatorNames.Longest)]);
        if (called is null) return Refuse("name", T["AppName.Empty"]);
        await authenticators.RenameAsync(Session, App.Id, called);
        return LocalRedirect($"~{SignInTargets.Security}?done=renamed");
    }

    protected override async Task<IActionResult> ShowAsync() => await FindAsync() ? Page() : LocalRedirect("~" + SignInTargets.Security);

    private async Task<IActionResult> RemoveAsync()
    {
        switch (await authenticators.RemoveAsync(Session, App.Id, Visit.Current.Origin))
        {
            case Removal.NeedsVerification:
                return To("/verify");
            case Removal.LastOne:
                return await ShowAgainAsync(T["RemoveApp.LastOne"]);
            default:
                return LocalRedirect($"~{SignInTargets.Security}?done=removed");
        }
    }

    // One of somebody else is as unknown as any other.
    private async Task<bool> FindAsync()
    {
        var all = await authenticators.ListAsync(Who.Person.Id);
        if (all.Find(app => app.Id == Request.Query["id"].ToString()) is not { } found) return false;
        (App, Name, IsOnly) = (found, found.Name, all.Count == 1);
        return true;
    }
}
