namespace IdP.Verification.Decisions;

/// <summary>What the request asks beyond the policy. It can raise what is asked, never lower it.</summary>
public sealed record RequestDemands
{
    /// <summary>A request that asks nothing of its own.</summary>
    public static RequestDemands None { get; } = new();

    /// <summary>
    /// When the request began; proofs given since then are fresh for it, however little time the policy allows. Null
    /// when nothing can have been proven for this request yet.
    /// </summary>
    public DateTimeOffset? FlowStartedAt { get; init; }

    /// <summary><c>prompt=login</c>: the person proves everything anew.</summary>
    public bool Login { get; init; }

    /// <summary><c>max_age</c>: how old the sign-in may be.</summary>
    public TimeSpan? MaxAge { get; init; }

    /// <summary>The level asked for by <c>acr_values</c> or an essential <c>acr</c> claim; null: none.</summary>
    public string? Acr { get; init; }

    /// <summary>
    /// A refresh: what was proven once is not asked anew for its age; level, state and policy count as always.
    /// </summary>
    public bool Continuation { get; init; }
}
