using FluentValidation;
using IdP.Server.Admin.Access;
using IdP.Storage.Audit;
using IdP.Storage.Database;

namespace IdP.Server.Admin.Users;

/// <summary>
/// Demands identity verification of a person no more, which also opens an account whose period is over. Resources
/// still ask what their policies say.
/// </summary>
internal sealed class LiftRequirement(IdPDatabase database, TimeProvider clock)
{
    public sealed record Request(string UserName, string Reason);

    public enum Outcome { Lifted, NoSuchUser, NotRequired }

    public sealed class Validator : AbstractValidator<Request>
    {
        public Validator() => RuleFor(r => r.Reason).IsReason();
    }

    public async Task<Outcome> HandleAsync(Request request, Actor actor, CancellationToken ct)
    {
        await new Validator().ValidateAndThrowAsync(request, ct);
        return await database.SaveAsync(async db =>
        {
            if (await db.FindPersonAsync(request.UserName, actor, Right.PeopleWrite, ct) is not { } person) return Outcome.NoSuchUser;
            if (person.Enrollment is not { } enrollment || (enrollment.RequiredAt is null && !enrollment.MustEnroll)) return Outcome.NotRequired;

            var now = clock.GetUtcNow();
            var before = person.State(now).State;
            Periods.Lift(enrollment);
            db.Audit(person.User, AuditEvents.EnrollmentRequirementLifted, actor, request.Reason, $"no longer required; was {before}", now);
            return Outcome.Lifted;
        }, ct);
    }
}
