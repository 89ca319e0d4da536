using System.Text;
using IdP.Server.Hosting;
using IdP.Verification.Decisions;
using IdP.Verification.Methods.Passkeys;
using IdP.Verification.SignIn;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages.Enroll;

/// <summary>Step 3: the recovery codes, shown this once.</summary>
internal sealed class RecoveryCodesModel(Visit visit, ShownCodes shownCodes, IdPOptions options) : FlowPage(visit)
{
    private DateTimeOffset madeAt;

    public IReadOnlyList<string> Codes { get; private set; } = [];

    /// <summary>New codes for somebody who had some, not the end of a set-up.</summary>
    public bool IsRenewal => Target.Next == SignInTargets.NewCodes;

    public Phrase Done => (Target.AppName, IsOwnWish) switch
    {
        ({ } app, _) => T["Codes.Done", ("app", app)],
        (null, true) => T["Codes.DoneSecurity"],
        _ => T["Codes.DoneOwn"],
    };

    /// <summary>A passkey is offered to whoever has none; nobody is led to it.</summary>
    public bool OffersPasskey => !IsRenewal && Who.Person.State.Enrollment is EnrollmentState.Active active && !active.Methods.Contains(PasskeyMethod.Name);

    public string PrintText => T["Codes.Print", ("user", Who.Person.UserName), ("date", Visit.Time.Date(madeAt)), ("host", new Uri(options.Issuer).Authority)].ToString();

    private bool IsOwnWish => Target.Next is SignInTargets.SetUp or SignInTargets.Passkeys or SignInTargets.Reset or SignInTargets.AddApp or SignInTargets.NewCodes;

    public override async Task<IActionResult> OnGetAsync() => await NotHereAsync() ?? Page();

    public async Task<IActionResult> OnPostAsync([FromForm] string? next)
    {
        if (await NotHereAsync() is { } elsewhere) return elsewhere;
        if (next == "download") return Download();
        shownCodes.Drop(HttpContext);
        return Finish();
    }

    private FileContentResult Download()
    {
        // As every page: no copy stays in the browser's cache.
        Response.Headers.CacheControl = "no-store";
        return File(Encoding.UTF8.GetBytes($"{PrintText}\n\n{string.Join('\n', Codes)}\n"), "text/plain; charset=utf-8", FileName);
    }

    private string FileName => string.Concat(T.Organisation.Select(c => char.IsLetterOrDigit(c) ? c : '-')).Trim('-') + "-recovery-codes.txt";

    private async Task<IActionResult?> NotHereAsync()
    {
        // The codes are there already, so whatever the decision says next comes after they were read.
        if (await EnterAsync() is { } problem) return problem;
        if (await Visit.Current.SessionAsync() is not { } session) return To("/signin");
        Use(new SigningIn(session.Person, null, session));
        if (shownCodes.Read(HttpContext, session.Person) is not { } shown) return Finish();
        (Codes, madeAt) = shown;
        return null;
    }

    private IActionResult Finish() => IsOwnWish ? LocalRedirect("~" + SignInTargets.Security) : Leave();
}
