using System.Net;
using IdP.Storage.Clients;
using IdP.Verification.Decisions;

namespace IdP.Server.Admin.PolicyRules;

/// <summary>Says where another list of rules protects less than the one before. It asks the policy about every group and network that a rule names, so it cannot judge otherwise than the sign-in does.</summary>
internal static class WeakerRules
{
    private const int MostSentences = 12;

    private static readonly string[] Documentation = ["192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1"];

    /// <summary>A sentence for each combination of people and place for which less is asked; null: for none.</summary>
    public static string? Of(string name, ResourcePolicy before, ResourcePolicy after)
    {
        var rules = before.Rules.Concat(after.Rules).ToList();
        var groups = rules.Select(r => r.Group).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        var networks = rules.SelectMany(r => r.Networks?.Split(' ') ?? []).Distinct(StringComparer.Ordinal).ToList();
        List<string> sentences = [];
        foreach (var group in groups.Prepend(null))
        {
            foreach (var (place, address) in Places(networks))
            {
                var (old, wanted) = (before.ModeFor(group is null ? [] : [group], address).Mode, after.ModeFor(group is null ? [] : [group], address).Mode);
                if (wanted >= old) continue;
                sentences.Add(Sentence.Of($"{(group is null ? Sentence.Of($"People of no group") : Sentence.Of($"People of the group {group}"))}{place}: {ChangeList.Words(wanted)} instead of {ChangeList.Words(old)}."));
            }
        }

        if (sentences.Count == 0) return null;
        var rest = sentences.Count > MostSentences ? " " + Sentence.Of($"And {sentences.Count - MostSentences} more.") : "";
        return $"{Sentence.Of($"{name} asks less.")} {string.Join(' ', sentences.Take(MostSentences))}{rest}";
    }

    private static IEnumerable<(string Place, string? Address)> Places(List<string> networks)
    {
        if (networks.Count == 0) return [("", null)];
        return [
            .. networks.Where(n => IPNetwork.TryParse(n, out _)).Select(n => (" " + Sentence.Of($"in {n}"), (string?)IPNetwork.Parse(n).BaseAddress.ToString())),
            (" " + Sentence.Of($"elsewhere"), Elsewhere(networks)),
            (" " + Sentence.Of($"at an unknown address"), null),
        ];
    }

    // An address for documentation that no network of the rules has (RFC 5737, RFC 3849).
    public static string? Elsewhere(List<string> networks) =>
        Array.Find(Documentation, a => Networks.Contain(string.Join(' ', networks), a) == false);
}
