using System.Globalization;
using IdP.Protocol.Interactions;
using IdP.Verification.Attempts;
using IdP.Verification.Decisions;
using IdP.Verification.SignIn;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages;

/// <summary>
/// Connects a device: its code is typed here, and then, with whatever the application's policy asks, the person says
/// yes or no. RFC 8628 §3.3.
/// </summary>
internal sealed class DeviceModel(Visit visit, DeviceRequests devices, DeviceCodeGuesses guesses) : FlowPage(visit)
{
    public string? UserCode { get; private set; }

    /// <summary>How it ended; null: it has not.</summary>
    public bool? Connected { get; private set; }

    /// <summary>What the device gets, in plain words.</summary>
    public IEnumerable<(string Scope, string Text)> Scopes =>
        Target.Device!.Scopes.Select(scope => (scope, T.Find("Scope." + scope) ?? T["Scope.other", ("scope", scope)].ToString()));

    public override async Task<IActionResult> OnGetAsync()
    {
        if (await ElsewhereAsync<Decision.Proceed>() is { } elsewhere) return elsewhere;
        if (Request.Query.ContainsKey("request") && Target.Device is null) return Refuse("user_code", T["Device.Wrong"]);
        // §3.3.1: a code that came with the address is filled in, never taken.
        UserCode = Request.Query["user_code"] is [{ Length: <= 64 } code] ? code : null;
        return Page();
    }

    public async Task<IActionResult> OnPostAsync([FromForm(Name = "user_code")] string? userCode, [FromForm] string? decision)
    {
        if (await ElsewhereAsync<Decision.Proceed>() is { } elsewhere) return elsewhere;
        if (userCode is not null) return await OpenAsync(userCode);
        if (Target.Device is not { } device) return Refuse("user_code", T["Device.Wrong"]);
        bool answered;
        if (decision == "allow") answered = await devices.AllowAsync(device, Who.Session!, (Decision.Proceed)Decision, Visit.Current.Origin);
        else if (decision == "deny") answered = await devices.RefuseAsync(device, Who.Session!, Visit.Current.Origin);
        else return Page();
        if (!answered) return Refuse("user_code", T["Device.Wrong"]);
        Connected = decision == "allow";
        return Page();
    }

    /// <summary>Shows where codes are typed, whatever became of the device in the address.</summary>
    public bool Asks => Connected is null && (Target.Device is null || ErrorOf("user_code") is not null);

    protected override ValueTask<SignInTarget?> FindTargetAsync() => Visit.Targets.ResolveAsync(null, SignInTargets.Device + Request.QueryString.Value);

    protected override async ValueTask<SigningIn?> FindWhoAsync() =>
        await Visit.Current.SessionAsync() is { } session ? new SigningIn(session.Person, null, session) : null;

    private async Task<IActionResult> OpenAsync(string typed)
    {
        UserCode = typed.Length <= 64 ? typed : null;
        if (string.IsNullOrWhiteSpace(typed)) return Refuse("user_code", T["Device.Empty"]);
        if (!await guesses.CountAsync(Who.Person.Id, Visit.Current.Origin))
        {
            var wait = DeviceCodeGuesses.Window;
            Response.Headers.RetryAfter = wait.TotalSeconds.ToString(CultureInfo.InvariantCulture);
            return Refuse("user_code", T.Count("SignIn.TooMany", (int)wait.TotalMinutes), StatusCodes.Status429TooManyRequests);
        }

        if (await devices.OpenAsync(typed, Who.Person.Id) is not { } device)
        {
            await guesses.FailedAsync(Who.Person.Id, Visit.Current.Origin);
            return Refuse("user_code", T["Device.Wrong"]);
        }

        await guesses.TakeBackAsync(Who.Person.Id, Visit.Current.Origin);
        return LocalRedirect($"~{SignInTargets.Device}?request={Uri.EscapeDataString(device.Handle)}");
    }
}
