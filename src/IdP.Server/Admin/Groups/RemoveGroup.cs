using FluentValidation;
using IdP.Server.Admin.Access;
using IdP.Server.Admin.Api;
using IdP.Storage.Audit;
using IdP.Storage.Changes;

namespace IdP.Server.Admin.Groups;

/// <summary>Deletes the registration and with it the claims; people stay in the group.</summary>
internal sealed class RemoveGroup(Catalog catalog, TimeProvider clock)
{
    public sealed record Request(string Name, string Reason)
    {
        /// <summary>The ETag of the state that the caller saw; null: whatever it is.</summary>
        public string? IfMatch { get; init; }
    }

    public enum Outcome { Removed, NoSuchGroup }

    public sealed class Validator : AbstractValidator<Request>
    {
        public Validator() => RuleFor(r => r.Reason).IsReason();
    }

    public async Task<Outcome> HandleAsync(Request request, Actor actor, CancellationToken ct)
    {
        actor.Demand(Right.GroupsWrite);
        await new Validator().ValidateAndThrowAsync(request, ct);
        return await catalog.ChangeAsync(async db =>
        {
            if (await db.Groups.FindAsync([request.Name], ct) is not { } group) return Outcome.NoSuchGroup;
            ETags.Demand(request.IfMatch, ShowGroup.Of(group));
            db.Groups.Remove(group);
            db.Audit($"group:{request.Name}", AuditEvents.GroupRemoved, actor, request.Reason, $"{request.Name} was removed", clock.GetUtcNow());
            return Outcome.Removed;
        }, ct);
    }
}
