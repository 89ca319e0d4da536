using IdP.Storage.Changes;
using IdP.Verification.SignIn;

namespace IdP.Verification.Decisions;

/// <summary>Asks the decision about somebody who is really there. Where a draft of the policy is tried out, it is asked the same, and what it says is only counted.</summary>
public sealed class LiveDecisions(Catalog catalog, PolicyReports reports, TimeProvider clock)
{
    private static readonly PersonState Nobody = new() { Enrollment = new EnrollmentState.NotRequired() };

    /// <summary>What comes next.</summary>
    public async ValueTask<Decision> DecideAsync(ResourcePolicy policy, Person? person, SessionState? session, RequestDemands demands) =>
        Decide(await catalog.GetAsync(), policy, person, session, demands);

    /// <summary>What comes next, by a snapshot that was read before.</summary>
    public Decision Decide(CatalogSnapshot snapshot, ResourcePolicy policy, Person? person, SessionState? session, RequestDemands demands)
    {
        var (state, settings, now) = (person?.State ?? Nobody, snapshot.Verification, clock.GetUtcNow());
        var decision = VerificationPolicy.Decide(policy, state, session, demands, settings, now);
        if (policy.Draft is { } draft && person is not null && session is not null)
        {
            reports.Note(policy.Name, person.Id, now, decision, VerificationPolicy.Decide(draft, state, session, demands, settings, now));
        }

        return decision;
    }
}
