using IdP.Verification.Decisions;
using IdP.Verification.SignIn;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages;

/// <summary>
/// A new password: because it is due, in the middle of a sign-in (<c>/password</c>), or on one's own wish
/// (<c>/portal/security/password</c>, after a fresh proof).
/// </summary>
internal sealed class PasswordModel(Visit visit, Passwords passwords) : FlowPage(visit)
{
    [BindProperty(Name = "password")]
    public string? Present { get; set; }

    [BindProperty(Name = "new_password")]
    public string? Wanted { get; set; }

    public bool IsDue => Who.Person.MustChangePassword;

    public int Shortest { get; private set; }

    private bool IsOwnWish => Request.Path.StartsWithSegments("/portal", StringComparison.Ordinal);

    public override async Task<IActionResult> OnGetAsync() => await NotHereAsync() ?? Page();

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        if (await NotHereAsync() is { } elsewhere) return elsewhere;
        if (string.IsNullOrEmpty(Present)) AddError("password", T["Password.PresentEmpty"]);
        if (string.IsNullOrEmpty(Wanted)) AddError("new_password", T["Password.NewEmpty"]);
        if (ViewData["Error"] is true) return Refuse();

        switch (await passwords.ChangeAsync(Who, Present!, Wanted!, Visit.Current.Origin, ct))
        {
            case PasswordChange.Changed when IsOwnWish:
                return LocalRedirect($"~{SignInTargets.Security}?done=password");
            case PasswordChange.Changed:
                Use(Who with { Person = Who.Person with { MustChangePassword = false } });
                return Go(await Visit.Flow.ContinueAsync(Who, Target.Policy, Target.Demands));
            case var outcome:
                return Refuse(outcome, Shortest);
        }
    }

    protected override ValueTask<SignInTarget?> FindTargetAsync() =>
        IsOwnWish ? Visit.Targets.ResolveAsync(null, SignInTargets.ChangePassword) : base.FindTargetAsync();

    // At the portal nothing opens for a pending sign-in, as on its other pages.
    protected override async ValueTask<SigningIn?> FindWhoAsync()
    {
        if (!IsOwnWish) return await base.FindWhoAsync();
        return await Visit.Current.SessionAsync() is { } session ? new SigningIn(session.Person, null, session) : null;
    }

    private async Task<IActionResult?> NotHereAsync()
    {
        if (await EnterAsync() is { } problem) return problem;
        if (await FindWhoAsync() is not { } who) return To("/signin");
        Use(who);
        Shortest = await passwords.ShortestForAsync(who.Person);
        if (IsDue) return await VerifiesFirstAsync() ? Go(Decision) : null;
        if (!IsOwnWish) return Go(await DecideAsync());
        return await ElsewhereAsync<Decision.Proceed>();
    }
}
