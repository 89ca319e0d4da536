using IdP.Storage.Clients;
using IdP.Verification.Methods.Passkeys;

namespace IdP.Verification.Decisions;

/// <summary>
/// The only place that decides, for every front and for the admin's simulator. It reads nothing and knows no clock:
/// the same arguments always give the same answer. The table in <c>docs/verification-policy.md</c> is its test.
/// </summary>
public static class VerificationPolicy
{
    /// <summary>How old a verification may be when an authenticator is added, replaced or removed.</summary>
    public static readonly TimeSpan FreshVerification = TimeSpan.FromMinutes(5);

    private const string Passkey = PasskeyMethod.Name;

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

        var (mode, why) = policy.ModeFor(person.Groups, demands.Address);
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

        // The level is a passkey's; so is what a policy asks that allows nothing else.
        var phishingResistant = Acr.Meets(demands.Acr, Acr.PhishingResistant);
        if (phishingResistant && !Allows(policy, Passkey)) return new Decision.Deny([.. reasons, "No method that the policy allows reaches that level."]);
        var passkey = phishingResistant || policy.Methods is [Passkey];

        // After a reset nothing that was proven with the lost authenticator counts.
        if (person.Enrollment is not EnrollmentState.MustEnroll && IsVerified(policy, session, demands, passkey, asked, now))
        {
            return Proceed(session, demands, now, [.. reasons, "Verified recently enough."]);
        }

        // It stands for a proof of another sign-in, so it proves nothing in this one: the level stays what was proven here.
        var rememberDays = RememberDays(policy, mode, demands, demanded);
        if (person.Enrollment is EnrollmentState.Active && IsRemembered(policy, session.Remembered, rememberDays, now))
        {
            return Proceed(session, demands, now, [.. reasons, "The browser is remembered."]);
        }

        // A request can raise what the policy asks, so what it demands cannot be skipped.
        var maySkip = mode == VerificationMode.Required && !demanded;
        return person.Enrollment switch
        {
            EnrollmentState.Active active when Allowed(policy, active.Methods, passkey) is { Count: > 0 } methods =>
                new Decision.Verify(methods, [.. reasons, passkey ? "A passkey is asked for." : "Verification is asked for."])
                {
                    TakesRecoveryCodes = !passkey, RememberDays = rememberDays,
                },
            // Who has none adds one, after verifying with what they have: a thief of the password has no app.
            EnrollmentState.Active when passkey && now - session.VerifiedAt <= FreshVerification =>
                new Decision.Enroll(Skippable: false, null, null, StartsPeriod: false, [.. reasons, "A passkey is asked for, and the person has none."]) { Passkey = true },
            EnrollmentState.Active active when passkey =>
                new Decision.Verify(active.Methods, [.. reasons, "A passkey is asked for; before adding one the person verifies with what they have."]),
            EnrollmentState.Active =>
                new Decision.Deny([.. reasons, "The person has none of the methods that the policy allows."]),
            EnrollmentState.Period when maySkip && session.Skipped =>
                Proceed(session, demands, now, [.. reasons, "Skipped at this sign-in, inside the enrollment period."]),
            EnrollmentState.Period period => Enroll(maySkip, period.Deadline, now, [.. reasons, "Not enrolled yet."]) with { Passkey = passkey },
            EnrollmentState.MustEnroll must =>
                Enroll(skippable: false, must.Deadline, now, [.. reasons, "Enrollment is due at this sign-in."]) with { Passkey = passkey },
            EnrollmentState.NotRequired when !asked =>
                new Decision.Enroll(Skippable: false, null, null, StartsPeriod: false, [.. reasons, "Not enrolled, and the request demands it."]) { Passkey = passkey },
            // NotRequired is left: the type is closed, and whoever is expired has been stopped above.
            _ => new Decision.Enroll(
                maySkip, now.AddDays(settings.EnrollmentDays), settings.EnrollmentDays, StartsPeriod: true, [.. reasons, "The enrollment period begins."])
            {
                Passkey = passkey,
            },
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

    private static bool IsVerified(ResourcePolicy policy, SessionState session, RequestDemands demands, bool passkey, bool asked, DateTimeOffset now)
    {
        if (session.VerifiedAt is null || !(policy.Methods.Count == 0 || policy.Methods.Any(method => Proved(session, method)))) return false;
        // A passkey is as old as its last use, whatever was proven since.
        var (provenAt, verifiedFor) = passkey ? (session.PasskeyAt, session.PasskeyFor) : (session.VerifiedAt, session.VerifiedFor);
        if (provenAt is not { } verifiedAt) return false;
        if (demands.Continuation || IsOfThisFlow(verifiedAt, verifiedFor, demands)) return true;
        return IsFresh(verifiedAt, verifiedFor, demands, now) && (!asked || now - verifiedAt < policy.ReverifyAfter);
    }

    // Only an application's policy, and only where it asks for no more than that somebody verified: where each
    // authorization, a method, a level or a new proof is asked for, a proof of another day is none. `always` means always.
    private static int RememberDays(ResourcePolicy policy, VerificationMode mode, RequestDemands demands, bool demanded) =>
        policy.Kind == ResourceKind.Client && mode is VerificationMode.WhenEnrolled or VerificationMode.Required
        && policy.ReverifyAfter > TimeSpan.Zero && policy.Methods.Count == 0
        && !demanded && !demands.Login && demands.MaxAge is null
            ? policy.RememberBrowserDays
            : 0;

    // A refresh asks it, too, with its age: what is let in without a proof goes no further than the browser is remembered.
    private static bool IsRemembered(ResourcePolicy policy, RememberedProof? remembered, int days, DateTimeOffset now) =>
        remembered is not null && now < remembered.Until && now - remembered.VerifiedAt < TimeSpan.FromDays(days)
        && (policy.ChangedAt is not { } changedAt || remembered.VerifiedAt > changedAt);

    private static bool Proved(SessionState session, string method) =>
        method == Passkey ? session.PasskeyAt is not null : session.Amr.Contains(method);

    private static bool Allows(ResourcePolicy policy, string method) => policy.Methods.Count == 0 || policy.Methods.Contains(method);

    private static List<string> Allowed(ResourcePolicy policy, IReadOnlyList<string> methods, bool passkey) =>
        [.. methods.Where(m => Allows(policy, m) && (!passkey || m == Passkey))];

    private static Decision.Enroll Enroll(bool skippable, DateTimeOffset? deadline, DateTimeOffset now, IReadOnlyList<string> reasons) =>
        new(skippable, deadline, deadline is { } end ? DaysLeft(end - now) : null, StartsPeriod: false, reasons);

    // acr, amr and auth_time say what was proven in this session and nothing of what was asked. auth_time is the time of
    // the oldest proof that the level rests on, so that whoever compares it with max_age bounds all of them; a
    // verification that is older than the request allows is not told of, since the request got no new one.
    private static Decision.Proceed Proceed(SessionState session, RequestDemands demands, DateTimeOffset now, IReadOnlyList<string> reasons)
    {
        // Whoever signed in with a passkey has given no password; that sign-in is as new as it must be, or we were not here.
        if (!session.Amr.Contains("pwd")) return new(Acr.PhishingResistant, session.Amr, session.PasswordAt, reasons);
        if (session.PasskeyAt is { } passkeyAt && IsFresh(passkeyAt, session.PasskeyFor, demands, now))
        {
            return new(Acr.PhishingResistant, session.Amr, Earlier(passkeyAt, session.PasswordAt), reasons);
        }

        return session.VerifiedAt is { } verifiedAt && IsFresh(verifiedAt, session.VerifiedFor, demands, now)
            ? new(Acr.Verified, [.. session.Amr.Where(value => value is not ("hwk" or "swk" or "user"))], Earlier(verifiedAt, session.PasswordAt), reasons)
            : new(Acr.Password, ["pwd"], session.PasswordAt, reasons);
    }

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;
}
