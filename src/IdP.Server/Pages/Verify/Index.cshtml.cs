using IdP.Verification.Decisions;
using IdP.Verification.Methods;
using IdP.Verification.Methods.Totp;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages.Verify;

internal sealed class IndexModel(Visit visit, VerificationService verification, TotpMethod totp) : FlowPage(visit)
{
    /// <summary>Who asks for the code.</summary>
    public Phrase Why => Who.Person.MustChangePassword ? T["Verify.NewPassword"] : (Target.AppName, Who.State.VerifiedAt) switch
    {
        ({ } app, null) => T["Verify.App", ("app", app)],
        ({ } app, _) => T["Verify.AppAgain", ("app", app)],
        (null, null) => T["Verify.Portal"],
        _ => T["Verify.OwnAgain"],
    };

    public override async Task<IActionResult> OnGetAsync() => await ElsewhereAsync<Decision.Verify>() ?? Page();

    public async Task<IActionResult> OnPostAsync([FromForm] string? code)
    {
        if (await ElsewhereAsync<Decision.Verify>() is { } elsewhere) return elsewhere;
        switch (await verification.CheckAsync(Who, totp, code, Target.Policy.Name))
        {
            case CodeCheck.Accepted:
                return Leave();
            case CodeCheck.Gone:
                return To("/signin");
            case CodeCheck.Locked(var decision):
                return Locked(decision);
            case CodeCheck.Malformed(var empty):
                return Refuse("code", T[empty ? "Code.Empty" : "Code.Malformed"]);
            case CodeCheck.UsedBefore:
                return Refuse("code", T["Code.UsedBefore"]);
            case CodeCheck.Wrong wrong:
                return Refuse("code", this.WrongCode("Code.Wrong", wrong));
            default:
                return To("/verify");
        }
    }
}
