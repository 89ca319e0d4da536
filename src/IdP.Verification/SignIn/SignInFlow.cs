using IdP.Storage.Audit;
using IdP.Storage.Database;
using IdP.Verification.Decisions;
using IdP.Verification.Enrollments;

namespace IdP.Verification.SignIn;

/// <summary>
/// From the password to the session: asks the decision what comes next for whoever is at the browser, and does what
/// goes with it.
/// </summary>
public sealed class SignInFlow(
    IdPDatabase database, LiveDecisions decisions, CurrentSignIn current, Sessions sessions, EnrollmentPeriods periods, TimeProvider clock)
{
    /// <summary>What comes next; nothing is changed.</summary>
    public ValueTask<Decision> DecideAsync(SigningIn? who, ResourcePolicy policy, RequestDemands demands) =>
        decisions.DecideAsync(policy, who?.Person, who?.State, demands with { Address = current.Origin.Address });

    /// <summary>
    /// What comes next, done as far as no page is needed: a period that begins is stored, a passed deadline locks, and
    /// with <see cref="Decision.Proceed"/> a pending sign-in becomes a session.
    /// </summary>
    public async Task<Decision> ContinueAsync(SigningIn who, ResourcePolicy policy, RequestDemands demands)
    {
        var decision = await DecideAsync(who, policy, demands);
        switch (decision)
        {
            case Decision.Enroll { StartsPeriod: true, Deadline: { } deadline } enroll:
                var stored = await periods.StartAsync(who.Person.Id, policy.Name, deadline, current.Origin);
                // Somebody else may have begun it a moment ago: the stored deadline counts.
                return enroll with { Deadline = stored, DaysLeft = VerificationPolicy.DaysLeft(stored - clock.GetUtcNow()), StartsPeriod = false };

            case Decision.Locked { Reason: LockReason.EnrollmentExpired } locked:
                var reference = locked.Reference ?? await periods.ExpireAsync(who.Person.Id);
                await AuditAsync(who, policy, "denied", string.Join(' ', decision.Reasons), reference);
                return locked with { Reference = reference };

            case Decision.Locked locked:
                await AuditAsync(who, policy, "denied", string.Join(' ', decision.Reasons), locked.Reference);
                return decision;

            case Decision.Deny:
                await AuditAsync(who, policy, "denied", string.Join(' ', decision.Reasons), null);
                return decision;

            case Decision.Proceed when who.Pending is not null:
                var present = await current.SessionAsync();
                var handle = await database.WriteAsync(async s =>
                {
                    var completed = await sessions.CompleteAsync(s, who, present, Proof.PasswordOnly);
                    if (completed is not null) await s.AuditAsync(Event(AuditEvents.SignedIn, who, policy.Name, "success", string.Join(' ', decision.Reasons), null));
                    return completed;
                });
                if (handle is null) return new Decision.SignIn(["The pending sign-in was used or ended meanwhile."]);
                current.SetSession(handle);
                return decision;

            default:
                return decision;
        }
    }

    private Task AuditAsync(SigningIn who, ResourcePolicy policy, string outcome, string reason, string? reference) =>
        database.WriteAsync(async s =>
        {
            await s.AuditAsync(Event(AuditEvents.SignInDenied, who, policy.Name, outcome, reason, reference));
            return true;
        });

    private AuditEvent Event(string name, SigningIn who, string resource, string outcome, string reason, string? reference) => new()
    {
        At = clock.GetUtcNow(),
        Event = name,
        Actor = "user:" + who.Person.Id,
        UserId = who.Person.Id,
        Resource = resource,
        Outcome = outcome,
        Reason = reason,
        Address = current.Origin.Address,
        UserAgent = current.Origin.UserAgent,
        Reference = reference,
    };
}
