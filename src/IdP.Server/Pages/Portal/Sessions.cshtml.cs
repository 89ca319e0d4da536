using IdP.Verification.Decisions;
using IdP.Verification.SignIn;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages.Portal;

/// <summary>Where I am signed in, and ending it there; which browsers are remembered, and forgetting them.</summary>
internal sealed class SessionsModel(Visit visit, Sessions sessions, RememberedBrowsers browsers) : PortalPage(visit, "security")
{
    public IReadOnlyList<SessionRow> Sessions { get; private set; } = [];

    public IReadOnlyList<RememberedRow> Remembered { get; private set; } = [];

    public async Task<IActionResult> OnPostAsync([FromForm] string? end, [FromForm] string? forget)
    {
        if (await ElsewhereAsync<Decision.Proceed>() is { } elsewhere) return elsewhere;
        if (forget is { Length: > 0 })
        {
            await browsers.ForgetAsync(Session, forget == "all" ? null : forget, Visit.Current.Origin);
            return LocalRedirect($"~{SignInTargets.Security}?done=forgotten");
        }

        if (end == "others") await sessions.EndOthersAsync(Session, Visit.Current.Origin);
        // A session of somebody else, or this one, is not ended here.
        else if (end is { Length: > 0 } && end != Session.Session.Id) await sessions.EndAsync(Session, end, Visit.Current.Origin);
        return LocalRedirect($"~{SignInTargets.Security}?done={(end == "others" ? "others" : "one")}");
    }

    protected override async Task<IActionResult> ShowAsync()
    {
        Sessions = await SessionRow.ListAsync(sessions, Session, T);
        Remembered = await RememberedRow.ListAsync(browsers, Session, T);
        return Page();
    }
}
