using FluentValidation;
using IdP.Server.Admin.Access;
using IdP.Storage;
using IdP.Storage.Audit;
using IdP.Storage.Database;
using IdP.Storage.Enrollments;
using IdP.Storage.Users;
using IdP.Verification.SignIn;
using Microsoft.EntityFrameworkCore;

namespace IdP.Server.Admin.Users;

/// <summary>Gives a person another password; every sign-in made with the old one is over.</summary>
internal sealed class SetPassword(IdPDatabase database, PasswordHasher hasher, TimeProvider clock, SignInOptions options)
{
    public sealed record Request(string UserName, string Password, bool MustChange, string Reason);

    public enum Outcome { PasswordSet, NoSuchUser }

    public sealed class Validator : AbstractValidator<Request>
    {
        public Validator(string? organisation)
        {
            RuleFor(r => r).Custom((r, context) =>
            {
                if (r.Password is not null && PasswordSentences.Problem(r.Password, context: [r.UserName, organisation]) is { } problem) context.AddFailure("password", problem);
            });
            RuleFor(r => r.Reason).IsReasonOrNone();
        }
    }

    public async Task<Outcome> HandleAsync(Request request, Actor actor, CancellationToken ct)
    {
        await new Validator(options.Organisation).ValidateAndThrowAsync(request, ct);
        var hash = hasher.Hash(request.Password);
        return await database.SaveAsync(async db =>
        {
            if (await db.FindPersonAsync(request.UserName, actor, Right.PeopleWrite, ct) is not { User: var user }) return Outcome.NoSuchUser;
            var now = clock.GetUtcNow();
            user.MustChangePassword = request.MustChange;
            await ReplaceAsync(db, user, hash, now, ct);
            db.Audit(user, AuditEvents.PasswordChanged, actor, request.Reason,
                request.MustChange ? "a new password was set; the person must change it" : "a new password was set", now);
            return Outcome.PasswordSet;
        }, ct);
    }

    /// <summary>Stores the hash and ends what was proven with the old password.</summary>
    public static async Task ReplaceAsync(IdPDbContext db, User user, string hash, DateTimeOffset now, CancellationToken ct)
    {
        user.PasswordHash = hash;
        user.PasswordChangedAt = now;
        user.UpdatedAt = now;
        // Also raises the generation: whoever signed in with the old password is signed out.
        await EndSessions.EndAsync(db, user, now, ct);
        // Guesses at the old password say nothing about the new one.
        await db.AttemptCounts.Where(a => a.Kind == AttemptKind.Password && a.Owner == user.Id).ExecuteDeleteAsync(ct);
    }
}
