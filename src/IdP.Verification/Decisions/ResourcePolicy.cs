using IdP.Storage.Clients;

namespace IdP.Verification.Decisions;

/// <summary>What a resource asks of the people who open it.</summary>
public sealed record ResourcePolicy
{
    /// <summary>One of <see cref="ResourceKind"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>The client's id; empty for the portal and the console.</summary>
    public string ResourceId { get; init; } = "";

    /// <summary>Whom it asks when no rule names a group of theirs.</summary>
    public required VerificationMode Mode { get; init; }

    /// <summary>How old a verification may be; zero: a new one for each authorization.</summary>
    public TimeSpan ReverifyAfter { get; init; } = TimeSpan.FromMinutes(480);

    /// <summary>Names of the methods that count; empty: any.</summary>
    public IReadOnlyList<string> Methods { get; init; } = [];

    /// <summary>How many days a remembered browser stands in for a verification; 0: never.</summary>
    public int RememberBrowserDays { get; init; }

    /// <summary>When the policy became what it is: browsers that were remembered until then do not count. Null: not known to have changed.</summary>
    public DateTimeOffset? ChangedAt { get; init; }

    /// <summary>What a first enrollment on the way here needs besides the password; null: the setting decides.</summary>
    public EnrollmentProof? EnrollmentProof { get; init; }

    /// <summary>In order; the first that fits the person and the place decides.</summary>
    public IReadOnlyList<PolicyRule> Rules { get; init; } = [];

    /// <summary>What is tried out beside it and only counted; null: nothing.</summary>
    public ResourcePolicy? Draft { get; init; }

    /// <summary>The name in audit events, such as <c>client:payroll</c>.</summary>
    public string Name => ResourceId.Length == 0 ? Kind : $"{Kind}:{ResourceId}";

    /// <summary>The mode for a person of these groups at this address, and the rule that made it; the console asks always.</summary>
    /// <param name="groups">The person's.</param>
    /// <param name="address">From where they come; null: not known, so of what may hold there the strictest holds.</param>
    public (VerificationMode Mode, string Reason) ModeFor(IReadOnlyList<string> groups, string? address = null) =>
        Kind == ResourceKind.Admin ? (VerificationMode.Always, "The admin console always asks.") : ModeFrom(0, groups, address);

    private (VerificationMode Mode, string Reason) ModeFrom(int first, IReadOnlyList<string> groups, string? address)
    {
        for (var i = first; i < Rules.Count; i++)
        {
            var rule = Rules[i];
            if (rule.Group is { } group && !groups.Contains(group)) continue;
            if (rule.Networks is null) return (rule.Mode, $"The rule for {People(rule)} of {Name} says {rule.Mode}.");
            switch (Networks.Contain(rule.Networks, address))
            {
                case null:
                    // Deny on doubt: the rule may hold and may not, so whichever of the two asks more does.
                    var otherwise = ModeFrom(i + 1, groups, address);
                    return rule.Mode > otherwise.Mode ? (rule.Mode, $"The rule for {People(rule)} {Place(rule)} of {Name} says {rule.Mode}, and the address is not known.") : otherwise;
                case var inside when inside != rule.Outside:
                    return (rule.Mode, $"The rule for {People(rule)} {Place(rule)} of {Name} says {rule.Mode}.");
            }
        }

        return (Mode, $"The policy of {Name} says {Mode}.");
    }

    private static string People(PolicyRule rule) => rule.Group is { } group ? $"group {group}" : "everybody";

    private static string Place(PolicyRule rule) => $"{(rule.Outside ? "outside" : "inside")} {rule.Networks}";
}
