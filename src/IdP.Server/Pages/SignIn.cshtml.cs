using IdP.Protocol.Interactions;
using IdP.Verification.Decisions;
using IdP.Verification.Methods.Passkeys;
using IdP.Verification.SignIn;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages;

internal sealed class SignInModel(Visit visit, PasswordSignIn passwords, PasskeySignIn passkeys, ParkedRequests parkedRequests) : FlowPage(visit)
{
    [BindProperty(Name = "username")]
    public string? UserName { get; set; }

    [BindProperty(Name = "password")]
    public string? Password { get; set; }

    /// <summary>Asks whether to go on as the person who is signed in.</summary>
    public bool Chooses { get; private set; }

    /// <summary>The first owner comes here from setting up the account, and is told that it worked.</summary>
    public bool IsCreated => HttpMethods.IsGet(Request.Method) && Request.Query["created"] == "1";

    public bool FocusPassword => ErrorOf("username") is null && (ErrorOf("password") is not null || !string.IsNullOrEmpty(UserName));

    /// <summary>What to ask the browser for.</summary>
    public Task<PasskeyPrompt> PromptAsync() => passkeys.BeginAsync();

    public override async Task<IActionResult> OnGetAsync()
    {
        if (await EnterAsync() is { } problem) return problem;
        UserName ??= Target.Parked?.LoginHint;
        if (Request.Query["account"] == "other" || await Visit.Current.SessionAsync() is not { } session) return Page();

        Use(new SigningIn(session.Person, null, session));
        var decision = await Visit.Flow.DecideAsync(Who, Target.Policy, Target.Demands);
        if (decision is Decision.SignIn)
        {
            UserName ??= Who.Person.UserName;
            return Page();
        }

        // The application means somebody else than who is signed in.
        if (Target.Parked?.Subject is { } subject && subject != session.Person.Id) return Page();

        // The protocol has seen this session, which is older than the request, and still sent the browser here.
        if (Target.Parked is { } parked && (session.Session.PasswordAt < parked.CreatedAt || (parked.SelectAccount && Who.State.PasswordFor != Who.Flow)))
        {
            Chooses = parked.SelectAccount;
            return Page();
        }

        return await ElsewhereAsync<Decision.SignIn>() ?? Page();
    }

    public async Task<IActionResult> OnPostAsync([FromForm] string? account, [FromForm] string? ceremony, [FromForm] string? passkey, CancellationToken ct)
    {
        if (await EnterAsync() is { } problem) return problem;
        if (account is not null) return await ChooseAsync(account);
        if (passkey is not null) return await UsePasskeyAsync(ceremony, passkey);
        if (string.IsNullOrWhiteSpace(UserName)) AddError("username", T["SignIn.UserNameEmpty"]);
        if (string.IsNullOrEmpty(Password)) AddError("password", T["SignIn.PasswordEmpty"]);
        if (ViewData["Error"] is true) return Refuse();

        switch (await passwords.SignInAsync(UserName!, Password!, Target.Demands.Flow, ct))
        {
            case PasswordOutcome.Right(var signingIn):
                Use(signingIn);
                if (signingIn.Person.MustChangePassword) return await VerifiesFirstAsync() ? Go(Decision) : To("/password");
                return Go(await Visit.Flow.ContinueAsync(Who, Target.Policy, Target.Demands));
            case PasswordOutcome.TooMany(var minutes):
                Response.Headers.RetryAfter = (minutes * 60).ToString(System.Globalization.CultureInfo.InvariantCulture);
                return Refuse("password", T.Count("SignIn.TooMany", minutes), StatusCodes.Status429TooManyRequests);
            case PasswordOutcome.Busy:
                Response.Headers.RetryAfter = PasswordGate.RetryAfterSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
                return Refuse("password", T["SignIn.Busy"], StatusCodes.Status503ServiceUnavailable);
            default:
                return Refuse("password", T["SignIn.Wrong"]);
        }
    }

    private async Task<IActionResult> UsePasskeyAsync(string? ceremony, string answer)
    {
        switch (await passkeys.SignInAsync(ceremony, answer, Target.Policy, Target.Demands))
        {
            case PasskeySignInOutcome.Accepted:
                return Leave();
            case PasskeySignInOutcome.Stopped(Decision.Locked locked):
                return Locked(locked);
            case PasskeySignInOutcome.Stopped(var decision):
                return Go(decision);
            case PasskeySignInOutcome.TooMany(var minutes):
                Response.Headers.RetryAfter = (minutes * 60).ToString(System.Globalization.CultureInfo.InvariantCulture);
                return Refuse("password", T.Count("SignIn.TooMany", minutes), StatusCodes.Status429TooManyRequests);
            default:
                return await ShowAgainAsync(T["Passkey.Refused"]);
        }
    }

    private async Task<IActionResult> ChooseAsync(string account)
    {
        if (account != "continue") return LocalRedirect("~" + Target.AccountPage);
        if (Target.Parked is { } parked) await parkedRequests.ChooseAccountAsync(parked.Handle);
        return Leave();
    }
}
