using IdP.Storage.Audit;
using IdP.Storage.Changes;
using IdP.Storage.Clients;
using IdP.Storage.Database;
using IdP.Storage.Grants;
using IdP.Verification.SignIn;
using Microsoft.EntityFrameworkCore;

namespace IdP.Server.Pages.Portal;

/// <summary>What a person allowed on the consent page, and taking it back.</summary>
internal sealed class AllowedApps(IdPDatabase database, Catalog catalog, TimeProvider clock)
{
    public sealed record App(string ClientId, string Name, DateTimeOffset Since);

    public async Task<IReadOnlyList<App>> ListAsync(string userId)
    {
        var snapshot = await catalog.GetAsync();
        await using var db = database.CreateContext();
        var allowed = await db.Authorizations.AsNoTracking()
            .Where(a => a.UserId == userId && a.Type == AuthorizationType.Permanent && a.RevokedAt == null).ToListAsync();
        return [.. allowed.Select(a => new App(a.ClientId, snapshot.Clients.GetValueOrDefault(a.ClientId)?.DisplayName ?? a.ClientId, a.CreatedAt))];
    }

    /// <summary>Takes back what was allowed, and with it every token that the app has for this person.</summary>
    public Task TakeBackAsync(Person person, string clientId, RequestOrigin origin) => database.WriteAsync(async s =>
    {
        var now = clock.GetUtcNow();
        var ended = await s.ExecuteAsync(
            "UPDATE authorizations SET revoked_at = @p0 WHERE user_id = @p1 AND client_id = @p2 AND revoked_at IS NULL", now, person.Id, clientId);
        if (ended == 0) return false;
        await s.AuditAsync(new AuditEvent
        {
            At = now, Event = AuditEvents.AuthorizationRevoked, Actor = "user:" + person.Id, UserId = person.Id,
            Resource = $"{ResourceKind.Client}:{clientId}", Outcome = "success", Reason = "The person took it back.",
            Address = origin.Address, UserAgent = origin.UserAgent,
        });
        return true;
    });
}
