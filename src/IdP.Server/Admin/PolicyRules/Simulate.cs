using FluentValidation;
using IdP.Server.Admin.Access;
using IdP.Server.Admin.Users;
using IdP.Storage.Changes;
using IdP.Storage.Clients;
using IdP.Storage.Database;
using IdP.Verification;
using IdP.Verification.Decisions;
using IdP.Verification.Methods.Passkeys;
using IdP.Verification.Methods.Totp;
using IdP.Verification.SignIn;

namespace IdP.Server.Admin.PolicyRules;

/// <summary>What a session holds when the question begins.</summary>
internal enum SimulatedSession
{
    /// <summary>Nobody is signed in.</summary>
    None,

    /// <summary>Signed in by the password alone.</summary>
    Password,

    /// <summary>Signed in and verified, so many minutes ago.</summary>
    Verified,

    /// <summary>Signed in by the password, in a browser that is remembered since a verification so many minutes ago.</summary>
    Remembered,
}

/// <summary>
/// Plays a sign-in that nobody makes: it asks the one decision, does in memory what the person would do, and asks again,
/// until they are through or stopped. What would change the result it learns by asking with something different.
/// </summary>
internal sealed class Simulate(IdPDatabase database, Catalog catalog, TimeProvider clock)
{
    private const int MostSteps = 6;

    /// <param name="Person">User name, address or id.</param>
    /// <param name="Resource">A client id, <c>portal</c> or <c>admin</c>.</param>
    public sealed record Request(string Person, string Resource)
    {
        /// <summary>When; null: now.</summary>
        public DateTimeOffset? At { get; init; }

        /// <summary>From where; null: not known.</summary>
        public string? Address { get; init; }

        public SimulatedSession Session { get; init; }

        /// <summary>How long ago it was verified: in the session, or when the browser was remembered.</summary>
        public int VerifiedMinutesAgo { get; init; }

        /// <summary><c>acr_values</c> of the request; null: none.</summary>
        public string? AcrValues { get; init; }

        /// <summary>By the draft, where there is one.</summary>
        public bool Draft { get; init; }
    }

    /// <param name="Kind"><c>signIn</c>, <c>verify</c>, <c>enroll</c>, <c>locked</c>, <c>deny</c> or <c>proceed</c>.</param>
    /// <param name="Reasons">In the order in which they were found; the last one decided.</param>
    public sealed record Step(string Kind, IReadOnlyList<string> Reasons)
    {
        /// <summary>Ways to verify that are offered.</summary>
        public IReadOnlyList<string> Methods { get; init; } = [];

        /// <summary>"Skip for now" is offered.</summary>
        public bool Skippable { get; init; }

        public int? DaysLeft { get; init; }

        /// <summary>What the application is told; at the end only.</summary>
        public string? Acr { get; init; }

        public IReadOnlyList<string> Amr { get; init; } = [];
    }

    /// <param name="Kind">What would be different, such as <c>verified</c>, <c>address</c> or <c>group</c>.</param>
    /// <param name="Value">The address, the group, the minutes.</param>
    /// <param name="Result">What she would be asked then: the kind of the step.</param>
    public sealed record Variation(string Kind, string? Value, string Result);

    /// <param name="Result">What comes after the sign-in: the kind of that step.</param>
    /// <param name="Steps">All that she will see, to the end.</param>
    /// <param name="Rules">The rules in their order; empty: the policy has none.</param>
    /// <param name="DecidingRule">Which of them decides, from 0; null: the policy itself.</param>
    public sealed record Play(string Result, IReadOnlyList<Step> Steps, VerificationMode IdentityVerification, int ReverifyAfterMinutes, IReadOnlyList<RuleView> Rules, int? DecidingRule)
    {
        /// <summary>The reasons of the step that answers the question.</summary>
        public IReadOnlyList<string> Reasons => Steps.FirstOrDefault(s => s.Kind == Result)?.Reasons ?? [];
    }

    /// <param name="Other">By the other policy, the draft or the one in force; null: there is no draft.</param>
    public sealed record Answer(
        string PersonId, string Person, string Resource, string Name, DateTimeOffset At, string? Address, Play Play, Play? Other, bool IsDraft, IReadOnlyList<Variation> Variations);

    public abstract record Outcome
    {
        /// <param name="DisplayName">What the person is called.</param>
        public sealed record Answered(Answer Answer, string DisplayName) : Outcome;

        public sealed record NoSuchPerson : Outcome;

        public sealed record NoSuchResource : Outcome;
    }

    public sealed class Validator : AbstractValidator<Request>
    {
        public Validator()
        {
            RuleFor(r => r.Person).NotEmpty().WithMessage(Sentence.Of($"Name a person.")).OverridePropertyName("person");
            RuleFor(r => r.Resource).NotEmpty().WithMessage(Sentence.Of($"Name a client, portal or admin.")).OverridePropertyName("resource");
            RuleFor(r => r.Address).Must(a => string.IsNullOrEmpty(a) || System.Net.IPAddress.TryParse(a, out _)).WithMessage(Sentence.Of($"This is no IPv4 or IPv6 address.")).OverridePropertyName("address");
            // What is before and after it must be a time, too.
            RuleFor(r => r.At).Must(at => at is null || at.Value.UtcDateTime.Year is > 1970 and < 9000).WithMessage(Sentence.Of($"at must be from the year 1971 to 8999.")).OverridePropertyName("at");
            RuleFor(r => r.VerifiedMinutesAgo).InclusiveBetween(0, 525_600).WithMessage(Sentence.Of($"minutes must be from 0 to 525600.")).OverridePropertyName("minutes");
        }
    }

    public async Task<Outcome> HandleAsync(Request request, Actor actor, CancellationToken ct)
    {
        actor.Demand(Right.PoliciesRead);
        await new Validator().ValidateAndThrowAsync(request, ct);
        var snapshot = await catalog.GetAsync();
        if (PolicyOf(snapshot, request.Resource) is not (var policy, { } name)) return new Outcome.NoSuchResource();
        if (await FindAsync(request.Person, actor, ct) is not { } person) return new Outcome.NoSuchPerson();
        var asked = request.Draft && policy.Draft is { } draft ? draft : policy;
        var question = new Question(asked, person.State, Session(request, asked, request.At ?? clock.GetUtcNow()), Demands(request), snapshot.Verification, request.At ?? clock.GetUtcNow());
        var other = policy.Draft is null ? null : PlayOf(question with { Policy = ReferenceEquals(asked, policy) ? policy.Draft : policy });
        return new Outcome.Answered(new Answer(
            person.Id, person.UserName, request.Resource, name, question.At, request.Address, PlayOf(question), other, !ReferenceEquals(asked, policy), [.. Variations(question)]), person.DisplayName);
    }

    /// <summary>Whether there is a resource of this name.</summary>
    public static bool Knows(CatalogSnapshot snapshot, string resource) => PolicyOf(snapshot, resource).Name is not null;

    /// <summary>The person who is meant; null: there is none.</summary>
    /// <exception cref="ForbiddenException">The actor may not see people, and it is not themselves.</exception>
    public async Task<Person?> FindAsync(string name, Actor actor, CancellationToken ct)
    {
        await using var db = database.CreateContext();
        var id = (await db.FindPersonAsync(name, ct))?.User.Id;
        // An answer tells how far the person is. Whoever may not see people plays themselves, and does not learn who there is.
        if (id is null || id != actor.UserId) actor.Demand(Right.PeopleRead);
        return id is null ? null : await new People(database).FindAsync(id);
    }

    private static (ResourcePolicy Policy, string? Name) PolicyOf(CatalogSnapshot snapshot, string resource) => resource switch
    {
        ResourceKind.Portal when !snapshot.Clients.ContainsKey(resource) => (snapshot.PortalPolicy, "Portal"),
        ResourceKind.Admin when !snapshot.Clients.ContainsKey(resource) => (Policies.Admin, "Admin console"),
        _ => (snapshot.PolicyOf(resource), snapshot.Clients.GetValueOrDefault(resource)?.DisplayName),
    };

    private static SessionState? Session(Request request, ResourcePolicy policy, DateTimeOffset at) => request.Session switch
    {
        SimulatedSession.None => null,
        SimulatedSession.Password => new SessionState { PasswordAt = at.AddMinutes(-1) },
        SimulatedSession.Remembered => new SessionState { PasswordAt = at.AddMinutes(-1), Remembered = Remembered(policy, at.AddMinutes(-request.VerifiedMinutesAgo)) },
        _ => Verified(at.AddMinutes(-request.VerifiedMinutesAgo)),
    };

    // As the page would have told the person at that time.
    private static RememberedProof Remembered(ResourcePolicy policy, DateTimeOffset at) => new(at, at.AddDays(policy.RememberBrowserDays));

    private static SessionState Verified(DateTimeOffset at) => new() { PasswordAt = at, VerifiedAt = at, Amr = ["pwd", "otp", "mfa"] };

    private static RequestDemands Demands(Request request) => new()
    {
        Acr = (request.AcrValues ?? "").Split(' ').FirstOrDefault(Acr.Supported.Contains),
        Address = string.IsNullOrEmpty(request.Address) ? null : request.Address,
    };

    private sealed record Question(ResourcePolicy Policy, PersonState Person, SessionState? Session, RequestDemands Demands, VerificationSettings Settings, DateTimeOffset At);

    private static Play PlayOf(Question question)
    {
        List<Step> steps = [];
        var (person, session) = (question.Person, question.Session);
        // What is proven on the way is proven for this request.
        var demands = question.Demands with { FlowStartedAt = question.At, Flow = "simulated" };
        while (steps.Count < MostSteps)
        {
            var decision = VerificationPolicy.Decide(question.Policy, person, session, demands, question.Settings, question.At);
            steps.Add(StepOf(decision));
            switch (decision)
            {
                case Decision.SignIn:
                    session = new SessionState { PasswordAt = question.At, PasswordFor = demands.Flow, Remembered = question.Session?.Remembered };
                    continue;
                case Decision.Verify verify:
                    session = Proven(session!, verify.Methods is [PasskeyMethod.Name, ..], question.At, demands.Flow);
                    continue;
                case Decision.Enroll enroll:
                    person = person with { Enrollment = new EnrollmentState.Active(enroll.Passkey ? [PasskeyMethod.Name] : [TotpMethod.MethodName]) };
                    session = Proven(session!, enroll.Passkey, question.At, demands.Flow);
                    continue;
            }

            break;
        }

        return new Play(steps.Find(s => s.Kind != "signIn")?.Kind ?? "signIn", steps, question.Policy.Mode, (int)question.Policy.ReverifyAfter.TotalMinutes,
            [.. question.Policy.Rules.Select(RuleView.Of)], Deciding(question));
    }

    private static SessionState Proven(SessionState session, bool passkey, DateTimeOffset at, string? flow) => session with
    {
        VerifiedAt = at, VerifiedFor = flow, PasskeyAt = passkey ? at : session.PasskeyAt,
        Amr = [.. session.Amr.Union(passkey ? ["hwk", "user", "mfa"] : ["otp", "mfa"])],
    };

    private static Step StepOf(Decision decision) => decision switch
    {
        Decision.SignIn => new("signIn", decision.Reasons),
        Decision.Verify verify => new("verify", decision.Reasons) { Methods = verify.Methods },
        Decision.Enroll enroll => new("enroll", decision.Reasons) { Skippable = enroll.Skippable, DaysLeft = enroll.DaysLeft },
        Decision.Locked => new("locked", decision.Reasons),
        Decision.Proceed proceed => new("proceed", decision.Reasons) { Acr = proceed.Acr, Amr = proceed.Amr },
        _ => new("deny", decision.Reasons),
    };

    // Which rule decides the policy itself says: with the rules up to that one it gives the same reason as with all.
    private static int? Deciding(Question question)
    {
        var (policy, groups, address) = (question.Policy, question.Person.Groups, question.Demands.Address);
        var reason = policy.ModeFor(groups, address).Reason;
        if ((policy with { Rules = [] }).ModeFor(groups, address).Reason == reason) return null;
        return Enumerable.Range(0, policy.Rules.Count).Cast<int?>().FirstOrDefault(n => (policy with { Rules = [.. policy.Rules.Take(n!.Value + 1)] }).ModeFor(groups, address).Reason == reason);
    }

    private static IEnumerable<Variation> Variations(Question question)
    {
        var result = Signature(PlayOf(question));
        foreach (var (kind, value, other) in Different(question))
        {
            var play = PlayOf(other);
            if (Signature(play) != result) yield return new(kind, value, play.Result);
        }
    }

    private static string Signature(Play play) => string.Join(' ', play.Steps.Where(s => s.Kind is not ("signIn" or "proceed")).Select(s => s.Kind + (s.Skippable ? "?" : "")));

    private static IEnumerable<(string Kind, string? Value, Question Question)> Different(Question question)
    {
        var (policy, person, at) = (question.Policy, question.Person, question.At);
        var fresh = (int)policy.ReverifyAfter.TotalMinutes;
        if (fresh > 0) yield return ("verified", fresh.ToString(System.Globalization.CultureInfo.InvariantCulture), question with { Session = Verified(at.AddMinutes(1 - fresh)) });
        if (question.Session is { VerifiedAt: not null }) yield return ("notVerified", null, question with { Session = new SessionState { PasswordAt = at.AddMinutes(-1) } });
        if (question.Session?.Remembered is not null) yield return ("notRemembered", null, question with { Session = question.Session with { Remembered = null } });
        else if (policy.RememberBrowserDays > 0)
        {
            // At this moment: whoever is remembered later than the policy changed, and for the first time.
            yield return ("remembered", policy.RememberBrowserDays.ToString(System.Globalization.CultureInfo.InvariantCulture),
                question with { Session = (question.Session ?? new SessionState { PasswordAt = at.AddMinutes(-1) }) with { Remembered = Remembered(policy, at) } });
        }

        var networks = policy.Rules.SelectMany(r => r.Networks?.Split(' ') ?? []).Distinct(StringComparer.Ordinal).ToList();
        foreach (var network in networks.Where(n => System.Net.IPNetwork.TryParse(n, out _)))
            yield return ("address", network, question with { Demands = question.Demands with { Address = System.Net.IPNetwork.Parse(network).BaseAddress.ToString() } });
        if (networks.Count > 0) yield return ("elsewhere", null, question with { Demands = question.Demands with { Address = WeakerRules.Elsewhere(networks) } });
        var named = policy.Rules.Select(r => r.Group).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        foreach (var group in named.Where(g => !person.Groups.Contains(g))) yield return ("group", group, question with { Person = person with { Groups = [.. person.Groups, group] } });
        foreach (var group in named.Where(person.Groups.Contains)) yield return ("notGroup", group, question with { Person = person with { Groups = [.. person.Groups.Where(g => g != group)] } });
        if (person.Enrollment is not EnrollmentState.Active) yield return ("enrolled", null, question with { Person = person with { Enrollment = new EnrollmentState.Active([TotpMethod.MethodName]) } });
        if (person.Enrollment is EnrollmentState.Period period && at < period.Deadline) yield return ("deadline", null, question with { At = period.Deadline, Session = Signed(question.Session, period.Deadline) });
        if (person.Lock is not null) yield return ("unlocked", null, question with { Person = person with { Lock = null } });
        if (question.Demands.Acr is null) yield return ("acr", Acr.Verified, question with { Demands = question.Demands with { Acr = Acr.Verified } });
        else yield return ("noAcr", null, question with { Demands = question.Demands with { Acr = null } });
    }

    private static SessionState? Signed(SessionState? session, DateTimeOffset at) => session is null ? null : session with { PasswordAt = at.AddMinutes(-1) };
}
