using FluentValidation;
using IdP.Server.Admin.Access;
using IdP.Server.Admin.Api;
using IdP.Server.Admin.Clients;
using IdP.Storage;
using IdP.Storage.Audit;
using IdP.Storage.Changes;
using IdP.Storage.Clients;
using Microsoft.EntityFrameworkCore;

namespace IdP.Server.Admin.PolicyRules;

/// <summary>Changes the policy of a client, or what is tried out beside it; makes a draft the policy, or drops it.</summary>
internal sealed class SetPolicy(Catalog catalog, TimeProvider clock)
{
    public enum Part
    {
        /// <summary>The policy in force.</summary>
        Live,

        /// <summary>The draft, which begins as a copy of the policy in force.</summary>
        Draft,

        /// <summary>The draft becomes the policy in force.</summary>
        Publish,

        /// <summary>The draft goes.</summary>
        Drop,
    }

    /// <param name="IdentityVerification">Null: as it is.</param>
    /// <param name="ReverifyAfterMinutes">Null: as it is.</param>
    /// <param name="Rules">All of them; null: as they are.</param>
    public sealed record Request(string ClientId, Part Part, VerificationMode? IdentityVerification, int? ReverifyAfterMinutes, IReadOnlyList<RuleView>? Rules, string Reason)
    {
        /// <summary>The state that the caller saw, as <see cref="ETags"/> writes it; null: whatever it is.</summary>
        public string? IfMatch { get; init; }
    }

    public abstract record Outcome
    {
        public sealed record Changed(IReadOnlyList<Change> Changes) : Outcome;

        public sealed record NothingToDo : Outcome;

        public sealed record NoSuchClient : Outcome;

        public sealed record NoDraft : Outcome;
    }

    public sealed class Validator : AbstractValidator<Request>
    {
        public Validator()
        {
            RuleFor(r => r.Reason).IsReason();
            RuleFor(r => r.ReverifyAfterMinutes).InclusiveBetween(0, 525_600).WithMessage(Sentence.Of($"reverifyAfterMinutes must be from 0 to 525600.")).OverridePropertyName("reverifyAfterMinutes");
            RuleFor(r => r.Rules).Custom((rules, context) =>
            {
                foreach (var (property, problem) in RuleView.Problems([.. (rules ?? []).Select(r => r.ToRule())])) context.AddFailure(property, problem);
            });
        }
    }

    public async Task<Outcome> HandleAsync(Request request, Actor actor, CancellationToken ct)
    {
        actor.Demand(Right.PoliciesWrite);
        await new Validator().ValidateAndThrowAsync(request, ct);
        return await catalog.ChangeAsync(db => ChangeAsync(db, request, actor, ct), ct);
    }

    /// <summary>What a change would do; nothing is saved.</summary>
    public async Task<Outcome> PreviewAsync(Storage.Database.IdPDatabase database, Request request, Actor actor, CancellationToken ct)
    {
        actor.Demand(Right.PoliciesWrite);
        await new Validator().ValidateAndThrowAsync(request, ct);
        await using var db = database.CreateContext();
        return await ChangeAsync(db, request, actor, ct);
    }

    private async Task<Outcome> ChangeAsync(IdPDbContext db, Request request, Actor actor, CancellationToken ct)
    {
        if (await db.FindClientAsync(request.ClientId, ct) is not { } stored) return new Outcome.NoSuchClient();
        ETags.Demand(request.IfMatch, State(stored.Policy));
        var now = clock.GetUtcNow();
        var draft = stored.Policy.Draft;
        switch (request.Part)
        {
            case Part.Draft:
                var wanted = Next(stored.Policy, request, now);
                if (draft is not null && wanted.Mode == draft.Mode && wanted.ReverifyAfterMinutes == draft.ReverifyAfterMinutes && wanted.Rules.SequenceEqual(draft.Rules)) return new Outcome.NothingToDo();
                stored.Policy.Draft = wanted;
                return await NoteAsync(db, stored, request, actor, $"draft: {Words(wanted)}", now, ct);
            case Part.Drop:
                if (draft is null) return new Outcome.NoDraft();
                stored.Policy.Draft = null;
                return await NoteAsync(db, stored, request, actor, "draft: dropped", now, ct);
            case Part.Publish when draft is null:
                return new Outcome.NoDraft();
            case Part.Publish:
                stored.Policy.Draft = null;
                return await ApplyAsync(db, stored, new ClientPatch { IdentityVerification = draft.Mode, ReverifyAfterMinutes = draft.ReverifyAfterMinutes, Rules = [.. draft.Rules.Select(RuleView.Of)] }, request, actor, drops: true, now, ct);
            default:
                var patch = new ClientPatch { IdentityVerification = request.IdentityVerification, ReverifyAfterMinutes = request.ReverifyAfterMinutes, Rules = request.Rules?.ToList() };
                return await ApplyAsync(db, stored, patch, request, actor, drops: false, now, ct);
        }
    }

    /// <summary>What a state is compared by.</summary>
    public static object State(ResourcePolicyRow policy) => new { policy.Mode, policy.ReverifyAfterMinutes, policy.Rules, policy.Draft };

    private static async Task<Outcome> ApplyAsync(
        IdPDbContext db, StoredClient stored, ClientPatch patch, Request request, Actor actor, bool drops, DateTimeOffset now, CancellationToken ct)
    {
        var changes = await SetClient.ApplyAsync(db, stored, patch, null, actor, request.Reason, now, ct);
        if (!drops) return changes.Count > 0 ? new Outcome.Changed(changes) : new Outcome.NothingToDo();
        await NoteAsync(db, stored, request, actor, "draft: made the policy", now, ct);
        return new Outcome.Changed(changes);
    }

    // What was counted belongs to the draft as it was.
    private static async Task<Outcome> NoteAsync(IdPDbContext db, StoredClient stored, Request request, Actor actor, string what, DateTimeOffset now, CancellationToken ct)
    {
        if (db.Database.CurrentTransaction is not null) await db.Set<PolicyReport>().Where(r => r.Resource == stored.Resource).ExecuteDeleteAsync(ct);
        db.Audit(stored.Resource, AuditEvents.PolicyChanged, actor, request.Reason, what, now);
        return new Outcome.Changed([new Change(what)]);
    }

    private static PolicyDraft Next(ResourcePolicyRow policy, Request request, DateTimeOffset now)
    {
        var from = policy.Draft ?? new PolicyDraft(policy.Mode, policy.ReverifyAfterMinutes, policy.Rules, now);
        return new PolicyDraft(
            request.IdentityVerification ?? from.Mode, request.ReverifyAfterMinutes ?? from.ReverifyAfterMinutes,
            request.Rules?.Select(r => r.ToRule()).ToList() ?? from.Rules, now);
    }

    private static string Words(PolicyDraft draft) =>
        $"{ChangeList.Words(draft.Mode)}, {Texts.Count(draft.ReverifyAfterMinutes, "minute")}{string.Concat(draft.Rules.Select(r => "; " + RuleView.Words(r)))}";
}
