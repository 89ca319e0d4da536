using IdP.Storage.Database;
using IdP.Verification.Decisions;
using IdP.Verification.Methods.RecoveryCodes;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages.Verify;

/// <summary>Signed in with a recovery code: how many are left, and the way to a working phone.</summary>
internal sealed class RecoveredModel(Visit visit, IdPDatabase database) : FlowPage(visit)
{
    public int Left { get; private set; }

    public override async Task<IActionResult> OnGetAsync()
    {
        if (await ElsewhereAsync<Decision.Proceed>() is { } elsewhere) return elsewhere;
        Left = (await database.ReadAsync(s => RecoveryCodeMethod.CountAsync(s, Who.Person.Id))).Left;
        return Page();
    }
}
