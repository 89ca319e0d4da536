using IdP.Storage.Clients;

namespace IdP.Verification.Decisions;

/// <summary>
/// The only place that decides, for every front and for the admin's simulator. It reads nothing and knows no clock:
/// the same arguments always give the same answer. The table in <c>docs/verification-policy.md</c> is its test.
/// </summary>
public static class VerificationPolicy
{
    /// <summary>Decides what comes next for a person at a resource.</summary>
    /// <param name="policy">The policy in force now.</param>
    /// <param name="person">The person's state now; without a session it is not looked at.</param>
    /// <param name="session">What was proven; null: nobody is signed in.</param>
    /// <param name="demands">What the request asks beyond the policy.</param>
    /// <param name="settings">The admin's settings.</param>
    /// <param name="now">The server's time.</param>
    /// <returns>The decision; <see cref="Decision.Deny"/> when anything goes wrong on the way.</returns>
    public static Decision Decide(
        ResourcePolicy policy, PersonState person, SessionState? session, RequestDemands demands, VerificationSettings settings, DateTimeOffset now)
    {
        try
        {
            return DecideCore(policy, person, session, demands, settings, now);
        }
#pragma warning disable CA1031 // Deny on doubt: whatever went wrong, nobody gets in by it.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return new Decision.Deny([$"The decision failed ({exception.GetType().Name}), so nobody gets in."]);
        }
    }

    /// <summary>Begun days in what remains of a period: 6 days and an hour are 7.</summary>
    public static int DaysLeft(TimeSpan remaining) => remaining <= TimeSpan.Zero ? 0 : (int)Math.Ceiling(remaining.TotalDays);

    private static Decision DecideCore(
        ResourcePolicy policy, PersonState person, SessionState? session, RequestDemands demands, VerificationSettings settings, DateTimeOffset now)
    {
        if (session is null) return new Decision.SignIn(["Nobody is signed in."]);
        if (person.Enrollment is null) return new Decision.Deny(["The person's state is not known."]);
        if (person.Disabled) return new Decision.Deny(["The account is turned off."]);
        if (person.Lock is { } locked && (locked.Until is not { } until || now < until))
        {
            return new Decision.Locked(LockReason.Attempts, null, locked.Until, locked.Reference, ["The verification attempts were used up."]);
        }

        var (mode, why) = policy.ModeFor(person.Groups);
        var asked = Asks(mode, person.Enrollment);
        var demanded = Acr.Rank(demands.Acr) >= Acr.Rank(Acr.Verified);
        List<string> reasons = [why];
        if (demanded) reasons.Add($"The request demands the level {demands.Acr}.");

        if (Expired(person.Enrollment, now, out var since, out var reference)
            && (settings.ExpiryLocks == ExpiryLocks.Account || asked || demanded))
        {
            return new Decision.Locked(LockReason.EnrollmentExpired, since, null, reference, [.. reasons, "The enrollment period is over."]);
        }

        if (!IsFresh(session.PasswordAt, session.PasswordFor, demands, now)) return new Decision.SignIn([.. reasons, "The sign-in is too old for this request."]);

        if (!asked && !demanded) return Proceed(session, demands, now, [.. reasons, "Verification is not asked for."]);

        if (Acr.Rank(demands.Acr) > Acr.Rank(Acr.Supported[^1]))
        {
            return new Decision.Deny([.. reasons, "No method that is enabled reaches that level."]);
        }

        // After a reset nothing that was proven with the lost authenticator counts.
        if (person.Enrollment is not EnrollmentState.MustEnroll && IsVerified(policy, session, demands, asked, now)) return Proceed(session, demands, now, [.. reasons, "Verified recently enough."]);

        // A request can raise what the policy asks, so what it demands cannot be skipped.
        var maySkip = mode == VerificationMode.Required && !demanded;
        return person.Enrollment switch
        {
            EnrollmentState.Active active when Allowed(policy, active.Methods) is { Count: > 0 } methods =>
                new Decision.Verify(methods, [.. reasons, "Verification is asked for."]),
            EnrollmentState.Active =>
                new Decision.Deny([.. reasons, "The person has none of the methods that the policy allows."]),
            EnrollmentState.Period when maySkip && session.Skipped =>
                Proceed(session, demands, now, [.. reasons, "Skipped at this sign-in, inside the enrollment period."]),
            EnrollmentState.Period period => Enroll(maySkip, period.Deadline, now, [.. reasons, "Not enrolled yet."]),
            EnrollmentState.MustEnroll must => Enroll(skippable: false, must.Deadline, now, [.. reasons, "Enrollment is due at this sign-in."]),
            EnrollmentState.NotRequired when !asked =>
                new Decision.Enroll(Skippable: false, null, null, StartsPeriod: false, [.. reasons, "Not enrolled, and the request demands it."]),
            // NotRequired is left: the type is closed, and whoever is expired has been stopped above.
            _ => new Decision.Enroll(
                maySkip, now.AddDays(settings.EnrollmentDays), settings.EnrollmentDays, StartsPeriod: true, [.. reasons, "The enrollment period begins."]),
        };
    }

    private static bool Asks(VerificationMode mode, EnrollmentState enrollment) => mode switch
    {
        VerificationMode.NotRequired => false,
        // After a reset the person counts as enrolled, and goes on so when the deadline has passed: else the reset of an
        // account would open it by the password.
        VerificationMode.WhenEnrolled =>
            enrollment is EnrollmentState.Active or EnrollmentState.MustEnroll or EnrollmentState.Expired { AfterReset: true },
        _ => true,
    };

    private static bool Expired(EnrollmentState enrollment, DateTimeOffset now, out DateTimeOffset since, out string? reference)
    {
        (since, reference) = enrollment switch
        {
            EnrollmentState.Expired expired => (expired.Since, expired.Reference),
            EnrollmentState.Period period => (period.Deadline, period.Reference),
            EnrollmentState.MustEnroll { Deadline: { } deadline } must => (deadline, must.Reference),
            _ => (DateTimeOffset.MaxValue, null),
        };
        return now >= since || enrollment is EnrollmentState.Expired;
    }

    // OIDC Core §3.1.2.1: prompt=login and max_age ask for a new proof; one given for the request since it began is new.
    private static bool IsFresh(DateTimeOffset provenAt, string? provenFor, RequestDemands demands, DateTimeOffset now)
    {
        if (demands.Continuation || IsOfThisFlow(provenAt, provenFor, demands)) return true;
        return !demands.Login && (demands.MaxAge is not { } maxAge || now - provenAt <= maxAge);
    }

    // One proof would otherwise be the new one that each of several requests asks for, which wait beside one another.
    private static bool IsOfThisFlow(DateTimeOffset provenAt, string? provenFor, RequestDemands demands) =>
        provenAt >= demands.FlowStartedAt && (demands.Flow is null || demands.Flow == provenFor);

    private static bool IsVerified(ResourcePolicy policy, SessionState session, RequestDemands demands, bool asked, DateTimeOffset now)
    {
        if (session.VerifiedAt is not { } verifiedAt) return false;
        if (policy.Methods.Count > 0 && !session.Amr.Any(policy.Methods.Contains)) return false;
        if (demands.Continuation || IsOfThisFlow(verifiedAt, session.VerifiedFor, demands)) return true;
        return IsFresh(verifiedAt, session.VerifiedFor, demands, now) && (!asked || now - verifiedAt < policy.ReverifyAfter);
    }

    private static List<string> Allowed(ResourcePolicy policy, IReadOnlyList<string> methods) =>
        [.. methods.Where(m => policy.Methods.Count == 0 || policy.Methods.Contains(m))];

    private static Decision.Enroll Enroll(bool skippable, DateTimeOffset? deadline, DateTimeOffset now, IReadOnlyList<string> reasons) =>
        new(skippable, deadline, deadline is { } end ? DaysLeft(end - now) : null, StartsPeriod: false, reasons);

    // acr, amr and auth_time say what was proven in this session and nothing of what was asked. auth_time is the time of
    // the oldest proof that the level rests on, so that whoever compares it with max_age bounds all of them; a
    // verification that is older than the request allows is not told of, since the request got no new one.
    private static Decision.Proceed Proceed(SessionState session, RequestDemands demands, DateTimeOffset now, IReadOnlyList<string> reasons) =>
        session.VerifiedAt is { } verifiedAt && IsFresh(verifiedAt, session.VerifiedFor, demands, now)
            ? new(Acr.Verified, session.Amr, verifiedAt < session.PasswordAt ? verifiedAt : session.PasswordAt, reasons)
            : new(Acr.Password, ["pwd"], session.PasswordAt, reasons);
}
