using FluentValidation;
using IdP.Server.Admin.Access;
using IdP.Server.Admin.Api;
using IdP.Storage;
using IdP.Storage.Audit;
using IdP.Storage.Changes;
using IdP.Storage.Database;
using IdP.Storage.Users;

namespace IdP.Server.Admin.Groups;

/// <summary>Changes a registered group; what is not given stays. What people get is different with their next token.</summary>
internal sealed class SetGroup(IdPDatabase database, Catalog catalog, TimeProvider clock)
{
    public sealed record Request(string Name, GroupPatch Properties, string Reason)
    {
        /// <summary>The state that the caller saw, as <see cref="ETags"/> writes it; null: whatever it is.</summary>
        public string? IfMatch { get; init; }
    }

    public abstract record Outcome
    {
        public sealed record Changed(IReadOnlyList<Change> Changes) : Outcome;

        public sealed record NothingToDo : Outcome;

        public sealed record NoSuchGroup : Outcome;
    }

    public sealed class Validator : AbstractValidator<Request>
    {
        public Validator()
        {
            RuleFor(r => r.Properties).SetValidator(new GroupPatch.Validator());
            RuleFor(r => r.Reason).IsReason();
        }
    }

    public async Task<Outcome> HandleAsync(Request request, Actor actor, CancellationToken ct)
    {
        actor.Demand(Right.GroupsWrite);
        await new Validator().ValidateAndThrowAsync(request, ct);
        await using (var tried = database.CreateContext())
        {
            // Tried without saving first: what changes nothing makes no node read everything anew.
            var outcome = await ChangeAsync(tried, request, actor, ct);
            if (outcome is not Outcome.Changed) return outcome;
        }

        return await catalog.ChangeAsync(db => ChangeAsync(db, request, actor, ct), ct);
    }

    private async Task<Outcome> ChangeAsync(IdPDbContext db, Request request, Actor actor, CancellationToken ct)
    {
        if (await db.Groups.FindAsync([request.Name], ct) is not { } group) return new Outcome.NoSuchGroup();
        ETags.Demand(request.IfMatch, ShowGroup.Of(group));
        var changes = Apply(db, group, request.Properties, actor, request.Reason, clock.GetUtcNow());
        return changes.Count > 0 ? new Outcome.Changed(changes) : new Outcome.NothingToDo();
    }

    /// <summary>Changes a tracked group and writes the audit event.</summary>
    public static ChangeList Apply(IdPDbContext db, Group group, GroupPatch properties, Actor actor, string reason, DateTimeOffset now)
    {
        var changes = properties.ApplyTo(group);
        if (changes.Count == 0) return changes;
        group.UpdatedAt = now;
        db.Audit($"group:{group.Name}", AuditEvents.GroupChanged, actor, reason, string.Join("; ", changes.Select(c => c.Text)), now);
        return changes;
    }
}
