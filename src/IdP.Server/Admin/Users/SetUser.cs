using FluentValidation;
using IdP.Server.Admin.Access;
using IdP.Server.Admin.Api;
using IdP.Server.Admin.Owners;
using IdP.Storage.Audit;
using IdP.Storage.Database;

namespace IdP.Server.Admin.Users;

/// <summary>Changes what is known of a person.</summary>
internal sealed class SetUser(IdPDatabase database, TimeProvider clock)
{
    public sealed record Request(string UserName, UserPatch Properties, string Reason)
    {
        /// <summary>The ETag of the state that the caller saw; null: whatever it is.</summary>
        public string? IfMatch { get; init; }
    }

    public abstract record Outcome
    {
        public sealed record Changed(IReadOnlyList<Change> Changes) : Outcome;

        public sealed record NothingToDo : Outcome;

        public sealed record NoSuchUser : Outcome;

        public sealed record EmailTaken : Outcome;

        /// <summary>The only owner would lose the role.</summary>
        public sealed record LastOwner : Outcome;
    }

    public sealed class Validator : AbstractValidator<Request>
    {
        public Validator()
        {
            RuleFor(r => r.Properties).SetValidator(new UserPatch.Validator());
            RuleFor(r => r.Reason).IsReasonOrNone();
        }
    }

    public async Task<Outcome> HandleAsync(Request request, Actor actor, CancellationToken ct)
    {
        if (request.Properties.Roles is not null) actor.Demand(Right.RolesWrite);
        await new Validator().ValidateAndThrowAsync(request, ct);
        return await database.SaveAsync<Outcome>(async db =>
        {
            if (request.Properties.Roles is not null) await OwnerSetup.LockAsync(db, ct);
            await OwnerSetup.DemandNotFirstAsync(db, request.Properties.Roles, actor, ct);
            if (await db.FindPersonAsync(request.UserName, actor, Right.PeopleWrite, ct) is not { User: var user }) return new Outcome.NoSuchUser();
            ETags.Demand(request.IfMatch, UserVersion.Of(user));
            if (request.Properties.Email is { Length: > 0 } email && await db.IsTakenAsync(email, user.Id, ct)) return new Outcome.EmailTaken();
            if (request.Properties.Roles is { } roles && !Roles.Normalize(roles).Contains(Roles.Owner)
                && await OwnerSetup.IsLastOwnerAsync(db, user, ct)) return new Outcome.LastOwner();

            var changes = request.Properties.ApplyTo(user);
            if (changes.Count == 0) return new Outcome.NothingToDo();
            user.UpdatedAt = clock.GetUtcNow();
            db.Audit(user, AuditEvents.UserChanged, actor, request.Reason, string.Join("; ", changes.Select(c => c.Text)), user.UpdatedAt);
            return new Outcome.Changed(changes);
        }, ct);
    }
}
