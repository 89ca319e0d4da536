using IdP.Verification.Decisions;
using IdP.Verification.Enrollments;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages.Portal.Security;

/// <summary>New recovery codes in place of all earlier ones.</summary>
internal sealed class RecoveryCodesModel(Visit visit, EnrollmentService enrollment, ShownCodes shownCodes) : PortalPage(visit, "security")
{
    public async Task<IActionResult> OnPostAsync()
    {
        if (await ElsewhereAsync<Decision.Proceed>() is { } elsewhere) return elsewhere;
        if (Who.Person.State.Enrollment is not EnrollmentState.Active) return LocalRedirect("~" + SignInTargets.SetUp);
        if (await enrollment.NewRecoveryCodesAsync(Session) is not { } codes) return To("/verify");
        shownCodes.Keep(HttpContext, Who.Person, codes);
        return To("/enroll/recovery-codes");
    }

    protected override Task<IActionResult> ShowAsync() =>
        Task.FromResult<IActionResult>(Who.Person.State.Enrollment is EnrollmentState.Active ? Page() : LocalRedirect("~" + SignInTargets.SetUp));
}
