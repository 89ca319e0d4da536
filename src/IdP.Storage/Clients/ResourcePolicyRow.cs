using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace IdP.Storage.Clients;

/// <summary>Whom a resource asks for identity verification.</summary>
public enum VerificationMode
{
    /// <summary>Nobody.</summary>
    NotRequired,

    /// <summary>Those who have enrolled.</summary>
    WhenEnrolled,

    /// <summary>Everyone; who is still inside the enrollment period may skip.</summary>
    Required,

    /// <summary>Everyone, and nobody may skip.</summary>
    Always,
}

/// <summary>The kinds of resource that can be guarded.</summary>
public static class ResourceKind
{
    public const string Client = "client";
    public const string Portal = "portal";
    public const string Admin = "admin";
}

/// <summary>One rule of a policy: what holds for some people in some places.</summary>
/// <param name="Group">The group whose people it is about; null: everybody.</param>
/// <param name="Mode">The mode for them.</param>
public sealed record PolicyRule(string? Group, VerificationMode Mode)
{
    /// <summary>Networks such as <c>10.0.0.0/8</c>, separated by spaces, in which it holds; null: everywhere.</summary>
    public string? Networks { get; init; }

    /// <summary>It holds outside of the networks, not inside.</summary>
    public bool Outside { get; init; }
}

/// <summary>A policy that is tried out beside the one in force: each decision is asked of both, and the other's is only counted.</summary>
/// <param name="Mode">As in the policy.</param>
/// <param name="ReverifyAfterMinutes">As in the policy.</param>
/// <param name="Rules">As in the policy.</param>
/// <param name="ChangedAt">Since when it is tried out as it is.</param>
public sealed record PolicyDraft(VerificationMode Mode, int ReverifyAfterMinutes, List<PolicyRule> Rules, DateTimeOffset ChangedAt);

/// <summary>The stored identity-verification policy of one resource.</summary>
public sealed class ResourcePolicyRow
{
    /// <summary>One of <see cref="ResourceKind"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>The client's id; empty for the portal and the console.</summary>
    public required string ResourceId { get; init; }

    public VerificationMode Mode { get; set; }

    /// <summary>Minutes after which a verification is too old; 0: at each authorization.</summary>
    public int ReverifyAfterMinutes { get; set; } = 480;

    /// <summary>Names of the methods that count; empty: any.</summary>
    public List<string> Methods { get; set; } = [];

    /// <summary>What a first enrollment on the way here needs besides the password: <c>none</c>, <c>mail</c> or <c>admin</c>; null: the setting decides.</summary>
    public string? EnrollmentProof { get; set; }

    /// <summary>Days for which a browser may be remembered after a verification; 0: never.</summary>
    public int RememberBrowserDays { get; set; }

    /// <summary>When the policy was last changed: a browser that was remembered before does not count here. Null: never.</summary>
    public DateTimeOffset? ChangedAt { get; set; }

    /// <summary>In order; the first that fits the person and the place decides, else <see cref="Mode"/>.</summary>
    public List<PolicyRule> Rules { get; set; } = [];

    /// <summary>What is tried out beside it; null: nothing.</summary>
    public PolicyDraft? Draft { get; set; }
}

internal sealed class ResourcePolicyRowMapping : IEntityTypeConfiguration<ResourcePolicyRow>
{
    public void Configure(EntityTypeBuilder<ResourcePolicyRow> policy)
    {
        policy.ToTable("resource_policies");
        policy.HasKey(p => new { p.Kind, p.ResourceId });
        policy.Property(p => p.EnrollmentProof).HasMaxLength(16);
        policy.Property(p => p.Kind).HasMaxLength(16);
        policy.Property(p => p.ResourceId).HasMaxLength(128);
    }
}
