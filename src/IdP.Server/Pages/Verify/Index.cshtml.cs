using IdP.Server.Pages.Shared;
using IdP.Verification.Decisions;
using IdP.Verification.Enrollments;
using IdP.Verification.Methods;
using IdP.Verification.Methods.Passkeys;
using IdP.Verification.Methods.Totp;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages.Verify;

internal sealed class IndexModel(Visit visit, VerificationService verification, TotpMethod totp, PasskeyVerification passkeys, Authenticators authenticators) : FlowPage(visit)
{
    /// <summary>Who asks for the code.</summary>
    public Phrase Why => Who.Person.MustChangePassword ? T["Verify.NewPassword"] : (Target.AppName, Who.State.VerifiedAt) switch
    {
        ({ } app, null) => T["Verify.App", ("app", app)],
        ({ } app, _) => T["Verify.AppAgain", ("app", app)],
        (null, null) => T["Verify.Portal"],
        _ => T["Verify.OwnAgain"],
    };

    /// <summary>Which app to open: with several, the one used last is named.</summary>
    public Phrase Hint { get; private set; } = null!;

    public bool TakesCode => Offer.Methods.Contains(TotpMethod.MethodName);

    public bool TakesPasskey => Offer.Methods.Contains(PasskeyMethod.Name);

    public bool TakesRecoveryCodes => Offer.TakesRecoveryCodes;

    /// <summary>Days for which the browser may be remembered; 0: that is not offered.</summary>
    public int RememberDays => Who.Person.MustChangePassword ? 0 : Offer.RememberDays;

    /// <summary>The box was ticked in the form that is shown again.</summary>
    public bool Remember { get; private set; }

    /// <summary>"Don't ask again on this device"; null: not offered.</summary>
    public Check? Box => RememberDays > 0 ? new Check("remember", T.Count("Verify.Remember", RememberDays), Remember) : null;

    private Decision.Verify Offer => (Decision.Verify)Decision;

    /// <summary>What to ask the browser for.</summary>
    public Task<PasskeyPrompt> PromptAsync() => passkeys.BeginAsync(Who);

    public override async Task<IActionResult> OnGetAsync() => await NotHereAsync() ?? Page();

    public async Task<IActionResult> OnPostAsync([FromForm] string? code, [FromForm] string? ceremony, [FromForm] string? passkey, [FromForm] string? remember)
    {
        if (await NotHereAsync() is { } elsewhere) return elsewhere;
        // Only where it was offered, whatever the form says.
        Remember = remember == "true" && RememberDays > 0;
        if (passkey is not null) return await UsePasskeyAsync(ceremony, passkey);
        // A code is no way round a passkey that is asked for.
        if (!TakesCode) return To("/verify");
        switch (await verification.CheckAsync(Who, totp, code, Target.Policy.Name, Remember ? RememberDays : 0))
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

    private async Task<IActionResult> UsePasskeyAsync(string? ceremony, string answer) =>
        await passkeys.CheckAsync(Who, ceremony, answer, Target.Policy.Name, Remember ? RememberDays : 0) switch
        {
            PasskeyCheck.Accepted => Leave(),
            PasskeyCheck.Refused => await ShowAgainAsync(T["Passkey.RefusedHere"]),
            _ => To("/verify"),
        };

    private async Task<IActionResult?> NotHereAsync()
    {
        if (await ElsewhereAsync<Decision.Verify>() is { } elsewhere) return elsewhere;
        Hint = await authenticators.ListAsync(Who.Person.Id) is [var first, _, ..] ? T["Verify.HintSeveral", ("name", first.Name)] : T["Verify.Hint"];
        return null;
    }
}
