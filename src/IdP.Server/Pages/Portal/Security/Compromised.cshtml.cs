using IdP.Verification.Decisions;
using IdP.Verification.Enrollments;
using IdP.Verification.SignIn;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages.Portal.Security;

/// <summary>Somebody else may have the codes: a new password, and everything that was given out before ends.</summary>
internal sealed class CompromisedModel(Visit visit, CompromisedAccount account) : PortalPage(visit, "security")
{
    public const int Shortest = PasswordRules.ShortestAlone;

    [BindProperty(Name = "password")]
    public string? Present { get; set; }

    [BindProperty(Name = "new_password")]
    public string? Wanted { get; set; }

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        if (await ElsewhereAsync<Decision.Proceed>() is { } elsewhere) return elsewhere;
        if (Who.Person.State.Enrollment is not EnrollmentState.Active) return LocalRedirect("~" + SignInTargets.SetUp);
        if (string.IsNullOrEmpty(Present)) AddError("password", T["Password.PresentEmpty"]);
        if (string.IsNullOrEmpty(Wanted)) AddError("new_password", T["Password.NewEmpty"]);
        if (ViewData["Error"] is true) return Refuse();

        switch (await account.CloseAsync(Session, Present!, Wanted!, ct))
        {
            case PasswordChange.Changed:
                return LocalRedirect("~/enroll?to=" + Uri.EscapeDataString(SignInTargets.SetUp));
            case null:
                return To("/verify");
            case { } outcome:
                return Refuse(outcome, Shortest);
        }
    }

    protected override Task<IActionResult> ShowAsync() =>
        Task.FromResult<IActionResult>(Who.Person.State.Enrollment is EnrollmentState.Active ? Page() : LocalRedirect("~" + SignInTargets.SetUp));
}
