using FluentValidation;
using IdP.Server.Admin.Access;
using IdP.Storage.Audit;
using IdP.Storage.Changes;
using Microsoft.EntityFrameworkCore;

namespace IdP.Server.Admin.Clients;

/// <summary>Deletes a registration with its secrets, its policy and every authorization, code and token of it.</summary>
internal sealed class RemoveClient(Catalog catalog, TimeProvider clock)
{
    public sealed record Request(string ClientId, string Reason)
    {
        /// <summary>The ETag of the state that the caller saw; null: whatever it is.</summary>
        public string? IfMatch { get; init; }
    }

    public enum Outcome { Removed, NoSuchClient }

    public sealed class Validator : AbstractValidator<Request>
    {
        public Validator() => RuleFor(r => r.Reason).IsReason();
    }

    public async Task<Outcome> HandleAsync(Request request, Actor actor, CancellationToken ct)
    {
        actor.Demand(Right.ClientsWrite);
        await new Validator().ValidateAndThrowAsync(request, ct);
        return await catalog.ChangeAsync(async db =>
        {
            if (await db.FindClientAsync(request.ClientId, ct) is not { } stored) return Outcome.NoSuchClient;
            stored.Demand(request.IfMatch);
            db.ChangeTracker.Clear();
            await db.ResourcePolicies.Where(p => p.Kind == Storage.Clients.ResourceKind.Client && p.ResourceId == request.ClientId).ExecuteDeleteAsync(ct);
            await db.Clients.Where(c => c.ClientId == request.ClientId).ExecuteDeleteAsync(ct);
            db.Audit(stored.Resource, AuditEvents.ClientRemoved, actor, request.Reason, $"{stored.Client.DisplayName} was removed", clock.GetUtcNow());
            return Outcome.Removed;
        }, ct);
    }
}
