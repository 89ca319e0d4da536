using FluentValidation;
using IdP.Server.Admin.Access;
using IdP.Server.Admin.Owners;
using IdP.Storage.Audit;
using IdP.Storage.Database;

namespace IdP.Server.Admin.Users;

/// <summary>Turns an account off; its sessions and tokens stay dead when it is turned on again.</summary>
internal sealed class DisableUser(IdPDatabase database, TimeProvider clock)
{
    public sealed record Request(string UserName, string Reason);

    public enum Outcome { Disabled, NoSuchUser, AlreadyDisabled, LastOwner }

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
            if (await db.FindPersonAsync(request.UserName, actor, Right.PeopleSupport, ct) is not { User: var user }) return Outcome.NoSuchUser;
            if (user.DisabledAt is not null) return Outcome.AlreadyDisabled;
            if (await OwnerSetup.IsLastOwnerAsync(db, user, ct)) return Outcome.LastOwner;

            var now = clock.GetUtcNow();
            user.DisabledAt = now;
            user.UpdatedAt = now;
            await EndSessions.EndAsync(db, user, now, ct);
            db.Audit(user, AuditEvents.UserDisabled, actor, request.Reason, "the account was turned off", now);
            return Outcome.Disabled;
        }, ct);
    }
}
