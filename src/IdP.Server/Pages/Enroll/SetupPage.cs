using IdP.Verification.Decisions;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages.Enroll;

/// <summary>A page of the wizard after its first step: for whoever must or may enrol, and from the Security page.</summary>
internal abstract class SetupPage(Visit visit) : FlowPage(visit)
{
    // From the Security page: nobody asks for it, so there the decision lets the person in.
    protected bool IsOwnWish => Target.Next is SignInTargets.SetUp or SignInTargets.Reset or SignInTargets.AddApp or SignInTargets.Passkeys;

    /// <summary>Where to go instead; null: the page runs.</summary>
    protected async Task<IActionResult?> NotHereAsync()
    {
        if (await EnterAsync() is { } problem) return problem;
        if (await ElsewhereAsync<Decision.Enroll>() is not { } elsewhere) return null;
        if (!IsOwnWish || Decision is not Decision.Proceed) return elsewhere;
        var isActive = Who.Person.State.Enrollment is EnrollmentState.Active;
        if (isActive != (Target.Next is SignInTargets.SetUp or SignInTargets.Passkeys)) return null;
        return LocalRedirect(isActive ? $"~{SignInTargets.Security}?done=already" : "~" + SignInTargets.Security);
    }
}
