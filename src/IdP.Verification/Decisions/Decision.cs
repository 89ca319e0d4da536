namespace IdP.Verification.Decisions;

/// <summary>Why somebody cannot go on.</summary>
public enum LockReason
{
    /// <summary>The enrollment period ended.</summary>
    EnrollmentExpired,

    /// <summary>Too many wrong codes.</summary>
    Attempts,
}

/// <summary>What comes next, with the reasons in words that an admin can read.</summary>
/// <param name="Reasons">In the order in which they were found; the last one decided.</param>
public abstract record Decision(IReadOnlyList<string> Reasons)
{
    /// <summary>Ask for the user name and the password.</summary>
    public sealed record SignIn(IReadOnlyList<string> Reasons) : Decision(Reasons);

    /// <summary>Ask for a proof by one of the methods.</summary>
    public sealed record Verify(IReadOnlyList<string> Methods, IReadOnlyList<string> Reasons) : Decision(Reasons)
    {
        /// <summary>A recovery code stands in for any of them; not where a passkey is what is asked for.</summary>
        public bool TakesRecoveryCodes { get; init; } = true;

        /// <summary>Days for which the browser may be remembered after this verification; 0: that is not offered.</summary>
        public int RememberDays { get; init; }
    }

    /// <summary>Lead through enrollment.</summary>
    /// <param name="Skippable">"Skip for now" may be offered.</param>
    /// <param name="Deadline">End of the period; null: there is none.</param>
    /// <param name="DaysLeft">Begun days until then; null: there is no deadline.</param>
    /// <param name="StartsPeriod">The period begins with this meeting: the caller stores it.</param>
    public sealed record Enroll(bool Skippable, DateTimeOffset? Deadline, int? DaysLeft, bool StartsPeriod, IReadOnlyList<string> Reasons)
        : Decision(Reasons)
    {
        /// <summary>It must be a passkey; somebody who has an app adds one to it.</summary>
        public bool Passkey { get; init; }
    }

    /// <summary>Nothing until an admin, or the time, unlocks.</summary>
    /// <param name="Since">When the enrollment period ended; null for the other reason.</param>
    public sealed record Locked(LockReason Reason, DateTimeOffset? Since, DateTimeOffset? Until, string? Reference, IReadOnlyList<string> Reasons)
        : Decision(Reasons);

    /// <summary>No.</summary>
    public sealed record Deny(IReadOnlyList<string> Reasons) : Decision(Reasons);

    /// <summary>Go on, and say no more than was proven.</summary>
    public sealed record Proceed(string Acr, IReadOnlyList<string> Amr, DateTimeOffset AuthTime, IReadOnlyList<string> Reasons)
        : Decision(Reasons);
}
