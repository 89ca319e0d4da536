namespace IdP.Verification.Decisions;

/// <summary>What the request asks beyond the policy. It can raise what is asked, never lower it.</summary>
public sealed record RequestDemands
{
    /// <summary>A request that asks nothing of its own.</summary>
    public static RequestDemands None { get; } = new();

    /// <summary>
    /// When the request began; proofs given for it since then are fresh for it, however little time the policy allows.
    /// Null when nothing can have been proven for this request yet.
    /// </summary>
    public DateTimeOffset? FlowStartedAt { get; init; }

    /// <summary>
    /// Which request it is, so that a proof given for one is not new for another that waits beside it. Null: an own page,
    /// for which any proof since <see cref="FlowStartedAt"/> counts.
    /// </summary>
    public string? Flow { get; init; }

    /// <summary><c>prompt=login</c>, or a <c>max_age</c> of 0: the person proves everything anew.</summary>
    public bool Login { get; init; }

    /// <summary><c>max_age</c>: how old the sign-in may be.</summary>
    public TimeSpan? MaxAge { get; init; }

    /// <summary>The level asked for by <c>acr_values</c> or an essential <c>acr</c> claim; null: none.</summary>
    public string? Acr { get; init; }

    /// <summary>From where the person comes, as far as the server knows it; a rule for a network asks for it. Null: not known.</summary>
    public string? Address { get; init; }

    /// <summary>
    /// A refresh: what was proven once is not asked anew for its age; level, state and policy count as always.
    /// </summary>
    public bool Continuation { get; init; }
}
