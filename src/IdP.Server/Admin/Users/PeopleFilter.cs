using IdP.Storage.Enrollments;

namespace IdP.Server.Admin.Users;

/// <summary>
/// How far people are, as conditions of a query: the same states as <see cref="EnrollmentView"/> computes of one person,
/// which a test holds. Every moment is <c>@p0</c>; people are <c>u</c>, their enrollment is <c>e</c> or missing.
/// </summary>
internal static class PeopleFilter
{
    public const string NotEnrolled = "notEnrolled";
    public const string Begun = "begun";
    public const string Skipped = "skipped";
    public const string Waiting = "waiting";
    public const string Blocked = "blocked";
    public const string Locked = "locked";
    public const string LockedAttempts = "lockedAttempts";
    public const string LockedPassword = "lockedPassword";
    public const string Disabled = "disabled";
    public const string Frozen = "frozen";

    /// <summary>Somebody with an authenticator.</summary>
    public const string Enrolled =
        "(EXISTS (SELECT 1 FROM totp_authenticators t WHERE t.user_id = u.id) OR EXISTS (SELECT 1 FROM passkeys k WHERE k.user_id = u.id))";

    /// <summary>Ids of those whose attempts at codes are used up.</summary>
    public const string AttemptsUsedUp = $"(SELECT c.owner FROM attempt_counts c WHERE c.kind = '{AttemptKind.Verification}' AND {IsLocked})";

    /// <summary>Ids of those whose attempts at passwords are used up.</summary>
    public const string PasswordsUsedUp = $"(SELECT c.owner FROM attempt_counts c WHERE c.kind = '{AttemptKind.Password}' AND {IsLocked})";

    private const string IsLocked = "c.locked_at IS NOT NULL AND (c.locked_until IS NULL OR c.locked_until > @p0)";

    // The sum keeps the planner of SQLite from walking the index of deadlines: half of all people may be in it, and they
    // would all be sorted for the first fifty.
    private const string InTime = "(e.deadline + 0) > @p0";

    private const string InPeriod = $"e.locked_at IS NULL AND NOT e.must_enroll AND e.required_at IS NOT NULL AND {InTime} AND NOT {Enrolled}";

    // Hardly anybody is in it, and to find that out each would be looked up: the few are collected first. With the text
    // added to the id SQLite still walks people by name, for the day on which they are many.
    private const string MustEnroll =
        $"u.id || '' IN (SELECT m.user_id FROM enrollments m WHERE m.must_enroll OR (m.required_at IS NOT NULL AND m.deadline IS NULL)) AND e.locked_at IS NULL AND NOT {Enrolled} AND ((e.must_enroll AND (e.deadline IS NULL OR {InTime})) OR (NOT e.must_enroll AND e.required_at IS NOT NULL AND e.deadline IS NULL))";

    private const string Expired = $"(e.locked_at IS NOT NULL OR ((e.deadline + 0) <= @p0 AND (e.must_enroll OR e.required_at IS NOT NULL))) AND NOT {Enrolled}";

    private const string NotRequired = $"(e.user_id IS NULL OR (e.locked_at IS NULL AND NOT e.must_enroll AND e.required_at IS NULL)) AND NOT {Enrolled}";

    private const string OpenYet = $"e.locked_at IS NULL AND (e.required_at IS NOT NULL OR e.must_enroll) AND (e.deadline IS NULL OR {InTime}) AND NOT {Enrolled}";

    // Cannot enrol although there is time: nobody signs in, or no code is looked at.
    private const string Kept = $"(u.disabled_at IS NOT NULL OR u.id IN {AttemptsUsedUp})";

    private const string Free = $"{OpenYet} AND NOT {Kept}";

    // Signing in is what shows the page on which one skips.
    private const string SignedInSince = "u.last_sign_in_at >= e.required_at";

    /// <summary>The condition of each state that a list may be asked for.</summary>
    public static IReadOnlyDictionary<string, string> Conditions { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        [EnrollmentView.NotRequired] = NotRequired,
        [EnrollmentView.Period] = InPeriod,
        [EnrollmentView.MustEnroll] = MustEnroll,
        [EnrollmentView.Expired] = Expired,
        [EnrollmentView.Active] = Enrolled,
        [NotEnrolled] = $"(e.locked_at IS NOT NULL OR e.required_at IS NOT NULL OR e.must_enroll) AND NOT {Enrolled}",
        [Skipped] = $"{Free} AND e.skips > 0",
        [Begun] = $"{Free} AND e.skips = 0 AND {SignedInSince}",
        [Waiting] = $"{Free} AND e.skips = 0 AND (u.last_sign_in_at IS NULL OR e.required_at IS NULL OR NOT ({SignedInSince}))",
        [Blocked] = $"{OpenYet} AND {Kept}",
        [Locked] = $"(({Expired}) OR u.id IN {AttemptsUsedUp} OR u.id IN {PasswordsUsedUp})",
        [LockedAttempts] = $"u.id IN {AttemptsUsedUp}",
        [LockedPassword] = $"u.id IN {PasswordsUsedUp}",
        [Disabled] = "u.disabled_at IS NOT NULL",
        [Frozen] = "u.frozen_at IS NOT NULL",
    };

    /// <summary>Every state that a list may be asked for.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Conditions.Keys];
}
