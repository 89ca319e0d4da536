using IdP.Verification.Decisions;
using IdP.Verification.SignIn;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages.Portal;

/// <summary>Where I am signed in, and ending it there.</summary>
internal sealed class SessionsModel(Visit visit, Sessions sessions) : PortalPage(visit, "security")
{
    public IReadOnlyList<SessionRow> Sessions { get; private set; } = [];

    public async Task<IActionResult> OnPostAsync([FromForm] string? end)
    {
        if (await ElsewhereAsync<Decision.Proceed>() is { } elsewhere) return elsewhere;
        if (end == "others") await sessions.EndOthersAsync(Session, Visit.Current.Origin);
        // A session of somebody else, or this one, is not ended here.
        else if (end is { Length: > 0 } && end != Session.Session.Id) await sessions.EndAsync(Session, end, Visit.Current.Origin);
        return LocalRedirect($"~{SignInTargets.Security}?done={(end == "others" ? "others" : "one")}");
    }

    protected override async Task<IActionResult> ShowAsync()
    {
        Sessions = await SessionRow.ListAsync(sessions, Session, T);
        return Page();
    }
}
