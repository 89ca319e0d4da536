using System.Collections.Frozen;
using System.Globalization;
using System.Text.RegularExpressions;
using IdP.Server.Hosting;
using IdP.Server.Pages;
using IdP.Storage.Changes;
using IdP.Storage.Clients;
using IdP.Testing;
using IdP.Verification.Decisions;

namespace IdP.Tests.Server.Pages;

/// <summary>Whatever the decision says, people read it in their language.</summary>
internal sealed partial class ReasonWordsTests
{
    private static readonly CatalogSnapshot Catalog = new(1, new Dictionary<string, Client>(StringComparer.Ordinal) { ["payroll"] = new() { ClientId = "payroll", DisplayName = "Payroll" } }
        .ToFrozenDictionary(StringComparer.Ordinal), Array.Empty<ClientSecret>().ToLookup(s => s.ClientId), System.Collections.Frozen.FrozenDictionary<(string, string), ResourcePolicyRow>.Empty,
        System.Collections.Frozen.FrozenDictionary<string, string>.Empty, [], System.Collections.Frozen.FrozenDictionary<string, ApiResource>.Empty, System.Collections.Frozen.FrozenDictionary<string, IdP.Storage.Users.Group>.Empty);

    [Test]
    public void Every_sentence_of_the_decision_has_words()
    {
        var code = File.ReadAllText(Path.Combine(Repository.Root, "src", "IdP.Verification", "Decisions", "VerificationPolicy.cs"));
        var sentences = Sentence().Matches(code).Select(m => m.Groups["text"].Value).Distinct().ToList();
        Assert.That(sentences, Has.Count.GreaterThan(15));

        Assert.That(sentences.Where(s => InGerman(s).Single() == s), Is.Empty);
    }

    [TestCase(null, null, false, "Eine Regel von Payroll für alle")]
    [TestCase("a. b of c says Required", "10.0.0.0/8", true, "Eine Regel von Payroll für Personen der Gruppe a. b of c says Required außerhalb des Netzes 10.0.0.0/8")]
    [TestCase("finance", "2001:db8::/32 10.0.0.0/8", false, "Eine Regel von Payroll für Personen der Gruppe finance im Netz 2001:db8::/32, 10.0.0.0/8")]
    public void A_rule_is_told_whatever_its_group_is_called(string? group, string? networks, bool outside, string expected)
    {
        var policy = new ResourcePolicy
        {
            Kind = ResourceKind.Client, ResourceId = "payroll", Mode = VerificationMode.NotRequired, Rules = [new PolicyRule(group, VerificationMode.Always) { Networks = networks, Outside = outside }],
        };
        var reason = policy.ModeFor(group is null ? [] : [group]).Reason;

        var said = InGerman(reason + " Verification is asked for.");

        Assert.That(said, Has.Count.EqualTo(2));
        Assert.That(said[0], Does.StartWith(expected));
        Assert.That(said[0].EndsWith("Die Adresse war nicht bekannt.", StringComparison.Ordinal), Is.EqualTo(networks is not null));
    }

    private static List<string> InGerman(string reasons)
    {
        var before = CultureInfo.CurrentUICulture;
        try
        {
            CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo("de");
            return [.. new Words(new BrandingOptions()).Reasons(reasons, Catalog).Select(p => p.ToString())];
        }
        finally
        {
            CultureInfo.CurrentUICulture = before;
        }
    }

    // Whole sentences in quotes; those with a value are tried by the other test.
    [GeneratedRegex("\"(?<text>[A-Z][A-Za-z ,;']+\\.)\"", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Sentence();
}
