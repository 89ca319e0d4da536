using FluentValidation;
using IdP.Server.Admin.Access;
using IdP.Storage;
using IdP.Storage.Audit;
using IdP.Storage.Database;
using IdP.Storage.Enrollments;
using IdP.Storage.Grants;
using IdP.Verification.SignIn;
using Microsoft.EntityFrameworkCore;

namespace IdP.Server.Admin.Users;

/// <summary>
/// Takes every authenticator and recovery code of a person away. They enrol anew at the next sign-in; only days that
/// the admin gives make a new period, and nothing here ends a lock.
/// </summary>
internal sealed class ResetVerification(IdPDatabase database, PasswordHasher hasher, RandomSource random, TimeProvider clock, SignInOptions options)
{
    /// <param name="Days">A new period; null: at the next sign-in, and a deadline that runs is kept.</param>
    /// <param name="Compromised">Somebody else may know the password or hold the device: the password works no more.</param>
    /// <param name="Password">Of a compromised account, to be changed at the next sign-in; null: none works until one is set.</param>
    public sealed record Request(string UserName, int? Days, bool Compromised, string Reason, string? Password = null);

    public abstract record Outcome
    {
        /// <param name="MustEnroll">At the next sign-in, without a skip.</param>
        /// <param name="Deadline">Of the period that runs; null: none.</param>
        /// <param name="StillLocked">The verification attempts are used up: unlock as well.</param>
        public sealed record Done(int Authenticators, int RecoveryCodes, bool MustEnroll, DateTimeOffset? Deadline, bool StillLocked) : Outcome;

        public sealed record NoSuchUser : Outcome;

        /// <summary>Nothing was ever set up or required.</summary>
        public sealed record NothingToReset : Outcome;

        /// <summary>The period is over: days are given by unlocking.</summary>
        public sealed record PeriodOver : Outcome;
    }

    public sealed class Validator : AbstractValidator<Request>
    {
        public Validator(string? organisation)
        {
            RuleFor(r => r.Days).InclusiveBetween(1, 365).WithMessage(Periods.Range);
            RuleFor(r => r.Password).Null().When(r => !r.Compromised).WithMessage(Sentence.Of($"A new password goes with a compromised account only."));
            RuleFor(r => r).Custom((r, context) =>
            {
                if (r.Password is not null && PasswordSentences.Problem(r.Password, context: [r.UserName, organisation]) is { } problem) context.AddFailure("password", problem);
            });
            RuleFor(r => r.Reason).IsReason();
        }
    }

    public async Task<Outcome> HandleAsync(Request request, Actor actor, CancellationToken ct)
    {
        // Whoever chooses the password could then sign in with it.
        if (request.Password is not null) actor.Demand(Right.PeopleWrite);
        await new Validator(options.Organisation).ValidateAndThrowAsync(request, ct);
        // The old password would choose the next one, and a thief may be quicker. Without another there is one that
        // nobody knows, so that the sign-in page does the same work and a seed file brings the old one back no more.
        var hash = request.Compromised ? hasher.Hash(request.Password ?? Handle.New(random)) : null;
        return await database.SaveAsync<Outcome>(async db =>
        {
            if (await db.FindPersonAsync(request.UserName, actor, Right.PeopleSupport, ct) is not { } person) return new Outcome.NoSuchUser();
            var now = clock.GetUtcNow();
            var state = person.State(now).State;
            if (state == EnrollmentView.NotRequired && !request.Compromised) return new Outcome.NothingToReset();
            if (state == EnrollmentView.Expired && request.Days is not null) return new Outcome.PeriodOver();

            var (authenticators, codes) = await RemoveProofsAsync(db, person.User.Id, ct);
            person.User.CredentialGeneration++;
            person.User.UpdatedAt = now;
            if (state is not (EnrollmentView.NotRequired or EnrollmentView.Expired)) Restart(person.EnrollmentIn(db), request, now);
            if (hash is not null) await CloseAsync(db, person, hash, now, ct);
            // The first to enrol after it must be the person: the password may be known to whoever made the reset necessary.
            person.EnrollmentIn(db).ProofRequired = true;

            var enrollment = person.EnrollmentIn(db);
            db.Audit(person.User, AuditEvents.Reset, actor, request.Reason, Describe(request, authenticators, codes, enrollment), now);
            return new Outcome.Done(authenticators, codes, enrollment.MustEnroll, enrollment.Deadline, person.Verification.IsLocked(now));
        }, ct);
    }

    private static async Task<(int Authenticators, int Codes)> RemoveProofsAsync(IdPDbContext db, string userId, CancellationToken ct)
    {
        await db.PendingAuthenticators.Where(p => p.UserId == userId).ExecuteDeleteAsync(ct);
        await db.RememberedBrowsers.Where(b => b.UserId == userId).ExecuteDeleteAsync(ct);
        await db.PasskeyCeremonies.Where(c => c.UserId == userId).ExecuteDeleteAsync(ct);
        var authenticators = await db.TotpAuthenticators.Where(a => a.UserId == userId).ExecuteDeleteAsync(ct)
            + await db.Passkeys.Where(p => p.UserId == userId).ExecuteDeleteAsync(ct);
        return (authenticators, await db.RecoveryCodes.Where(c => c.UserId == userId).ExecuteDeleteAsync(ct));
    }

    private static void Restart(Enrollment enrollment, Request request, DateTimeOffset now)
    {
        enrollment.RequiredAt ??= now;
        enrollment.RequiredBy ??= "admin";
        enrollment.ActiveSince = null;
        if (request.Days is { } days) Periods.Begin(enrollment, EnrollmentCause.Reset, now.AddDays(days));
        else enrollment.Cause = EnrollmentCause.Reset;
        // A thief with the password could use a period to skip.
        enrollment.MustEnroll = request.Days is null || request.Compromised;
    }

    private static async Task CloseAsync(IdPDbContext db, StoredPerson person, string hash, DateTimeOffset now, CancellationToken ct)
    {
        await SetPassword.ReplaceAsync(db, person.User, hash, now, ct);
        // Consents, too: a thief may have allowed an application of their own.
        await db.Authorizations.Where(a => a.UserId == person.User.Id && a.Type == AuthorizationType.Permanent && a.RevokedAt == null)
            .ExecuteUpdateAsync(a => a.SetProperty(x => x.RevokedAt, now), ct);
        person.User.MustChangePassword = true;
    }

    private static string Describe(Request request, int authenticators, int codes, Enrollment enrollment)
    {
        var how = enrollment.MustEnroll ? "must enrol at the next sign-in"
            : enrollment.Deadline is { } end ? $"new deadline {Periods.Time(end)}" : "nothing is required";
        var closed = !request.Compromised ? ""
            : "; compromised: sessions and authorizations ended, " + (request.Password is null ? "the password works no more" : "another password was set, to be changed");
        return $"{authenticators} authenticators and {codes} recovery codes removed; {how}{closed}";
    }
}
