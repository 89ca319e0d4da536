using IdP.Server.Admin.PolicyRules;
using IdP.Storage.Clients;
using IdP.Verification.Decisions;

namespace IdP.Server.Pages.Admin;

/// <summary>Policies in sentences.</summary>
internal static class PolicyWords
{
    extension(Words words)
    {
        /// <summary>"Everybody verifies, at each sign-in; nobody may skip."</summary>
        public Phrase Sentence(VerificationMode mode, int reverifyAfterMinutes) => mode == VerificationMode.NotRequired
            ? words["Admin.Policies.Mode.NotRequired"]
            : words[$"Admin.Policies.Mode.{mode}", ("often", words.Often(reverifyAfterMinutes))];

        /// <summary>The whole policy: what holds, and how many rules come before it.</summary>
        public Phrase Sentence(ResourcePolicyRow policy)
        {
            var sentence = words.Sentence(policy.Mode, policy.ReverifyAfterMinutes);
            return policy.Rules.Count == 0 ? sentence : Phrase.Join([words.Count("Admin.Policies.RulesFirst", policy.Rules.Count), sentence]);
        }

        /// <summary>"People in Finance, outside the network 10.0.0.0/8: everybody verifies; nobody may skip".</summary>
        public Phrase Sentence(RuleView rule) => words["Admin.Policies.Rule",
            ("people", rule.Group is { } group ? words["Admin.Policies.PeopleIn", ("group", group)] : words["Admin.Policies.Everybody"]),
            ("place", rule.Networks is not { Count: > 0 } networks ? "" : words[rule.Outside ? "Admin.Policies.Outside" : "Admin.Policies.Inside", ("networks", string.Join(", ", networks))].ToString()),
            ("what", words[$"Admin.Policies.Choose.{rule.IdentityVerification}"])];

        /// <summary>"every 8 hours", "at each sign-in".</summary>
        public Phrase Often(int minutes) => minutes switch
        {
            0 => words["Admin.Policies.Often.Each"],
            _ when minutes % 1440 == 0 => words.Count("Admin.Policies.Often.Days", minutes / 1440),
            _ when minutes % 60 == 0 => words.Count("Admin.Policies.Often.Hours", minutes / 60),
            _ => words.Count("Admin.Policies.Often.Minutes", minutes),
        };

        /// <summary>The badge of a mode.</summary>
        public Phrase Badge(VerificationMode mode) => words[$"Admin.Policies.Badge.{mode}"];
    }

    /// <summary>How the badge looks: guarded ones stand out.</summary>
    public static string BadgeStyle(VerificationMode mode) => mode >= VerificationMode.Required ? "tag on" : "tag";
}
