using IdP.Server.Pages.Portal;
using IdP.Server.Pages.Shared;
using IdP.Verification.Decisions;
using IdP.Verification.Enrollments;
using IdP.Verification.Methods.Passkeys;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages.Enroll;

/// <summary>A passkey, where what asks takes nothing else.</summary>
internal sealed class PasskeyModel(Visit visit, PasskeyEnrollment passkeys, ShownCodes shownCodes) : FlowPage(visit)
{
    public PasskeyPrompt Prompt { get; private set; } = null!;

    public Field NameField => T.PasskeyName(T.Browser(Visit.Current.Origin.UserAgent));

    public override async Task<IActionResult> OnGetAsync() => await NotHereAsync() ?? await ShowAsync();

    public async Task<IActionResult> OnPostAsync([FromForm] string? ceremony, [FromForm] string? passkey, [FromForm] string? name)
    {
        if (await NotHereAsync() is { } elsewhere) return elsewhere;
        var setup = await passkeys.ConfirmAsync(Who, ceremony, passkey, T.PasskeyNameOf(name, Visit.Current.Origin), Target.Policy);
        if (setup.Refused is { } refusal) return Prove(refusal);
        switch (setup.Check)
        {
            case PasskeyCheck.Accepted when setup.RecoveryCodes.Count > 0:
                shownCodes.Keep(HttpContext, Who.Person, setup.RecoveryCodes);
                return To("/enroll/recovery-codes");
            case PasskeyCheck.Accepted:
                return Leave();
            case PasskeyCheck.Refused:
                return await ShowAgainAsync(T["PasskeySetup.Failed"]);
            default:
                return To("/enroll");
        }
    }

    private async Task<IActionResult?> NotHereAsync() =>
        await ElsewhereAsync<Decision.Enroll>() ?? (Decision is Decision.Enroll { Passkey: true } ? null : To("/enroll"));

    private async Task<IActionResult> ShowAsync()
    {
        var setup = await passkeys.BeginAsync(Who, Target.Policy);
        if (setup.Prompt is not { } prompt) return Prove(setup.Refused!);
        Prompt = prompt;
        return Page();
    }

    private IActionResult Prove(SetupStart refusal) => To(refusal switch { SetupStart.NeedsPassword => "/signin", SetupStart.NeedsProof => "/enroll/proof", _ => "/verify" });
}
