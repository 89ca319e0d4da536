using IdP.Server.Admin.Access;
using IdP.Server.Configuration;
using IdP.Storage.Changes;
using IdP.Storage.Database;
using IdP.Verification;
using IdP.Verification.Decisions;

namespace IdP.Server.Admin.Clients;

/// <summary>What a change of a registration would do, before it is made: the same code, not saved.</summary>
internal sealed class PreviewClient(IdPDatabase database, Catalog catalog, TimeProvider clock)
{
    /// <param name="Changes">What would be different, with what protects less.</param>
    /// <param name="People">How many people the policy would ask no longer, and newly; null: the policy stays.</param>
    public sealed record Outcome(IReadOnlyList<Change> Changes, PeopleTouched.Comparison? People);

    /// <returns>Null when there is no such client.</returns>
    /// <exception cref="FluentValidation.ValidationException">The client would not be one that can work.</exception>
    public async Task<Outcome?> HandleAsync(string clientId, ClientPatch properties, Actor actor, CancellationToken ct)
    {
        actor.Demand(Right.ClientsWrite);
        await using var db = database.CreateContext();
        if (await db.FindClientAsync(clientId, ct) is not { } stored) return null;
        var before = Policies.Of(stored.Policy);
        var changes = await SetClient.ApplyAsync(db, stored, properties, null, actor, "", clock.GetUtcNow(), ct);
        return new(changes, changes.Any(ClientPatch.IsOfPolicy) ? await PeopleTouched.CompareAsync(database, before, Policies.Of(stored.Policy), VerificationSettings.Of(await catalog.GetAsync()), clock.GetUtcNow()) : null);
    }
}
