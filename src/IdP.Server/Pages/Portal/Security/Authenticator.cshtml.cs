using IdP.Verification.Decisions;
using IdP.Verification.Enrollments;
using IdP.Verification.Methods.Passkeys;
using IdP.Verification.Methods.Totp;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages.Portal.Security;

/// <summary>One authenticator app or passkey: another name, or away with it.</summary>
internal sealed class AuthenticatorModel(Visit visit, Authenticators authenticators, PasskeyEnrollment passkeys) : PortalPage(visit, "security")
{
    public sealed record One(AuthenticatorKind Kind, string Id, string Name, DateTimeOffset AddedAt, DateTimeOffset? LastUsedAt);

    public One It { get; private set; } = null!;

    /// <summary>What stands in the field.</summary>
    public string? Name { get; private set; }

    public bool IsPasskey => It.Kind == AuthenticatorKind.Passkey;

    public Phrase WhatRemovingDoes => (IsPasskey, isOnly) switch
    {
        (true, true) => T["RemovePasskey.Only"],
        (true, false) => T["RemovePasskey.Lead"],
        (false, true) => T["RemoveApp.Only"],
        _ => T["RemoveApp.Lead"],
    };

    // There is no other, of either kind.
    private bool isOnly;

    public async Task<IActionResult> OnPostAsync([FromForm] string? name, [FromForm] string? action)
    {
        if (await ElsewhereAsync<Decision.Proceed>() is { } elsewhere) return elsewhere;
        if (!await FindAsync()) return LocalRedirect("~" + SignInTargets.Security);
        if (action == "remove") return await RemoveAsync();

        Name = name;
        if (!AuthenticatorNames.Of(name, out var called)) return Refuse("name", T["AppName.Wrong", ("n", AuthenticatorNames.Longest)]);
        if (called is null) return Refuse("name", T["AppName.Empty"]);
        await authenticators.RenameAsync(Session, It.Kind, It.Id, called);
        return LocalRedirect($"~{SignInTargets.Security}?done=renamed");
    }

    protected override async Task<IActionResult> ShowAsync() => await FindAsync() ? Page() : LocalRedirect("~" + SignInTargets.Security);

    private async Task<IActionResult> RemoveAsync()
    {
        switch (await authenticators.RemoveAsync(Session, It.Kind, It.Id, Visit.Current.Origin))
        {
            case Removal.NeedsVerification:
                return To("/verify");
            case Removal.LastOne:
                return await ShowAgainAsync(T[IsPasskey ? "Passkeys.Last" : "RemoveApp.LastOne"]);
            default:
                return LocalRedirect($"~{SignInTargets.Security}?done={(IsPasskey ? "passkey_removed" : "removed")}");
        }
    }

    // One of somebody else is as unknown as any other.
    private async Task<bool> FindAsync()
    {
        var id = Who.Person.Id;
        List<One> all =
        [
            .. (await authenticators.ListAsync(id)).Select(app => new One(AuthenticatorKind.App, app.Id, app.Name, app.ConfirmedAt, app.LastUsedAt)),
            .. (await passkeys.ListAsync(id)).Select(passkey => new One(AuthenticatorKind.Passkey, passkey.Id, passkey.Name, passkey.CreatedAt, passkey.LastUsedAt)),
        ];
        if (all.Find(one => one.Id == Request.Query["id"].ToString()) is not { } found) return false;
        (It, Name, isOnly) = (found, found.Name, all.Count == 1);
        return true;
    }
}
