using IdP.Verification.Decisions;
using IdP.Verification.SignIn;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages.Verify;

/// <summary>"I can't use my app": what else there is.</summary>
internal sealed class HelpModel(Visit visit, HelpRequests help) : FlowPage(visit)
{
    /// <summary>Read out to support, who finds the person by it.</summary>
    public string Reference { get; private set; } = "";

    public override async Task<IActionResult> OnGetAsync()
    {
        if (await ElsewhereAsync<Decision.Verify>() is { } elsewhere) return elsewhere;
        Reference = await help.AskAsync(Who, Target.Policy.Name);
        return Page();
    }
}
