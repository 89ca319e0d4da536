using FluentValidation;
using IdP.Server.Admin.Access;
using IdP.Storage;
using IdP.Storage.Audit;
using IdP.Storage.Database;
using IdP.Storage.Enrollments;
using IdP.Storage.Users;

namespace IdP.Server.Admin.Users;

/// <summary>Moves the end of a running enrollment period further away. It opens nothing that is locked.</summary>
internal sealed class ExtendPeriod(IdPDatabase database, TimeProvider clock)
{
    /// <param name="Days">Counted from now.</param>
    public sealed record Request(string UserName, int Days, string Reason);

    public abstract record Outcome
    {
        public sealed record Extended(DateTimeOffset Deadline) : Outcome;

        public sealed record NoSuchUser : Outcome;

        /// <summary>No period with an end is running.</summary>
        /// <param name="State">What is, as in <see cref="EnrollmentView"/>.</param>
        public sealed record NotInPeriod(string State) : Outcome;

        /// <summary>The period is over: that is unlocked, not extended.</summary>
        public sealed record PeriodOver : Outcome;

        /// <summary>The period already lasts longer.</summary>
        public sealed record NotLonger(DateTimeOffset Deadline) : Outcome;
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
        return await database.SaveAsync<Outcome>(async db =>
        {
            if (await db.FindPersonAsync(request.UserName, actor, Right.PeopleSupport, ct) is not { } person) return new Outcome.NoSuchUser();
            var now = clock.GetUtcNow();
            var state = person.State(now);
            if (state.State == EnrollmentView.Expired) return new Outcome.PeriodOver();
            if (state.Deadline is not { } old || person.Enrollment is not { } enrollment) return new Outcome.NotInPeriod(state.State);
            var deadline = now.AddDays(request.Days);
            if (deadline <= old) return new Outcome.NotLonger(old);

            Extend(db, person.User, enrollment, deadline, actor, request.Reason, now);
            return new Outcome.Extended(deadline);
        }, ct);
    }

    /// <summary>Moves a deadline that has not passed, and writes the audit event that the mail follows.</summary>
    public static void Extend(IdPDbContext db, User user, Enrollment enrollment, DateTimeOffset deadline, Actor actor, string reason, DateTimeOffset now)
    {
        var old = enrollment.Deadline!.Value;
        enrollment.Deadline = deadline;
        enrollment.RemindedDays = null;
        db.Audit(user, AuditEvents.EnrollmentExtended, actor, reason, $"deadline: {Periods.Time(old)} -> {Periods.Time(deadline)}", now);
    }
}
