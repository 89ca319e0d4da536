using FluentValidation;
using IdP.Server.Admin.Access;
using IdP.Server.Admin.Owners;
using IdP.Storage;
using IdP.Storage.Audit;
using IdP.Storage.Database;
using IdP.Storage.Users;
using Microsoft.EntityFrameworkCore;

namespace IdP.Server.Admin.Tokens;

/// <summary>Ends an API token at once, with every token that was made with it, whoever's: whoever had it may have those, too.</summary>
internal sealed class RevokeToken(IdPDatabase database, TimeProvider clock)
{
    public sealed record Request(string Id, string Reason);

    public abstract record Outcome
    {
        /// <param name="AlsoRevoked">How many tokens that were made with it went along.</param>
        public sealed record Revoked(int AlsoRevoked) : Outcome;

        public sealed record NoSuchToken : Outcome;
    }

    public sealed class Validator : AbstractValidator<Request>
    {
        public Validator() => RuleFor(r => r.Reason).IsReason();
    }

    public async Task<Outcome> HandleAsync(Request request, Actor actor, CancellationToken ct)
    {
        await new Validator().ValidateAndThrowAsync(request, ct);
        return await database.SaveAsync(db => RevokeAsync(db, request, actor, ct), ct);
    }

    private async Task<Outcome> RevokeAsync(IdPDbContext db, Request request, Actor actor, CancellationToken ct)
    {
        await OwnerSetup.LockAsync(db, ct);
        var token = await db.ApiTokens.FirstOrDefaultAsync(t => t.Id == request.Id && t.RevokedAt == null, ct);
        // Somebody else's is as unknown as none.
        if (token is null || (token.UserId != actor.UserId && !actor.Has(Right.TokensWrite))) return new Outcome.NoSuchToken();
        var now = clock.GetUtcNow();
        token.RevokedAt = now;
        var user = await db.Users.FirstAsync(u => u.Id == token.UserId, ct);
        db.Audit(user, AuditEvents.TokenRevoked, actor, request.Reason, $"{token.Name} ({token.Id}) was revoked", now);
        return new Outcome.Revoked(await RevokeMadeWithAsync(db, token, actor, request.Reason, now, ct));
    }

    /// <summary>Ends what was made with a token that ends. The caller holds <see cref="OwnerSetup.LockAsync"/>.</summary>
    /// <returns>How many.</returns>
    public static async Task<int> RevokeMadeWithAsync(IdPDbContext db, ApiToken token, Actor actor, string reason, DateTimeOffset now, CancellationToken ct)
    {
        var working = await ListTokens.MakersAsync(db.ApiTokens.Where(t => t.RevokedAt == null && t.ExpiresAt > now), ct);
        var ids = ApiToken.MadeWith(token.Id, working);
        var made = await db.ApiTokens.Where(t => ids.Contains(t.Id)).Join(db.Users, t => t.UserId, u => u.Id, (t, u) => new { Token = t, User = u }).ToListAsync(ct);
        // One that the same unit of work has ended already is tracked.
        made.RemoveAll(m => m.Token.RevokedAt is not null);
        foreach (var one in made)
        {
            one.Token.RevokedAt = now;
            db.Audit(one.User, AuditEvents.TokenRevoked, actor, reason, $"{one.Token.Name} ({one.Token.Id}) was revoked, as was {token.Name} ({token.Id}), with which it was made", now);
        }

        return made.Count;
    }
}
