namespace IdP.Protocol.Explanations;

/// <summary>One thing that was found in a request that somebody tries out.</summary>
/// <param name="Check">The name of the check, such as <c>Pkce</c> or <c>RedirectUri</c>.</param>
/// <param name="Stops">Whether the server refuses the request for it; else it is advice.</param>
/// <param name="Text">For the developer of the client, in the words of the answer; null: there is no answer in words.</param>
public sealed record Finding(string Check, bool Stops, string? Text = null)
{
    /// <summary>The value of <c>error</c> that the client would get; null: none, or the person sees a page.</summary>
    public string? Error { get; init; }

    /// <summary>What was sent, where it is compared with what is registered.</summary>
    public string? Sent { get; init; }

    /// <summary>What is registered; of several the nearest.</summary>
    public string? Registered { get; init; }

    /// <summary>How the two redirect URIs differ; null for other checks.</summary>
    public RedirectUriDifference? Difference { get; init; }
}

/// <summary>What was found.</summary>
/// <param name="Kind"><c>authorization</c>, <c>redirectUri</c>, <c>token</c> or <c>unknown</c>: as what the text was read.</param>
/// <param name="Findings">In the order of the checks; empty: the server takes it.</param>
public sealed record Explanation(string Kind, IReadOnlyList<Finding> Findings)
{
    /// <summary>Whether the server would go on with the request.</summary>
    public bool Works => Kind != "unknown" && !Findings.Any(f => f.Stops);
}
