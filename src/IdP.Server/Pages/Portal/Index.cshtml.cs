using IdP.Server.Hosting;
using IdP.Storage.Changes;
using IdP.Verification.Decisions;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages.Portal;

/// <summary>My apps: which are guarded, and how I stand with identity verification.</summary>
internal sealed class IndexModel(Visit visit, Catalog catalog, IdPOptions options) : PortalPage(visit, "apps")
{
    public sealed record Note(string Style, string Icon, Phrase Text, bool OffersSetUp = false);

    public IReadOnlyList<PortalApp> Apps { get; private set; } = [];

    public Note? Notice { get; private set; }

    protected override async Task<IActionResult> ShowAsync()
    {
        var snapshot = await catalog.GetAsync();
        Apps = snapshot.AppsOf(Who.Person, options.Issuer);
        Notice = NoticeFor(snapshot);
        return Page();
    }

    private Note? NoticeFor(CatalogSnapshot snapshot)
    {
        var time = Visit.Time;
        switch (Who.Person.State.Enrollment)
        {
            case EnrollmentState.Period period when period.Deadline > time.Now:
                return new("warn", "warn", T.Remaining("Portal", period.Deadline - time.Now, ("date", time.Full(period.Deadline))), OffersSetUp: true);
            case EnrollmentState.MustEnroll:
                return new("warn", "warn", T["Portal.MustEnroll"], OffersSetUp: true);
            case EnrollmentState.Active when Who.State.VerifiedAt is { } at:
                var least = Apps.Where(a => a.IsGuarded).Select(a => snapshot.PolicyOf(a.ClientId).ReverifyAfter).DefaultIfEmpty().Min();
                return at + least > time.Now
                    ? new("", "shield", T["Portal.Verified", ("time", time.Time(at)), ("until", time.Time(at + least))])
                    : new("", "shield", T["Portal.VerifiedOnly", ("time", time.Time(at))]);
            case EnrollmentState.Active when Apps.Any(a => a.IsGuarded):
                return new("", "shield", T["Portal.NotYet"]);
            default:
                return null;
        }
    }
}
