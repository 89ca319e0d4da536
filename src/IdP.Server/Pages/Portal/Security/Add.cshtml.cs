using IdP.Verification.Decisions;
using IdP.Verification.Enrollments;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages.Portal.Security;

/// <summary>One more authenticator app beside those that are there.</summary>
internal sealed class AddModel(Visit visit, Authenticators authenticators) : PortalPage(visit, "security")
{
    public const int Most = Authenticators.Most;

    public bool IsFull { get; private set; }

    protected override async Task<IActionResult> ShowAsync()
    {
        if (Who.Person.State.Enrollment is not EnrollmentState.Active) return LocalRedirect("~" + SignInTargets.SetUp);
        IsFull = (await authenticators.ListAsync(Who.Person.Id)).Count >= Most;
        return Page();
    }
}
