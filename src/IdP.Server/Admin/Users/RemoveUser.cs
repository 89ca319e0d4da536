using FluentValidation;
using IdP.Server.Admin.Access;
using IdP.Server.Admin.Api;
using IdP.Server.Admin.Owners;
using IdP.Server.Admin.Tokens;
using IdP.Storage.Audit;
using IdP.Storage.Database;
using IdP.Storage.Outbox;
using Microsoft.EntityFrameworkCore;

namespace IdP.Server.Admin.Users;

/// <summary>Deletes a person and everything that hangs on them; the audit log keeps what they did.</summary>
internal sealed class RemoveUser(IdPDatabase database, TimeProvider clock)
{
    public sealed record Request(string UserName, string Reason)
    {
        /// <summary>The ETag of the state that the caller saw; null: whatever it is.</summary>
        public string? IfMatch { get; init; }
    }

    public enum Outcome { Removed, NoSuchUser, LastOwner }

    public sealed class Validator : AbstractValidator<Request>
    {
        public Validator() => RuleFor(r => r.Reason).IsReason();
    }

    public async Task<Outcome> HandleAsync(Request request, Actor actor, CancellationToken ct)
    {
        await new Validator().ValidateAndThrowAsync(request, ct);
        return await database.SaveAsync(async db =>
        {
            await OwnerSetup.LockAsync(db, ct);
            if (await db.FindPersonAsync(request.UserName, actor, Right.PeopleWrite, ct) is not { User: var user }) return Outcome.NoSuchUser;
            ETags.Demand(request.IfMatch, UserVersion.Of(user));
            if (await OwnerSetup.IsLastOwnerAsync(db, user, ct)) return Outcome.LastOwner;

            // Before the sessions go with the person: the applications are told as they are when an account is turned off.
            var now = clock.GetUtcNow();
            await db.QueueLogoutsAsync(user.Id, now, ct);
            // Nobody could find them by it later: its tokens go with the person.
            foreach (var token in await db.ApiTokens.Where(t => t.UserId == user.Id && t.RevokedAt == null).ToListAsync(ct))
                await RevokeToken.RevokeMadeWithAsync(db, token, actor, request.Reason, now, ct);
            await db.SaveChangesAsync(ct);
            await db.AttemptCounts.Where(a => a.Owner == user.Id).ExecuteDeleteAsync(ct);
            await db.OneTimeLinks.Where(l => l.UserId == user.Id).ExecuteDeleteAsync(ct);
            await db.Users.Where(u => u.Id == user.Id).ExecuteDeleteAsync(ct);
            db.ChangeTracker.Clear();
            db.Audit(user, AuditEvents.UserRemoved, actor, request.Reason, $"{user.UserName} was removed", now);
            return Outcome.Removed;
        }, ct);
    }
}
