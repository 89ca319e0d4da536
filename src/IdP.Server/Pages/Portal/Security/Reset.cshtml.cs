using IdP.Verification.Decisions;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages.Portal.Security;

/// <summary>A new phone takes the place of the old one, which works until then.</summary>
internal sealed class ResetModel(Visit visit) : PortalPage(visit, "security")
{
    protected override Task<IActionResult> ShowAsync() =>
        Task.FromResult<IActionResult>(Who.Person.State.Enrollment is EnrollmentState.Active ? Page() : LocalRedirect("~" + SignInTargets.SetUp));
}
