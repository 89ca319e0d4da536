using FluentValidation;
using IdP.Server.Admin.Access;
using IdP.Storage.Audit;
using IdP.Storage.Database;

namespace IdP.Server.Admin.Users;

/// <summary>Turns an account on again, also one that its person froze.</summary>
internal sealed class EnableUser(IdPDatabase database, TimeProvider clock)
{
    public sealed record Request(string UserName, string Reason);

    public enum Outcome { Enabled, NoSuchUser, NotDisabled }

    public sealed class Validator : AbstractValidator<Request>
    {
        public Validator() => RuleFor(r => r.Reason).IsReason();
    }

    public async Task<Outcome> HandleAsync(Request request, Actor actor, CancellationToken ct)
    {
        await new Validator().ValidateAndThrowAsync(request, ct);
        return await database.SaveAsync(async db =>
        {
            if (await db.FindPersonAsync(request.UserName, actor, Right.PeopleSupport, ct) is not { User: var user }) return Outcome.NoSuchUser;
            if (user.DisabledAt is null) return Outcome.NotDisabled;

            (user.DisabledAt, user.FrozenAt) = (null, null);
            user.UpdatedAt = clock.GetUtcNow();
            db.Audit(user, AuditEvents.UserEnabled, actor, request.Reason, "the account was turned on", user.UpdatedAt);
            return Outcome.Enabled;
        }, ct);
    }
}
