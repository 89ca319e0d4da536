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

    /// <summary>What a first enrollment on the way here needs besides the password; null: the setting decides.</summary>
    public EnrollmentProof? EnrollmentProof { get; init; }

    /// <summary>In order; the first that names a group of the person decides.</summary>
    public IReadOnlyList<GroupRule> Rules { get; init; } = [];

    /// <summary>The name in audit events, such as <c>client:payroll</c>.</summary>
    public string Name => ResourceId.Length == 0 ? Kind : $"{Kind}:{ResourceId}";

    /// <summary>The mode for a person of these groups, and the rule that made it; the console asks always.</summary>
    public (VerificationMode Mode, string Reason) ModeFor(IReadOnlyList<string> groups)
    {
        if (Kind == ResourceKind.Admin) return (VerificationMode.Always, "The admin console always asks.");
        foreach (var rule in Rules)
        {
            if (groups.Contains(rule.Group)) return (rule.Mode, $"The rule for group {rule.Group} of {Name} says {rule.Mode}.");
        }

        return (Mode, $"The policy of {Name} says {Mode}.");
    }
}
