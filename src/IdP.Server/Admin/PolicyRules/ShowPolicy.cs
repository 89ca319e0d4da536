using IdP.Storage.Changes;
using IdP.Storage.Clients;
using IdP.Verification.Decisions;

namespace IdP.Server.Admin.PolicyRules;

/// <summary>Policies as admins see them: whom an application asks, by which rules, and what is tried out beside it.</summary>
internal sealed class ShowPolicy(Catalog catalog, PolicyReports reports, TimeProvider clock)
{
    /// <summary>How far a report looks back.</summary>
    public const int Days = 7;

    /// <param name="ChangedAt">Since when it is tried out as it is.</param>
    /// <param name="People">Who came in the last days, since then.</param>
    /// <param name="WouldAsk">Of these, whom the draft would have asked.</param>
    /// <param name="Asked">Of these, who was asked.</param>
    /// <param name="Newly">Whom only the draft would have asked.</param>
    /// <param name="NoLonger">Whom only the policy in force asked.</param>
    public sealed record Draft(
        VerificationMode IdentityVerification, int ReverifyAfterMinutes, IReadOnlyList<RuleView> Rules, DateTimeOffset ChangedAt,
        long People, long WouldAsk, long Asked, long Newly, long NoLonger);

    /// <param name="Kind"><c>client</c>, <c>portal</c> or <c>admin</c>.</param>
    /// <param name="Id">The client id; empty for the others, whose policy is in the settings or fixed.</param>
    public sealed record Policy(
        string Kind, string Id, string Name, VerificationMode IdentityVerification, int ReverifyAfterMinutes, IReadOnlyList<RuleView> Rules, Draft? Draft = null);

    /// <summary>All of them, without what their drafts would have asked: the console's and the portal's first.</summary>
    public async Task<IReadOnlyList<Policy>> ListAsync(string? search)
    {
        var snapshot = await catalog.GetAsync();
        return
        [
            .. Own(snapshot).Where(_ => string.IsNullOrEmpty(search)),
            .. snapshot.Clients.Values.Where(c => string.IsNullOrEmpty(search)
                    || c.ClientId.Contains(search, StringComparison.OrdinalIgnoreCase) || c.DisplayName.Contains(search, StringComparison.OrdinalIgnoreCase))
                .OrderBy(c => c.ClientId, StringComparer.Ordinal).Select(c => Of(c, Row(snapshot, c.ClientId), null)),
        ];
    }

    /// <returns>Null when there is no such resource.</returns>
    public async Task<Policy?> HandleAsync(string kind, string id)
    {
        var snapshot = await catalog.GetAsync();
        if (kind != ResourceKind.Client) return Own(snapshot).FirstOrDefault(p => p.Kind == kind && id is "" or "-");
        if (!snapshot.Clients.TryGetValue(id, out var client)) return null;
        var row = Row(snapshot, id);
        if (row.Draft is null) return Of(client, row, null);
        // What this node has not written yet counts, too.
        await reports.WriteAsync();
        var today = new DateTimeOffset(clock.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero);
        return Of(client, row, await reports.SinceAsync($"{ResourceKind.Client}:{id}", today.AddDays(1 - Days)));
    }

    public static ResourcePolicyRow Row(CatalogSnapshot snapshot, string clientId) =>
        snapshot.Policies.GetValueOrDefault((ResourceKind.Client, clientId)) ?? Clients.StoredClients.NewPolicy(clientId);

    private static Policy Of(Client client, ResourcePolicyRow row, PolicyReports.Count? count) => new(
        row.Kind, row.ResourceId, client.DisplayName, row.Mode, row.ReverifyAfterMinutes, [.. row.Rules.Select(RuleView.Of)],
        row.Draft is { } draft
            ? new Draft(draft.Mode, draft.ReverifyAfterMinutes, [.. draft.Rules.Select(RuleView.Of)], draft.ChangedAt,
                count?.People ?? 0, count?.Draft ?? 0, count?.Live ?? 0, count?.Newly ?? 0, count?.NoLonger ?? 0)
            : null);

    private static IEnumerable<Policy> Own(CatalogSnapshot snapshot)
    {
        var portal = snapshot.PortalPolicy;
        yield return new(ResourceKind.Admin, "", "Admin console", VerificationMode.Always, (int)Policies.Admin.ReverifyAfter.TotalMinutes, []);
        yield return new(ResourceKind.Portal, "", "Portal", portal.Mode, (int)portal.ReverifyAfter.TotalMinutes, []);
    }
}
