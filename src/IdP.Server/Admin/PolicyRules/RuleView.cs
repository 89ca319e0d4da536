using IdP.Server.Admin.Groups;
using IdP.Storage.Clients;
using IdP.Verification.Decisions;

namespace IdP.Server.Admin.PolicyRules;

/// <summary>A rule of a policy as file, API and command line write it.</summary>
/// <param name="Group">Whose people; null: everybody.</param>
/// <param name="Networks">Where, such as <c>10.0.0.0/8</c>; empty: everywhere.</param>
/// <param name="Outside">Outside of the networks, not inside.</param>
/// <param name="IdentityVerification">What holds for them.</param>
internal sealed record RuleView(VerificationMode IdentityVerification, string? Group = null, List<string>? Networks = null, bool Outside = false)
{
    public const int Most = 100;
    private const int MostNetworks = 50;

    public static RuleView Of(PolicyRule rule) => new(rule.Mode, rule.Group, rule.Networks?.Split(' ').ToList(), rule.Outside);

    /// <summary>As it is stored, its networks in their plain form.</summary>
    public PolicyRule ToRule() => new(string.IsNullOrEmpty(Group) ? null : Group, IdentityVerification)
    {
        Networks = Networks is { Count: > 0 } ? string.Join(' ', Networks.Select(n => Verification.Decisions.Networks.Canonical(n) ?? n)) : null,
        Outside = Outside,
    };

    /// <summary>Everything that is wrong with rules, with the place in the list.</summary>
    public static IEnumerable<(string Property, string Problem)> Problems(IReadOnlyList<PolicyRule> rules)
    {
        if (rules.Count > Most) yield return ("rules", Sentence.Of($"At most {Most} rules."));
        for (var i = 0; i < rules.Count; i++)
        {
            var rule = rules[i];
            if (rule.Group is { } group && GroupPatch.NameProblem(group) is { } problem) yield return ($"rules[{i}]", problem);
            var networks = rule.Networks?.Split(' ') ?? [];
            if (networks.Length > MostNetworks) yield return ($"rules[{i}]", Sentence.Of($"At most {MostNetworks} networks in a rule."));
            foreach (var network in networks.Where(n => Verification.Decisions.Networks.Canonical(n) is null))
                yield return ($"rules[{i}]", Sentence.Of($"{Texts.ForTerminal(network)} is no network: write it as 10.0.0.0/8 or 2001:db8::/32."));
            if (rule.Outside && rule.Networks is null) yield return ($"rules[{i}]", Sentence.Of($"outside needs networks to be outside of."));
            if (rule.Group is null && rule.Networks is null) yield return ($"rules[{i}]", Sentence.Of($"A rule names a group, networks, or both; what holds for all others is identityVerification of the policy."));
            if (rules.Take(i).Any(r => r.Group == rule.Group && r.Networks == rule.Networks && r.Outside == rule.Outside))
                yield return ($"rules[{i}]", Sentence.Of($"A rule before it is about the same people and places, so it would never decide."));
        }
    }

    /// <summary>In words for lists of changes: <c>group finance outside 10.0.0.0/8: always</c>.</summary>
    public static string Words(PolicyRule rule) =>
        $"{(rule.Group is { } group ? $"group {group}" : "everybody")}{(rule.Networks is { } networks ? $" {(rule.Outside ? "outside" : "inside")} {networks}" : "")}: {ChangeList.Words(rule.Mode)}";
}
