using IdP.Server.Pages.Verify;
using IdP.Verification.Decisions;
using IdP.Verification.Enrollments;
using IdP.Verification.Methods;
using IdP.Verification.Methods.Totp;
using Microsoft.AspNetCore.Html;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages.Enroll;

/// <summary>Step 2: the QR code, the key and the confirming code; for a first set-up and for a new phone.</summary>
internal sealed class AppModel(Visit visit, EnrollmentService enrollment, ShownCodes shownCodes) : SetupPage(visit)
{
    private byte[] secret = [];

    /// <summary>In groups of four.</summary>
    public string Key => string.Join(' ', Base32.Encode(secret).Chunk(4).Select(group => new string(group)));

    public string KeyUri => TotpSecrets.KeyUri(secret, T.Organisation, Who.Person.UserName);

    public IHtmlContent Qr => QrImage.Of(KeyUri, T["Setup.Qr"]);

    public string BackPath => IsOwnWish ? Target.Next : Target.Page("/enroll");

    /// <summary>Part of the three steps; a new phone is not.</summary>
    public bool IsStep => Target.Next is not (SignInTargets.Reset or SignInTargets.AddApp);

    /// <summary>What the person typed as its name; asked of whoever may have several.</summary>
    public string? Name { get; private set; }

    private SetupIntent Intent => Target.Next == SignInTargets.AddApp ? SetupIntent.Add : SetupIntent.Replace;

    public override async Task<IActionResult> OnGetAsync() => await NotThisStepAsync() ?? await ShowAsync();

    public async Task<IActionResult> OnPostAsync([FromForm] string? code, [FromForm] string? name)
    {
        if (await NotThisStepAsync() is { } elsewhere) return elsewhere;
        Name = name;
        if (!AuthenticatorNames.Of(name, out var called)) return await RefuseAsync(T["AppName.Wrong", ("n", AuthenticatorNames.Longest)], "name");
        var confirmation = await enrollment.ConfirmAsync(Who, code, Target.Policy, Intent, called);
        if (confirmation.Refused is { } refusal) return Prove(refusal);
        if (confirmation.Expired) return await RefuseAsync(T["Setup.Expired"]);
        switch (confirmation.Check)
        {
            case CodeCheck.Accepted when confirmation.RecoveryCodes.Count > 0:
                shownCodes.Keep(HttpContext, Who.Person, confirmation.RecoveryCodes);
                return To("/enroll/recovery-codes");
            case CodeCheck.Accepted:
                return IsOwnWish ? LocalRedirect($"~{SignInTargets.Security}?done={(Intent == SetupIntent.Add ? "added" : "phone")}") : Leave();
            case CodeCheck.Locked(var decision):
                return Locked(decision);
            case CodeCheck.Malformed(var empty):
                return await RefuseAsync(T[empty ? "Code.Empty" : "Code.Malformed"]);
            case CodeCheck.Wrong when confirmation.MinutesOff is { } minutes:
                return await RefuseAsync(T.Count("Setup.ClockOff", minutes, ("minutes", minutes)));
            case CodeCheck.Wrong wrong:
                return await RefuseAsync(this.WrongCode("Setup.Wrong", wrong));
            default:
                // Finished in another window, or the sign-in is gone: the decision knows where this person belongs.
                return To("/enroll/app");
        }
    }

    private async Task<IActionResult?> NotThisStepAsync() =>
        await NotHereAsync() ?? (Decision is Decision.Enroll { Passkey: true } ? To("/enroll") : null);

    private async Task<IActionResult> ShowAsync()
    {
        var start = await enrollment.BeginAsync(Who, Target.Policy, Intent);
        if (start is not SetupStart.Ready ready) return Prove(start);
        secret = ready.Secret;
        return Page();
    }

    private async Task<IActionResult> RefuseAsync(Phrase message, string field = "code")
    {
        AddError(field, message);
        Response.StatusCode = StatusCodes.Status400BadRequest;
        return await ShowAsync();
    }

    // A password that is too old for a first set-up is entered again; whoever is enrolled verifies.
    private IActionResult Prove(SetupStart refusal) => refusal is SetupStart.TooMany ? LocalRedirect("~" + SignInTargets.AddApp) : To(refusal switch
    {
        SetupStart.NeedsPassword => "/signin",
        SetupStart.NeedsProof => "/enroll/proof",
        _ => "/verify",
    });
}
