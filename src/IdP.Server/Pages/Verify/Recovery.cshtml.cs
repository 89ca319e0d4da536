using IdP.Verification.Decisions;
using IdP.Verification.Methods;
using IdP.Verification.Methods.RecoveryCodes;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages.Verify;

internal sealed class RecoveryModel(Visit visit, VerificationService verification, RecoveryCodeMethod recoveryCodes) : FlowPage(visit)
{
    public override async Task<IActionResult> OnGetAsync() => await NotHereAsync() ?? Page();

    public async Task<IActionResult> OnPostAsync([FromForm] string? code)
    {
        if (await NotHereAsync() is { } elsewhere) return elsewhere;
        return await verification.CheckAsync(Who, recoveryCodes, code, Target.Policy.Name) switch
        {
            CodeCheck.Accepted => Who.Person.MustChangePassword ? Leave() : To("/verify/recovered"),
            CodeCheck.Locked(var decision) => Locked(decision),
            CodeCheck.Malformed(var empty) => Refuse("code", T[empty ? "Recovery.Empty" : "Recovery.Malformed"]),
            CodeCheck.Wrong wrong => Refuse("code", this.WrongCode("Recovery.Wrong", wrong with { InARow = 0 })),
            CodeCheck.UsedBefore => Refuse("code", T["Recovery.Wrong"]),
            _ => To("/signin"),
        };
    }

    private async Task<IActionResult?> NotHereAsync() =>
        await ElsewhereAsync<Decision.Verify>() ?? (Decision is Decision.Verify { TakesRecoveryCodes: true } ? null : To("/verify"));
}
