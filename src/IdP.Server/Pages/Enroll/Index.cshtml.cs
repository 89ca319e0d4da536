using IdP.Server.Hosting;
using IdP.Server.Pages.Portal;
using IdP.Storage.Changes;
using IdP.Verification;
using IdP.Verification.Decisions;
using IdP.Verification.Enrollments;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages.Enroll;

/// <summary>Step 1: why, get an app, skip where that is allowed.</summary>
internal sealed class IndexModel(Visit visit, EnrollmentService enrollment, Catalog catalog, IdPOptions options) : FlowPage(visit)
{
    private CatalogSnapshot snapshot = null!;

    public Decision.Enroll Offer => (Decision.Enroll)Decision;

    public VerificationSettings Settings => snapshot.Verification;

    /// <summary>Who asks: the app, and how many others do.</summary>
    public Phrase Lead
    {
        get
        {
            if (Target.Parked is not { } parked) return T["Enroll.LeadPortal"];
            var others = snapshot.AppsOf(Who.Person, options.Issuer).Count(app => app.IsGuarded && app.ClientId != parked.ClientId);
            var key = others switch { 0 => "Enroll.LeadOne", 1 => "Enroll.LeadTwo", _ => "Enroll.LeadMany" };
            return T[key, ("app", parked.DisplayName), ("n", others)];
        }
    }

    /// <summary>What remains of the period; null: there is none.</summary>
    public Phrase? Remaining => Offer.Deadline is { } deadline ? T.Remaining("Enroll", deadline - Visit.Time.Now) : null;

    public bool IsSoon => Offer.DaysLeft <= 3;

    public override async Task<IActionResult> OnGetAsync()
    {
        if (await ElsewhereAsync<Decision.Enroll>() is { } elsewhere) return elsewhere;
        // Nothing to choose: it must be a passkey, and now.
        if (Offer is { Passkey: true, Skippable: false }) return To("/enroll/passkey");
        snapshot = await catalog.GetAsync();
        return Page();
    }

    public async Task<IActionResult> OnPostAsync([FromForm] string? next, [FromForm] string? action)
    {
        if (await ElsewhereAsync<Decision.Enroll>() is { } elsewhere) return elsewhere;
        if (action != "skip" && next != "skip") return To(Offer.Passkey ? "/enroll/passkey" : "/enroll/app");
        return await enrollment.SkipAsync(Who, Target.Policy, Target.Demands) is { } decision ? Go(decision) : Leave();
    }
}
