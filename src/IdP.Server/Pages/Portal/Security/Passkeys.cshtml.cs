using IdP.Server.Pages.Shared;
using IdP.Storage.Enrollments;
using IdP.Verification.Decisions;
using IdP.Verification.Enrollments;
using IdP.Verification.Methods.Passkeys;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages.Portal.Security;

/// <summary>My passkeys, and one more.</summary>
internal sealed class PasskeysModel(Visit visit, PasskeyEnrollment passkeys, ShownCodes shownCodes) : PortalPage(visit, "security")
{
    public IReadOnlyList<Passkey> List { get; private set; } = [];

    /// <summary>What to ask the browser for; null: there are as many as one may have.</summary>
    public PasskeyPrompt? Prompt { get; private set; }

    public Field NameField => T.PasskeyName(T.Browser(Visit.Current.Origin.UserAgent));

    public string Facts(Passkey passkey) => passkey.LastUsedAt is { } used
        ? $"{T["Passkeys.Added", ("date", Visit.Time.Date(passkey.CreatedAt))]} · {T["Security.LastUsed", ("date", Visit.Time.Time(used))]}"
        : T["Passkeys.Added", ("date", Visit.Time.Date(passkey.CreatedAt))].ToString();

    public async Task<IActionResult> OnPostAsync([FromForm] string? ceremony, [FromForm] string? passkey, [FromForm] string? name)
    {
        if (await ElsewhereAsync<Decision.Proceed>() is { } elsewhere) return elsewhere;
        var setup = await passkeys.ConfirmAsync(Who, ceremony, passkey, T.PasskeyNameOf(name, Visit.Current.Origin), Target.Policy);
        if (setup.Refused is { } refusal) return Prove(refusal);
        switch (setup.Check)
        {
            case PasskeyCheck.Accepted when setup.RecoveryCodes.Count > 0:
                shownCodes.Keep(HttpContext, Who.Person, setup.RecoveryCodes);
                return To("/enroll/recovery-codes");
            case PasskeyCheck.Accepted:
                return LocalRedirect($"~{SignInTargets.Security}?done=passkey");
            case PasskeyCheck.Refused:
                return await ShowAgainAsync(T["PasskeySetup.Failed"]);
            default:
                return LocalRedirect("~" + SignInTargets.Passkeys);
        }
    }

    protected override async Task<IActionResult> ShowAsync()
    {
        List = await passkeys.ListAsync(Who.Person.Id);
        if (List.Count >= PasskeyMethod.Most) return Page();
        var setup = await passkeys.BeginAsync(Who, Target.Policy);
        if (setup.Prompt is null) return Prove(setup.Refused!);
        Prompt = setup.Prompt;
        return Page();
    }

    private IActionResult Prove(SetupStart refusal) => To(refusal switch { SetupStart.NeedsPassword => "/signin", SetupStart.NeedsProof => "/enroll/proof", _ => "/verify" });
}
