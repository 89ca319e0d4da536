using IdP.Storage;
using IdP.Verification.Decisions;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages.Verify;

/// <summary>"I can't use my app": what else there is.</summary>
internal sealed class HelpModel(Visit visit, RandomSource random, ILogger<HelpModel> logger) : FlowPage(visit)
{
    /// <summary>Read out to support, who finds the account by it in the log.</summary>
    public string Reference { get; } = random.NewReference("HP");

    public override async Task<IActionResult> OnGetAsync()
    {
        if (await ElsewhereAsync<Decision.Verify>() is { } elsewhere) return elsewhere;
        logger.CannotUseApp(Reference, Who.Person.Id);
        return Page();
    }
}
