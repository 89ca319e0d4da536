using IdP.Storage.Enrollments;

namespace IdP.Verification.Decisions;

/// <summary>What the decision knows of a person.</summary>
public sealed record PersonState
{
    /// <summary>How far the person is with identity verification.</summary>
    public required EnrollmentState Enrollment { get; init; }

    /// <summary>Set when the attempts were used up.</summary>
    public VerificationLock? Lock { get; init; }

    /// <summary>An admin turned the account off.</summary>
    public bool Disabled { get; init; }

    public IReadOnlyList<string> Groups { get; init; } = [];
}

/// <summary>A lock after too many wrong codes.</summary>
/// <param name="Until">When it ends by itself; null: when an admin ends it.</param>
/// <param name="Reference">The number that the person reads out to support.</param>
public sealed record VerificationLock(DateTimeOffset? Until, string? Reference);

/// <summary>The states of DESIGN §3. Whether a deadline has passed is the decision's to say, with its own <c>now</c>.</summary>
public abstract record EnrollmentState
{
    private EnrollmentState()
    {
    }

    /// <summary>Nobody asked this person so far.</summary>
    public sealed record NotRequired : EnrollmentState;

    /// <summary>To be set up until the deadline.</summary>
    public sealed record Period(DateTimeOffset Deadline, EnrollmentCause Cause, string? Reference = null) : EnrollmentState;

    /// <summary>To be set up at the next sign-in, and before the deadline when there is one. Nothing can be skipped.</summary>
    public sealed record MustEnroll(DateTimeOffset? Deadline, EnrollmentCause Cause, string? Reference = null) : EnrollmentState;

    /// <summary>The period ended; an admin must unlock.</summary>
    /// <param name="AfterReset">They were to enrol at the next sign-in, so what asks the enrolled asks them too.</param>
    public sealed record Expired(DateTimeOffset Since, string? Reference, bool AfterReset = false) : EnrollmentState;

    /// <summary>Enrolled with these methods.</summary>
    public sealed record Active(IReadOnlyList<string> Methods) : EnrollmentState;
}
