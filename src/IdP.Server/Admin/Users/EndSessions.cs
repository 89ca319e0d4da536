using FluentValidation;
using IdP.Server.Admin.Access;
using IdP.Storage;
using IdP.Storage.Audit;
using IdP.Storage.Database;
using IdP.Storage.Grants;
using IdP.Storage.Outbox;
using IdP.Storage.Users;
using Microsoft.EntityFrameworkCore;

namespace IdP.Server.Admin.Users;

/// <summary>Signs a person out everywhere: sessions, pending sign-ins, and what applications hold.</summary>
internal sealed class EndSessions(IdPDatabase database, TimeProvider clock)
{
    public sealed record Request(string UserName, string Reason);

    /// <param name="Sessions">How many were running; null: there is no such person.</param>
    public sealed record Outcome(int? Sessions);

    public sealed class Validator : AbstractValidator<Request>
    {
        public Validator() => RuleFor(r => r.Reason).IsReason();
    }

    public async Task<Outcome> HandleAsync(Request request, Actor actor, CancellationToken ct)
    {
        await new Validator().ValidateAndThrowAsync(request, ct);
        return await database.SaveAsync(async db =>
        {
            if (await db.FindPersonAsync(request.UserName, actor, Right.PeopleSupport, ct) is not { User: var user }) return new Outcome(Sessions: null);
            var now = clock.GetUtcNow();
            var ended = await EndAsync(db, user, now, ct);
            user.UpdatedAt = now;
            db.Audit(user, AuditEvents.SessionEnded, actor, request.Reason, $"every session was ended ({ended})", now);
            return new Outcome(ended);
        }, ct);
    }

    /// <summary>Ends everything that was proven; a consent that was given stays given.</summary>
    /// <returns>How many sessions were running.</returns>
    public static async Task<int> EndAsync(IdPDbContext db, User user, DateTimeOffset now, CancellationToken ct)
    {
        // Sessions, codes and tokens that a request is making at this moment carry the old generation, too.
        user.CredentialGeneration++;
        await db.RememberedBrowsers.Where(b => b.UserId == user.Id).ExecuteDeleteAsync(ct);
        await db.PendingSignIns.Where(p => p.UserId == user.Id).ExecuteDeleteAsync(ct);
        await db.Authorizations.Where(a => a.UserId == user.Id && a.Type == AuthorizationType.AdHoc && a.RevokedAt == null)
            .ExecuteUpdateAsync(a => a.SetProperty(x => x.RevokedAt, now), ct);
        await db.QueueLogoutsAsync(user.Id, now, ct);
        var running = await db.Sessions.CountAsync(s => s.UserId == user.Id && s.RevokedAt == null && s.ExpiresAt > now, ct);
        await db.Sessions.Where(s => s.UserId == user.Id && s.RevokedAt == null)
            .ExecuteUpdateAsync(s => s.SetProperty(x => x.RevokedAt, now), ct);
        return running;
    }
}
