using System.Text.RegularExpressions;
using IdP.Storage.Audit;
using IdP.Storage.Changes;
using IdP.Storage.Clients;

namespace IdP.Server.Pages;

/// <summary>The reasons of decisions in the language of the reader. They are kept as the decision wrote them, for the audit log.</summary>
internal static partial class ReasonWords
{
    private static readonly Dictionary<string, string> Known = new(StringComparer.Ordinal)
    {
        ["Nobody is signed in."] = "Reason.NoSession",
        ["The person's state is not known."] = "Reason.StateUnknown",
        ["The account is turned off."] = "Reason.Disabled",
        ["The verification attempts were used up."] = "Reason.Attempts",
        ["The admin console always asks."] = "Reason.Console",
        ["The enrollment period is over."] = "Reason.Over",
        ["The sign-in is too old for this request."] = "Reason.TooOld",
        ["Verification is not asked for."] = "Reason.NotAsked",
        ["No method that the policy allows reaches that level."] = "Reason.Unreachable",
        ["The browser is remembered."] = "Reason.Remembered",
        ["Verified recently enough."] = "Reason.Recent",
        ["A passkey is asked for."] = "Reason.Passkey",
        ["Verification is asked for."] = "Reason.Asked",
        ["A passkey is asked for, and the person has none."] = "Reason.NoPasskey",
        ["A passkey is asked for; before adding one the person verifies with what they have."] = "Reason.PasskeyFirst",
        ["The person has none of the methods that the policy allows."] = "Reason.NoMethod",
        ["Skipped at this sign-in, inside the enrollment period."] = "Reason.Skipped",
        ["Not enrolled yet."] = "Reason.NotEnrolled",
        ["Enrollment is due at this sign-in."] = "Reason.Due",
        ["Not enrolled, and the request demands it."] = "Reason.Demanded",
        ["The enrollment period begins."] = "Reason.Begins",
        ["The pending sign-in was used or ended meanwhile."] = "Reason.Ended",
    };

    private static readonly HashSet<string> Decisions =
        [AuditEvents.Authorized, AuditEvents.SignedIn, AuditEvents.SignInDenied, AuditEvents.Verified, AuditEvents.DeviceConnected];

    /// <summary>Whether an event's reason is what a decision said, which its person may read; the others' are for admins.</summary>
    public static bool IsOfDecision(string auditEvent) => Decisions.Contains(auditEvent);

    extension(Words words)
    {
        /// <summary>Each sentence by itself; one that is not known stays as it is.</summary>
        /// <param name="reasons">As stored: sentences in a row.</param>
        /// <param name="catalog">For the names of applications.</param>
        public IReadOnlyList<Phrase> Reasons(string? reasons, CatalogSnapshot catalog)
        {
            List<Phrase> found = [];
            var rest = (reasons ?? "").Trim();
            while (rest.Length > 0)
            {
                var (phrase, length) = words.First(rest, catalog);
                found.Add(phrase);
                rest = rest[length..].TrimStart();
            }

            return found;
        }

        /// <summary>The name of a resource: of the application, the portal, the console.</summary>
        public string ResourceName(string? resource, CatalogSnapshot catalog) => resource?.Split(':', 2) switch
        {
            [ResourceKind.Client, var id] => catalog.Clients.GetValueOrDefault(id)?.DisplayName ?? id,
            [ResourceKind.Portal] => words["Activity.Portal"].ToString(),
            [ResourceKind.Portal, _] => words["Activity.Security"].ToString(),
            [ResourceKind.Admin] => words["Activity.Admin"].ToString(),
            _ => "–",
        };

        private (Phrase, int) First(string text, CatalogSnapshot catalog)
        {
            foreach (var (sentence, key) in Known)
            {
                if (text.StartsWith(sentence, StringComparison.Ordinal)) return (words[key], sentence.Length);
            }

            if (Policy().Match(text) is { Success: true } policy)
            {
                return (words[$"Reason.Policy.{policy.Groups["mode"].Value}", ("app", words.ResourceName(policy.Groups["name"].Value, catalog))], policy.Length);
            }

            if (Rule().Match(text) is { Success: true } rule)
            {
                var people = rule.Groups["group"] is { Success: true } group ? words["Reason.People.Group", ("group", group.Value)] : words["Reason.People.Everybody"];
                var place = rule.Groups["place"] is { Success: true } where ? words[$"Reason.Place.{where.Value}", ("networks", rule.Groups["networks"].Value.Replace(" ", ", ", StringComparison.Ordinal))].ToString() : "";
                var phrase = words[$"Reason.Rule.{rule.Groups["mode"].Value}", ("people", people), ("place", place), ("app", words.ResourceName(rule.Groups["name"].Value, catalog))];
                return (rule.Groups["unknown"].Success ? Phrase.Join([phrase, words["Reason.AddressUnknown"]]) : phrase, rule.Length);
            }

            if (Level().Match(text) is { Success: true } level) return (words["Reason.Level", ("acr", level.Groups["acr"].Value)], level.Length);
            if (By().Match(text) is { Success: true } by && words.Find($"Reason.By.{by.Groups["method"].Value}") is not null) return (words[$"Reason.By.{by.Groups["method"].Value}"], by.Length);
            if (Failed().Match(text) is { Success: true } failed) return (words["Reason.Failed"], failed.Length);
            var end = text.IndexOf(". ", StringComparison.Ordinal);
            var length = end < 0 ? text.Length : end + 1;
            return (words.Literal(text[..length]), length);
        }
    }

    [GeneratedRegex(@"\AThe policy of (?<name>.+?) says (?<mode>NotRequired|WhenEnrolled|Required|Always)\.", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Policy();

    [GeneratedRegex(@"\AThe rule for (everybody|group (?<group>.+?))( (?<place>inside|outside) (?<networks>[0-9A-Fa-f.:/ ]+))? of (?<name>[^ ]+) says (?<mode>NotRequired|WhenEnrolled|Required|Always)(?<unknown>, and the address is not known)?\.", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Rule();

    [GeneratedRegex(@"\AThe request demands the level (?<acr>[a-z]+)\.", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Level();

    [GeneratedRegex(@"\ABy (?<method>[a-z]+)\.", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex By();

    [GeneratedRegex(@"\AThe decision failed \([^)]*\), so nobody gets in\.", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Failed();
}
