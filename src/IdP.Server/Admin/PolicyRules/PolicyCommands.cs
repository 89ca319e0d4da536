using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using IdP.Server.Admin.Access;
using IdP.Server.Admin.Api;
using IdP.Server.Cli;
using IdP.Storage.Clients;

namespace IdP.Server.Admin.PolicyRules;

/// <summary><c>idp policies …</c>.</summary>
internal static class PolicyCommands
{
    public static Command Create(Verbs verbs) => Verbs.Group(
        "policies", "Whom applications ask for identity verification, and what a draft would ask.", List(verbs), Show(verbs), Set(verbs), Publish(verbs), Drop(verbs), SimulateOne(verbs));

    private static Argument<string> Id() => new("CLIENT") { Description = "The client id." };

    private static Command List(Verbs verbs)
    {
        var search = Verbs.Text("--search", "Part of a client id or a name.");
        return verbs.Verb("list", "Lists policies: the console's, the portal's, and each client's.", Right.PoliciesRead, [search], async call =>
        {
            var policies = await call.Get<ShowPolicy>().ListAsync(call.Value(search));
            if (call.Out.IsJson) call.Out.Json(policies);
            else
            {
                call.Out.Table(["Resource", "Name", "Identity verification", "Verified for", "Rules", "Draft"], policies.Select(p => new[]
                {
                    p.Id.Length == 0 ? p.Kind : p.Id, p.Name, ChangeList.Words(p.IdentityVerification), Minutes(p.ReverifyAfterMinutes),
                    p.Rules.Count == 0 ? "" : p.Rules.Count.ToString(CultureInfo.InvariantCulture), p.Draft is null ? "" : "yes",
                }));
            }

            return ExitCode.Done;
        });
    }

    private static Command Show(Verbs verbs)
    {
        var id = Id();
        return verbs.Verb("show", "Shows one policy with its rules, and what its draft would have asked in the last 7 days.", Right.PoliciesRead, [id], async call =>
        {
            if (await call.Get<ShowPolicy>().HandleAsync(ResourceKind.Client, call.Value(id)) is not { } policy) return NoSuch(call, call.Value(id));
            if (call.Out.IsJson) call.Out.Json(policy);
            else call.Out.Properties(Describe(policy));
            return ExitCode.Done;
        });
    }

    private static IEnumerable<(string, string?)> Describe(ShowPolicy.Policy policy) =>
    [
        ("Client", policy.Id), ("Name", policy.Name), .. Rules(policy.Rules),
        ("Identity verification", ChangeList.Words(policy.IdentityVerification)), ("Verified for", Minutes(policy.ReverifyAfterMinutes)),
        .. policy.Draft is not { } draft ? Array.Empty<(string, string?)>() :
        [
            ("Draft since", Call.Time(draft.ChangedAt)), .. Rules(draft.Rules), ("Draft", ChangeList.Words(draft.IdentityVerification)), ("Draft: verified for", Minutes(draft.ReverifyAfterMinutes)),
            ("Would have asked", $"{draft.WouldAsk} of {Texts.Count(draft.People, "person", "people")} in the last {Texts.Count(ShowPolicy.Days, "day")}; asked: {draft.Asked}"),
        ],
    ];

    private static IEnumerable<(string, string?)> Rules(IReadOnlyList<RuleView> rules) =>
        rules.Select((rule, i) => ($"Rule {(i + 1).ToString(CultureInfo.InvariantCulture)}", (string?)Texts.ForTerminal(RuleView.Words(rule.ToRule()))));

    private static Command Set(Verbs verbs)
    {
        var (id, reason) = (Id(), Verbs.Reason());
        var mode = Verbs.Choice<VerificationMode>("--identity-verification", "Whom it asks when no rule fits.");
        var reverify = Verbs.Number("--reverify-after-minutes", "How long a verification counts; 0: for one authorization.");
        var rules = Verbs.Texts("--rule", """A rule, in order, as JSON: {"group":"finance","networks":["10.0.0.0/8"],"outside":true,"identityVerification":"always"}; one empty value: none.""");
        var draft = Verbs.Flag("--draft", "Change the draft: nobody is asked by it, it is only counted what it would have asked.");
        return verbs.Verb("set", "Changes what is given; the rest stays. Rules replace the whole list.", Right.PoliciesWrite, [id, mode, reverify, rules, draft, reason], async call =>
        {
            if (!TryReadRules(call, call.Values(rules), out var given)) return ExitCode.Refused;
            return await ChangeAsync(call, new(call.Value(id), call.Value(draft) ? SetPolicy.Part.Draft : SetPolicy.Part.Live,
                Verbs.Parse<VerificationMode>(call.Value(mode)), call.Value(reverify), given, call.Value(reason) ?? Call.DefaultReason));
        });
    }

    private static Command Publish(Verbs verbs)
    {
        var (id, reason) = (Id(), Verbs.Reason());
        return verbs.Verb("publish", "Makes the draft the policy.", Right.PoliciesWrite, [id, reason], call =>
            ChangeAsync(call, new(call.Value(id), SetPolicy.Part.Publish, null, null, null, call.Value(reason) ?? Call.DefaultReason)));
    }

    private static Command Drop(Verbs verbs)
    {
        var (id, reason) = (Id(), Verbs.Reason());
        return verbs.Verb("drop-draft", "Drops the draft; the policy stays as it is.", Right.PoliciesWrite, [id, reason], call =>
            ChangeAsync(call, new(call.Value(id), SetPolicy.Part.Drop, null, null, null, call.Value(reason) ?? Call.DefaultReason)));
    }

    private static async Task<int> ChangeAsync(Call call, SetPolicy.Request request)
    {
        switch (await call.Get<SetPolicy>().HandleAsync(request, call.Actor, call.Ct))
        {
            case SetPolicy.Outcome.NoSuchClient:
                return NoSuch(call, request.ClientId);
            case SetPolicy.Outcome.NoDraft:
                return call.Out.Fail($"{request.ClientId} has no draft. Make one with: idp policies set {request.ClientId} --draft");
            case SetPolicy.Outcome.Changed changed:
                foreach (var weaker in changed.Changes.Select(c => c.Weaker).OfType<string>()) call.Out.Warn(weaker);
                return call.Out.Done($"{request.ClientId}: {string.Join("; ", changed.Changes.Select(c => c.Text).DefaultIfEmpty("the draft is the policy"))}", new { clientId = request.ClientId, changed = true, changes = changed.Changes });
            default:
                return call.Out.Done("Nothing to do.", new { clientId = request.ClientId, changed = false });
        }
    }

    private static bool TryReadRules(Call call, List<string>? given, out List<RuleView>? rules)
    {
        rules = null;
        if (given is null) return true;
        rules = [];
        foreach (var text in given)
        {
            try
            {
                // Null is JSON, too, and no rule.
                if (JsonSerializer.Deserialize<RuleView>(text, ApiJson.Options) is not { } rule || rule.Networks?.Contains(null!) is true) throw new JsonException();
                rules.Add(rule);
            }
            catch (Exception broken) when (broken is JsonException or InvalidOperationException)
            {
                call.Out.Fail($"This is no rule: {Texts.ForTerminal(text)}");
                return false;
            }
        }

        return true;
    }

    private static Command SimulateOne(Verbs verbs)
    {
        Argument<string> person = new("USER") { Description = "User name, address or id." };
        Argument<string> resource = new("RESOURCE") { Description = "A client id, portal or admin." };
        var at = Verbs.Text("--at", "When, such as 2026-12-01T09:00:00Z; now when not given.");
        var address = Verbs.Text("--address", "From where; not known when not given.");
        var session = Verbs.Choice<SimulatedSession>("--session", "What is proven already; none when not given.");
        var minutes = Verbs.Number("--verified-minutes-ago", "How long ago, with --session verified or remembered.");
        var acr = Verbs.Text("--acr-values", "The level that the application asks for.");
        var draft = Verbs.Flag("--draft", "By the draft of the policy.");
        return verbs.Verb("simulate", "Says what a person would be asked, why, and what would change it. Nothing is saved.", Right.PoliciesRead, [person, resource, at, address, session, minutes, acr, draft], async call =>
        {
            DateTimeOffset time = default;
            if (call.Value(at) is { } text && !DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time)) return call.Out.Fail("--at must be a time such as 2026-12-01T09:00:00Z.");
            var outcome = await call.Get<Simulate>().HandleAsync(new(call.Value(person), call.Value(resource))
            {
                At = call.Value(at) is null ? null : time, Address = call.Value(address), Session = Verbs.Parse<SimulatedSession>(call.Value(session)) ?? SimulatedSession.None,
                VerifiedMinutesAgo = call.Value(minutes) ?? 0, AcrValues = call.Value(acr), Draft = call.Value(draft),
            }, call.Actor, call.Ct);
            if (outcome is Simulate.Outcome.NoSuchPerson) return call.Out.Fail($"There is no person {call.Value(person)}. See: idp users list");
            if (outcome is not Simulate.Outcome.Answered { Answer: var answer }) return NoSuch(call, call.Value(resource));
            if (call.Out.IsJson) call.Out.Json(answer);
            else call.Out.Properties(Describe(answer));
            return ExitCode.Done;
        });
    }

    private static IEnumerable<(string, string?)> Describe(Simulate.Answer answer) =>
    [
        ("Person", answer.Person), ("Resource", answer.Name), ("At", Call.Time(answer.At)), ("From", answer.Address ?? "not known"), ("Result", answer.Play.Result),
        .. answer.Play.Steps.Select(s => ("Step: " + s.Kind, (string?)Texts.ForTerminal(string.Join(' ', s.Reasons)))),
        ("acr, amr", answer.Play.Steps[^1] is { Acr: { } acr } last ? $"{acr}; {string.Join(' ', last.Amr)}" : "none"),
        (answer.IsDraft ? "By the policy in force" : "By the draft", answer.Other?.Result),
        .. answer.Variations.Select(v => ($"If {v.Kind}{(v.Value is null ? "" : " " + Texts.ForTerminal(v.Value))}", (string?)v.Result)),
    ];

    private static string Minutes(int minutes) => minutes == 0 ? "one authorization" : Texts.Count(minutes, "minute");

    private static int NoSuch(Call call, string clientId) => call.Out.Fail($"There is no client {clientId}. See: idp clients list");
}
