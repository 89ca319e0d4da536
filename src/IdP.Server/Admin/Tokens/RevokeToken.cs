using IdP.Server.Admin.Access;
using IdP.Storage.Audit;
using IdP.Storage.Database;
using Microsoft.EntityFrameworkCore;

namespace IdP.Server.Admin.Tokens;

/// <summary>Ends an API token at once.</summary>
internal sealed class RevokeToken(IdPDatabase database, TimeProvider clock)
{
    public sealed record Request(string Id, string Reason);

    public enum Outcome { Revoked, NoSuchToken }

    public Task<Outcome> HandleAsync(Request request, Actor actor, CancellationToken ct) => database.SaveAsync(async db =>
    {
        var token = await db.ApiTokens.FirstOrDefaultAsync(t => t.Id == request.Id && t.RevokedAt == null, ct);
        // Somebody else's is as unknown as none.
        if (token is null || (token.UserId != actor.UserId && !actor.Has(Right.TokensWrite))) return Outcome.NoSuchToken;
        var now = clock.GetUtcNow();
        token.RevokedAt = now;
        var user = await db.Users.FirstAsync(u => u.Id == token.UserId, ct);
        db.Audit(user, AuditEvents.TokenRevoked, actor, request.Reason, $"{token.Name} ({token.Id}) was revoked", now);
        return Outcome.Revoked;
    }, ct);
}
