namespace IdP.Verification.Decisions;

/// <summary>What was proven at a sign-in, complete or pending.</summary>
public sealed record SessionState
{
    /// <summary>When the password, or a passkey in its place, was proven.</summary>
    public required DateTimeOffset PasswordAt { get; init; }

    /// <summary>The request that the password was given for, as <see cref="RequestDemands.Flow"/>; null: an own page.</summary>
    public string? PasswordFor { get; init; }

    /// <summary>When identity was verified; null: it was not, or what was proven does not count any more.</summary>
    public DateTimeOffset? VerifiedAt { get; init; }

    /// <summary>The request that identity was verified for; null: an own page.</summary>
    public string? VerifiedFor { get; init; }

    /// <summary>When a passkey was used; null: none was, or it does not count any more.</summary>
    public DateTimeOffset? PasskeyAt { get; init; }

    /// <summary>The request that the passkey was used for, as far as that is still known.</summary>
    public string? PasskeyFor => PasskeyAt == VerifiedAt ? VerifiedFor : PasskeyAt == PasswordAt ? PasswordFor : null;

    /// <summary>RFC 8176 values of all that was proven.</summary>
    public IReadOnlyList<string> Amr { get; init; } = ["pwd"];

    /// <summary>"Skip for now" was chosen at this sign-in.</summary>
    public bool Skipped { get; init; }

    /// <summary>Set in a browser that is remembered for this person. It proves nothing; the policy may let it do.</summary>
    public RememberedProof? Remembered { get; init; }
}

/// <summary>What a remembered browser stands for.</summary>
/// <param name="VerifiedAt">When identity was verified in it.</param>
/// <param name="Until">When the person was told that it would be asked for again.</param>
public sealed record RememberedProof(DateTimeOffset VerifiedAt, DateTimeOffset Until);
