using FluentValidation;
using IdP.Server.Admin.Access;
using IdP.Storage;
using IdP.Storage.Audit;
using IdP.Storage.Changes;
using IdP.Storage.Clients;
using IdP.Storage.Database;

namespace IdP.Server.Admin.Clients;

/// <summary>Changes a registration or its policy; what is not given stays.</summary>
internal sealed class SetClient(IdPDatabase database, Catalog catalog, TimeProvider clock)
{
    public sealed record Request(string ClientId, ClientPatch Properties, string Reason)
    {
        /// <summary>The ETag of the state that the caller saw; null: whatever it is.</summary>
        public string? IfMatch { get; init; }
    }

    public abstract record Outcome
    {
        public sealed record Changed(IReadOnlyList<Change> Changes) : Outcome;

        public sealed record NothingToDo : Outcome;

        public sealed record NoSuchClient : Outcome;
    }

    public sealed class Validator : AbstractValidator<Request>
    {
        public Validator() => RuleFor(r => r.Reason).IsReason();
    }

    public async Task<Outcome> HandleAsync(Request request, Actor actor, CancellationToken ct)
    {
        actor.Demand(Right.ClientsWrite);
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
        if (await db.FindClientAsync(request.ClientId, ct) is not { } stored) return new Outcome.NoSuchClient();
        stored.Demand(request.IfMatch);
        var changes = await ApplyAsync(db, stored, request.Properties, null, actor, request.Reason, clock.GetUtcNow(), ct);
        return changes.Count > 0 ? new Outcome.Changed(changes) : new Outcome.NothingToDo();
    }

    /// <summary>Changes a tracked client, judges the whole and writes the audit events.</summary>
    /// <param name="newSecret">A secret that replaces every other one; null: they stay.</param>
    /// <exception cref="ValidationException">The client would not be one that can work.</exception>
    public static async Task<ChangeList> ApplyAsync(
        IdPDbContext db, StoredClient stored, ClientPatch properties, ClientSecret? newSecret, Actor actor, string reason, DateTimeOffset now, CancellationToken ct)
    {
        var changes = properties.ApplyTo(stored.Client, stored.Policy, now);
        var goes = newSecret is not null || stored.Client.Type == ClientType.Public;
        if (newSecret is not null) changes.Add(new Change("clientSecret: replaced"));
        else if (goes && stored.Secrets.Count > 0 && changes.Count > 0) changes.Add(new Change("clientSecret: removed"));
        if (changes.Count == 0) return changes;

        if (goes) db.ClientSecrets.RemoveRange(stored.Secrets);
        if (newSecret is not null) db.ClientSecrets.Add(newSecret);
        var registration = new ClientRegistration(stored.Client, stored.Policy, newSecret is not null || (!goes && stored.HasSecret(now)));
        await new ClientRegistration.Validator().ValidateAndThrowAsync(registration, ct);

        stored.Client.UpdatedAt = now;
        foreach (var part in changes.ToLookup(ClientPatch.IsOfPolicy))
        {
            db.Audit(stored.Resource, part.Key ? AuditEvents.PolicyChanged : AuditEvents.ClientChanged, actor, reason,
                string.Join("; ", part.Select(c => c.Text)), now);
        }

        return changes;
    }
}
