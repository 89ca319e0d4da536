using IdP.Verification.Decisions;
using IdP.Verification.SignIn;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages.Portal;

/// <summary>What the top bar needs.</summary>
internal interface IPortalPage
{
    /// <summary>The item of the navigation that is current.</summary>
    string Section { get; }

    string PersonName { get; }

    bool IsAdmin { get; }
}

/// <summary>A page for somebody who is signed in far enough for it; a pending sign-in opens none of them.</summary>
internal abstract class PortalPage(Visit visit, string section) : FlowPage(visit), IPortalPage
{
    public string Section => section;

    public string PersonName => Who.Person.DisplayName;

    public bool IsAdmin => Who.Person.Roles.Count > 0;

    protected SignedIn Session => Who.Session!;

    public override async Task<IActionResult> OnGetAsync()
    {
        if (await ElsewhereAsync<Decision.Proceed>() is { } elsewhere) return elsewhere;
        return await ShowAsync();
    }

    /// <summary>Reads what the page shows.</summary>
    protected virtual Task<IActionResult> ShowAsync() => Task.FromResult<IActionResult>(Page());

    /// <summary>The page itself is what the person wants to reach.</summary>
    protected override ValueTask<SignInTarget?> FindTargetAsync() =>
        Visit.Targets.ResolveAsync(null, Request.Path + (HttpMethods.IsGet(Request.Method) ? Request.QueryString.Value : ""));

    protected override async ValueTask<SigningIn?> FindWhoAsync() =>
        await Visit.Current.SessionAsync() is { } session ? new SigningIn(session.Person, null, session) : null;
}
