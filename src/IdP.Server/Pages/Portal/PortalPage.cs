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
    protected override ValueTask<SignInTarget?> FindTargetAsync()
    {
        // Named by its route: the address may be written in another case or with a query that no target has, and would
        // then be taken for the portal, whose policy asks less than the console's.
        var own = RouteData.Values.Aggregate("/" + PageContext.ActionDescriptor.AttributeRouteInfo!.Template,
            (path, value) => path.Replace($"{{{value.Key}}}", Uri.EscapeDataString(value.Value?.ToString() ?? ""), StringComparison.Ordinal));
        var asked = own + (HttpMethods.IsGet(Request.Method) ? Request.QueryString.Value : "");
        return Visit.Targets.ResolveAsync(null, SignInTargets.IsOwnPage(asked) ? asked : own);
    }

    protected override async ValueTask<SigningIn?> FindWhoAsync() =>
        await Visit.Current.SessionAsync() is { } session ? new SigningIn(session.Person, null, session) : null;
}
