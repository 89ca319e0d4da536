using FluentValidation;
using IdP.Server.Admin.Access;
using IdP.Storage;
using IdP.Storage.Audit;
using IdP.Storage.Database;
using IdP.Storage.Enrollments;
using IdP.Storage.Users;
using Microsoft.EntityFrameworkCore;

namespace IdP.Server.Admin.Users;

/// <summary>Ends every lock of a person: a period that is over, attempts at codes and at passwords that were used up.</summary>
internal sealed class UnlockUser(IdPDatabase database, TimeProvider clock)
{
    /// <param name="Days">A new period of so many days from now, when the old one is over.</param>
    /// <param name="AtNextSignIn">Instead: the next sign-in leads to enrollment and nowhere else.</param>
    public sealed record Request(string UserName, int? Days, bool AtNextSignIn, string Reason);

    public abstract record Outcome
    {
        /// <param name="Ended"><c>enrollmentExpired</c>, <c>verificationAttempts</c>, <c>passwordAttempts</c>.</param>
        /// <param name="Deadline">Of the new period; null: none began.</param>
        public sealed record Unlocked(IReadOnlyList<string> Ended, DateTimeOffset? Deadline) : Outcome;

        public sealed record NoSuchUser : Outcome;

        public sealed record NotLocked : Outcome;

        /// <summary>The period is over, and the request does not say how enrollment goes on; nothing was changed.</summary>
        public sealed record SayHowToGoOn : Outcome;
    }

    public sealed class Validator : AbstractValidator<Request>
    {
        public Validator()
        {
            RuleFor(r => r.Days).InclusiveBetween(1, 365).WithMessage(Periods.Range);
            RuleFor(r => r.AtNextSignIn).Must((request, at) => !at || request.Days is null)
                .WithMessage(Sentence.Of($"Give days or at-next-sign-in, not both."));
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
            var expired = person.State(now).State == EnrollmentView.Expired;
            if (expired && request.Days is null && !request.AtNextSignIn) return new Outcome.SayHowToGoOn();

            List<string> ended = [];
            if (expired)
            {
                Reopen(person.EnrollmentIn(db), request, now);
                ended.Add("enrollmentExpired");
            }

            if (EndAttempts(db, person.Verification, now)) ended.Add("verificationAttempts");
            if (EndAttempts(db, person.Password, now)) ended.Add("passwordAttempts");
            if (ended.Count == 0) return new Outcome.NotLocked();

            await db.RememberedBrowsers.Where(b => b.UserId == person.User.Id).ExecuteDeleteAsync(ct);
            var deadline = expired ? person.EnrollmentIn(db).Deadline : null;
            var how = !expired ? "" : deadline is { } end ? $"; new deadline {Periods.Time(end)}" : "; must enrol at the next sign-in";
            db.Audit(person.User, AuditEvents.VerificationUnlocked, actor, request.Reason, $"unlocked: {string.Join(", ", ended)}{how}", now);
            return new Outcome.Unlocked(ended, deadline);
        }, ct);
    }

    /// <summary>Opens an account whose period is over, with a new period, and writes the audit event that the mail follows.</summary>
    public static void Reopen(IdPDbContext db, User user, Enrollment enrollment, DateTimeOffset deadline, Actor actor, string reason, DateTimeOffset now)
    {
        Periods.Begin(enrollment, EnrollmentCause.Unlock, deadline);
        enrollment.ProofRequired = true;
        db.Audit(user, AuditEvents.VerificationUnlocked, actor, reason, $"unlocked: enrollmentExpired; new deadline {Periods.Time(deadline)}", now);
    }

    private static void Reopen(Enrollment enrollment, Request request, DateTimeOffset now)
    {
        if (request.Days is { } days) Periods.Begin(enrollment, EnrollmentCause.Unlock, now.AddDays(days));
        else Periods.AtNextSignIn(enrollment, EnrollmentCause.Unlock);
        // Nobody has shown for a whole period that the account is still theirs.
        enrollment.ProofRequired = true;
    }

    // The row goes, and with it the count: whoever is let in again has all attempts again.
    private static bool EndAttempts(IdPDbContext db, AttemptCount? count, DateTimeOffset now)
    {
        if (!count.IsLocked(now)) return false;
        db.AttemptCounts.Remove(count!);
        return true;
    }
}
