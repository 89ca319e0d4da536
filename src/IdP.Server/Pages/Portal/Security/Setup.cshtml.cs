using IdP.Storage.Changes;
using IdP.Verification;
using IdP.Verification.Decisions;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages.Portal.Security;

/// <summary>Step 1 for somebody who sets it up on their own.</summary>
internal sealed class SetupModel(Visit visit, Catalog catalog) : PortalPage(visit, "security")
{
    public VerificationSettings Settings { get; private set; } = new();

    protected override async Task<IActionResult> ShowAsync()
    {
        if (Who.Person.State.Enrollment is EnrollmentState.Active) return LocalRedirect($"~{SignInTargets.Security}?done=already");
        Settings = (await catalog.GetAsync()).Verification;
        return Page();
    }
}
