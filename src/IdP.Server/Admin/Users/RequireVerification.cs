using FluentValidation;
using IdP.Server.Admin.Access;
using IdP.Storage;
using IdP.Storage.Audit;
using IdP.Storage.Changes;
using IdP.Storage.Database;
using IdP.Storage.Enrollments;
using IdP.Storage.Users;
using IdP.Verification;

namespace IdP.Server.Admin.Users;

/// <summary>Demands identity verification of a person; an enrollment period begins unless they are enrolled.</summary>
internal sealed class RequireVerification(IdPDatabase database, Catalog catalog, TimeProvider clock)
{
    /// <param name="Days">Length of the period; null: the setting.</param>
    public sealed record Request(string UserName, int? Days, string Reason);

    public abstract record Outcome
    {
        /// <param name="Deadline">Null: the person is enrolled already, or must enrol at the next sign-in.</param>
        public sealed record Required(DateTimeOffset? Deadline, bool Enrolled) : Outcome;

        /// <summary>Nothing was changed: a second demand never lengthens the first one's period.</summary>
        public sealed record AlreadyRequired : Outcome;

        public sealed record NoSuchUser : Outcome;
    }

    public sealed class Validator : AbstractValidator<Request>
    {
        public Validator()
        {
            RuleFor(r => r.Days).InclusiveBetween(1, 365).WithMessage(Periods.Range);
            RuleFor(r => r.Reason).IsReason();
        }
    }

    public async Task<Outcome> HandleAsync(Request request, Actor actor, CancellationToken ct)
    {
        await new Validator().ValidateAndThrowAsync(request, ct);
        var days = request.Days ?? VerificationSettings.Of(await catalog.GetAsync()).EnrollmentDays;
        return await database.SaveAsync<Outcome>(async db =>
        {
            if (await db.FindPersonAsync(request.UserName, actor, Right.PeopleSupport, ct) is not { } person) return new Outcome.NoSuchUser();
            if (person.Enrollment?.RequiredAt is not null) return new Outcome.AlreadyRequired();

            var now = clock.GetUtcNow();
            var enrollment = person.EnrollmentIn(db);
            Begin(db, person.User, enrollment, person.HasAuthenticator, now.AddDays(days), actor, request.Reason, now);
            return new Outcome.Required(enrollment.Deadline, person.HasAuthenticator);
        }, ct);
    }

    /// <summary>Demands it of somebody of whom nobody did, until a deadline, and writes the audit event that the mail follows.</summary>
    public static void Begin(IdPDbContext db, User user, Enrollment enrollment, bool hasAuthenticator, DateTimeOffset deadline, Actor actor, string reason, DateTimeOffset now)
    {
        Periods.Require(enrollment, hasAuthenticator, deadline, now);
        db.Audit(user, AuditEvents.EnrollmentRequired, actor, reason, enrollment.Deadline is { } end ? $"required until {Periods.Time(end)}" : "required", now);
    }
}
