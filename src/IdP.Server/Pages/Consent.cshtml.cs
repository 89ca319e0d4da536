using IdP.Protocol.Interactions;
using IdP.Verification.Decisions;
using IdP.Verification.SignIn;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages;

/// <summary>Asks the person before an application gets their data.</summary>
internal sealed class ConsentModel(Visit visit, ParkedRequests parkedRequests) : FlowPage(visit)
{
    /// <summary>Where the answer goes; a scheme of its own for an app on a phone.</summary>
    public string AppHost => new Uri(Target.Parked!.RedirectUri) is { Host.Length: > 0 } uri ? uri.Host : new Uri(Target.Parked!.RedirectUri).Scheme;

    /// <summary>What it asks for, in plain words.</summary>
    public IEnumerable<(string Scope, string Text)> Scopes =>
        Target.Parked!.Scopes.Select(scope => (scope, T.Find("Scope." + scope) ?? T["Scope.other", ("scope", scope)].ToString()));

    public override async Task<IActionResult> OnGetAsync() => await NotHereAsync() ?? Page();

    public async Task<IActionResult> OnPostAsync([FromForm] string? decision)
    {
        if (await NotHereAsync() is { } elsewhere) return elsewhere;
        var (handle, person) = (Target.Parked!.Handle, Who.Person.Id);
        if (decision == "allow") await parkedRequests.AllowAsync(handle, person);
        else if (decision == "deny") await parkedRequests.RefuseAsync(handle, person);
        else return To("/consent");
        return Leave();
    }

    // Only somebody who is signed in far enough can allow anything.
    protected override async ValueTask<SigningIn?> FindWhoAsync() =>
        await Visit.Current.SessionAsync() is { } session ? new SigningIn(session.Person, null, session) : null;

    private async Task<IActionResult?> NotHereAsync()
    {
        if (await ElsewhereAsync<Decision.Proceed>() is { } elsewhere) return elsewhere;
        return Target.Parked is null ? Leave() : null;
    }
}
