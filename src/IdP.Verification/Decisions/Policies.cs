using IdP.Storage.Changes;
using IdP.Storage.Clients;

namespace IdP.Verification.Decisions;

/// <summary>The policies in force.</summary>
public static class Policies
{
    extension(CatalogSnapshot catalog)
    {
        /// <summary>The admin's settings.</summary>
        public VerificationSettings Verification => VerificationSettings.Of(catalog);

        /// <summary>The policy of a client; one without a row asks nobody.</summary>
        public ResourcePolicy PolicyOf(string clientId) =>
            catalog.Derived(static snapshot => new ClientPolicies(snapshot.Policies.Values
                .Where(p => p.Kind == ResourceKind.Client)
                .ToDictionary(p => p.ResourceId, Of, StringComparer.Ordinal))).ByClient.GetValueOrDefault(clientId)
            ?? new ResourcePolicy { Kind = ResourceKind.Client, ResourceId = clientId, Mode = VerificationMode.NotRequired };

        /// <summary>The policies of all clients that have one.</summary>
        public IEnumerable<ResourcePolicy> ClientPolicies => catalog.Policies.Values.Where(p => p.Kind == ResourceKind.Client).Select(Of);

        /// <summary>How the portal is guarded.</summary>
        public ResourcePolicy PortalPolicy => new()
        {
            Kind = ResourceKind.Portal,
            Mode = catalog.Verification.PortalIdentityVerification,
            ReverifyAfter = TimeSpan.FromMinutes(catalog.Verification.PortalReverifyAfterMinutes),
        };
    }

    /// <summary>
    /// How the pages are guarded where authenticators are replaced and recovery codes made: whoever is enrolled has just
    /// verified.
    /// </summary>
    public static ResourcePolicy Security { get; } = new()
    {
        Kind = ResourceKind.Portal,
        ResourceId = "security",
        Mode = VerificationMode.WhenEnrolled,
        ReverifyAfter = TimeSpan.FromMinutes(5),
    };

    /// <summary>How the admin console is guarded: always.</summary>
    public static ResourcePolicy Admin { get; } = new() { Kind = ResourceKind.Admin, Mode = VerificationMode.Always };

    /// <summary>How changes in the console are guarded: whoever makes one has verified in the last quarter of an hour.</summary>
    public static ResourcePolicy AdminChanges { get; } = Admin with { ReverifyAfter = TimeSpan.FromMinutes(15) };

    /// <summary>A stored policy as the decision takes it.</summary>
    public static ResourcePolicy Of(ResourcePolicyRow row)
    {
        var policy = Live(row);
        return row.Draft is { } draft
            ? policy with { Draft = policy with { Mode = draft.Mode, ReverifyAfter = TimeSpan.FromMinutes(draft.ReverifyAfterMinutes), Rules = draft.Rules } }
            : policy;
    }

    private static ResourcePolicy Live(ResourcePolicyRow row) => new()
    {
        Kind = row.Kind,
        ResourceId = row.ResourceId,
        Mode = row.Mode,
        ReverifyAfter = TimeSpan.FromMinutes(row.ReverifyAfterMinutes),
        Methods = row.Methods,
        Rules = row.Rules,
        RememberBrowserDays = row.RememberBrowserDays,
        ChangedAt = row.ChangedAt,
        EnrollmentProof = Enum.TryParse<EnrollmentProof>(row.EnrollmentProof, ignoreCase: true, out var proof) ? proof : null,
    };

    private sealed record ClientPolicies(Dictionary<string, ResourcePolicy> ByClient);
}
