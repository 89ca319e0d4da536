using FluentValidation;
using IdP.Server.Admin.Access;
using IdP.Storage.Audit;
using IdP.Storage.Changes;
using Microsoft.EntityFrameworkCore;

namespace IdP.Server.Admin.Groups;

/// <summary>Deletes the registration and with it the claims; people stay in the group.</summary>
internal sealed class RemoveGroup(Catalog catalog, TimeProvider clock)
{
    public sealed record Request(string Name, string Reason);

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
            if (await db.Groups.Where(g => g.Name == request.Name).ExecuteDeleteAsync(ct) == 0) return Outcome.NoSuchGroup;
            db.Audit($"group:{request.Name}", AuditEvents.GroupRemoved, actor, request.Reason, $"{request.Name} was removed", clock.GetUtcNow());
            return Outcome.Removed;
        }, ct);
    }
}
