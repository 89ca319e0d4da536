using IdP.Server.Mail;
using IdP.Server.Pages.Verify;
using IdP.Verification;
using IdP.Verification.Decisions;
using IdP.Verification.Enrollments;
using IdP.Verification.Methods;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages.Enroll;

/// <summary>Between step 1 and step 2, where the password alone is not enough: a mailed code or an admin's one-time pass.</summary>
internal sealed class ProofModel(Visit visit, EnrollmentProofs proofs, CodeMails mails) : SetupPage(visit)
{
    private EnrollmentProof missing;

    public bool ByMail => missing == EnrollmentProof.Mail;

    /// <summary>A code was sent a moment ago.</summary>
    public bool IsSent => Request.Query["sent"] == "1" || ErrorOf("code") is not null;

    /// <summary>Enough to recognise one's own address by.</summary>
    public string MaskedAddress => Who.Person.Email is { } email && email.IndexOf('@', StringComparison.Ordinal) is > 0 and var at ? email[..1] + "…" + email[at..] : "";

    public string BackPath => IsOwnWish ? Target.Next : Target.Page("/enroll");

    public override async Task<IActionResult> OnGetAsync() => await NotNeededAsync() ?? Page();

    public async Task<IActionResult> OnPostAsync([FromForm] string? code, [FromForm] string? action)
    {
        if (await NotNeededAsync() is { } elsewhere) return elsewhere;
        if (action == "send") return await SendAsync();
        return await proofs.CheckAsync(Who, Target.Policy, code) switch
        {
            CodeCheck.Accepted => GoOn(),
            CodeCheck.Locked(var decision) => Locked(decision),
            CodeCheck.Malformed(var empty) => Refuse("code", T[(empty, ByMail) switch { (true, true) => "Proof.CodeEmpty", (true, _) => "Proof.PassEmpty", (_, true) => "Proof.CodeMalformed", _ => "Proof.PassMalformed" }]),
            CodeCheck.Wrong wrong => Refuse("code", this.WrongCode(ByMail ? "Proof.CodeWrong" : "Proof.PassWrong", wrong with { InARow = 0 })),
            _ => To("/signin"),
        };
    }

    // To where the setup key or the passkey waits.
    private IActionResult GoOn() => Target.Next == SignInTargets.Passkeys ? LocalRedirect("~" + Target.Next)
        : To(Decision is Decision.Enroll { Passkey: true } ? "/enroll/passkey" : "/enroll/app");

    private async Task<IActionResult?> NotNeededAsync()
    {
        if (await NotHereAsync() is { } elsewhere) return elsewhere;
        missing = await proofs.MissingAsync(Who, Target.Policy);
        return missing == EnrollmentProof.None ? GoOn() : null;
    }

    private async Task<IActionResult> SendAsync()
    {
        if (!ByMail) return To("/enroll/proof");
        if (await proofs.NewMailCodeAsync(Who) is not { } code) return Refuse("code", T["Proof.TooMany"], StatusCodes.Status429TooManyRequests);
        await mails.SendEnrollmentCodeAsync(Who.Person, code, HttpContext.RequestAborted);
        var page = Target.Page("/enroll/proof");
        return LocalRedirect("~" + page + (page.Contains('?', StringComparison.Ordinal) ? "&" : "?") + "sent=1");
    }
}
