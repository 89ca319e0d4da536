using IdP.Server.Pages.Verify;
using IdP.Verification.Decisions;
using IdP.Verification.Enrollments;
using IdP.Verification.Methods;
using IdP.Verification.Methods.Totp;
using Microsoft.AspNetCore.Html;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages.Enroll;

/// <summary>Step 2: the QR code, the key and the confirming code; for a first set-up and for a new phone.</summary>
internal sealed class AppModel(Visit visit, EnrollmentService enrollment, ShownCodes shownCodes) : FlowPage(visit)
{
    private byte[] secret = [];

    /// <summary>In groups of four.</summary>
    public string Key => string.Join(' ', Base32.Encode(secret).Chunk(4).Select(group => new string(group)));

    public string KeyUri => TotpSecrets.KeyUri(secret, T.Organisation, Who.Person.UserName);

    public IHtmlContent Qr => QrImage.Of(KeyUri, T["Setup.Qr"]);

    public string BackPath => IsOwnWish ? Target.Next : Target.Page("/enroll");

    /// <summary>Part of the three steps; a new phone is not.</summary>
    public bool IsStep => Target.Next != SignInTargets.Reset;

    // From the Security page: nobody asks for it, so there the decision lets the person in.
    private bool IsOwnWish => Target.Next is SignInTargets.SetUp or SignInTargets.Reset;

    public override async Task<IActionResult> OnGetAsync() => await NotHereAsync() ?? await ShowAsync();

    public async Task<IActionResult> OnPostAsync([FromForm] string? code)
    {
        if (await NotHereAsync() is { } elsewhere) return elsewhere;
        var confirmation = await enrollment.ConfirmAsync(Who, code, Target.Policy.Name);
        if (confirmation.Refused is { } refusal) return Prove(refusal);
        if (confirmation.Expired) return await RefuseAsync(T["Setup.Expired"]);
        switch (confirmation.Check)
        {
            case CodeCheck.Accepted when confirmation.RecoveryCodes.Count > 0:
                shownCodes.Keep(HttpContext, Who.Person, confirmation.RecoveryCodes);
                return To("/enroll/recovery-codes");
            case CodeCheck.Accepted:
                return IsOwnWish ? LocalRedirect("~/portal/security?done=phone") : Leave();
            case CodeCheck.Locked(var decision):
                return Locked(decision);
            case CodeCheck.Malformed(var empty):
                return await RefuseAsync(T[empty ? "Code.Empty" : "Code.Malformed"]);
            case CodeCheck.Wrong wrong:
                return await RefuseAsync(this.WrongCode("Setup.Wrong", wrong));
            default:
                // Finished in another window, or the sign-in is gone: the decision knows where this person belongs.
                return To("/enroll/app");
        }
    }

    private async Task<IActionResult?> NotHereAsync()
    {
        if (await EnterAsync() is { } problem) return problem;
        if (!IsOwnWish) return await ElsewhereAsync<Decision.Enroll>() ?? (Decision is Decision.Enroll { Passkey: true } ? To("/enroll") : null);
        if (await ElsewhereAsync<Decision.Proceed>() is { } elsewhere) return elsewhere;
        var isActive = Who.Person.State.Enrollment is EnrollmentState.Active;
        if (isActive == (Target.Next == SignInTargets.Reset)) return null;
        return LocalRedirect(isActive ? $"~{SignInTargets.Security}?done=already" : "~" + SignInTargets.Security);
    }

    private async Task<IActionResult> ShowAsync()
    {
        var start = await enrollment.BeginAsync(Who);
        if (start is not SetupStart.Ready ready) return Prove(start);
        secret = ready.Secret;
        return Page();
    }

    private async Task<IActionResult> RefuseAsync(Phrase message)
    {
        AddError("code", message);
        Response.StatusCode = StatusCodes.Status400BadRequest;
        return await ShowAsync();
    }

    // A password that is too old for a first set-up is entered again; whoever is enrolled verifies.
    private IActionResult Prove(SetupStart refusal) => To(refusal is SetupStart.NeedsPassword ? "/signin" : "/verify");
}
