using FluentValidation;
using IdP.Server.Admin.Access;
using IdP.Storage.Audit;
using IdP.Storage.Database;
using IdP.Verification.Enrollments;
using Microsoft.EntityFrameworkCore;

namespace IdP.Server.Admin.Users;

/// <summary>Makes a one-time pass by which a person shows, besides the password, that it is them who enrols.</summary>
internal sealed class IssueEnrollmentPass(IdPDatabase database, EnrollmentPasses passes, TimeProvider clock)
{
    public sealed record Request(string UserName, int Hours, string Reason);

    public abstract record Outcome
    {
        /// <param name="Pass">Shown this once; the one issued before works no more.</param>
        public sealed record Issued(string Pass, DateTimeOffset ExpiresAt) : Outcome;

        public sealed record NoSuchUser : Outcome;

        /// <summary>Whoever is enrolled proves with what they have.</summary>
        public sealed record Enrolled : Outcome;
    }

    public sealed class Validator : AbstractValidator<Request>
    {
        public Validator()
        {
            RuleFor(r => r.Hours).InclusiveBetween(1, 168).WithMessage(Sentence.Of($"hours must be from 1 to 168."));
            RuleFor(r => r.Reason).IsReason();
        }
    }

    public async Task<Outcome> HandleAsync(Request request, Actor actor, CancellationToken ct)
    {
        await new Validator().ValidateAndThrowAsync(request, ct);
        return await database.SaveAsync<Outcome>(async db =>
        {
            if (await db.FindPersonAsync(request.UserName, actor, Right.PeopleSupport, ct) is not { } person) return new Outcome.NoSuchUser();
            if (person.HasAuthenticator) return new Outcome.Enrolled();

            var now = clock.GetUtcNow();
            var (pass, row) = passes.New(person.User.Id, EnrollmentPasses.Admin, ownerId: null, now, TimeSpan.FromHours(request.Hours));
            await db.EnrollmentPasses.Where(p => p.UserId == person.User.Id && p.Kind == EnrollmentPasses.Admin).ExecuteDeleteAsync(ct);
            db.EnrollmentPasses.Add(row);
            db.Audit(person.User, AuditEvents.EnrollmentPassIssued, actor, request.Reason, $"a one-time pass until {Periods.Time(row.ExpiresAt)}", now);
            return new Outcome.Issued(pass, row.ExpiresAt);
        }, ct);
    }
}
