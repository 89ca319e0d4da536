using IdP.Verification.Decisions;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages;

/// <summary>Tells whoever proved the password why they cannot go on; nobody else.</summary>
internal sealed class LockedModel(Visit visit) : FlowPage(visit)
{
    public override async Task<IActionResult> OnGetAsync()
    {
        if (await ElsewhereAsync<Decision.Locked>() is { } elsewhere) return elsewhere;
        return Locked((Decision.Locked)Decision);
    }

    protected override async ValueTask<Decision> DecideAsync()
    {
        // Asked without being written down again, unless the lock has no reference yet.
        var decision = await Visit.Flow.DecideAsync(Who, Target.Policy, Target.Demands);
        return decision is Decision.Locked { Reference: not null }
            ? decision
            : await Visit.Flow.ContinueAsync(Who, Target.Policy, Target.Demands);
    }
}
