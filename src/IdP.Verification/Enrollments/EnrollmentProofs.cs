using IdP.Storage.Audit;
using IdP.Storage.Changes;
using IdP.Storage.Database;
using IdP.Storage.Enrollments;
using IdP.Verification.Attempts;
using IdP.Verification.Decisions;
using IdP.Verification.Methods;
using IdP.Verification.SignIn;
using Microsoft.EntityFrameworkCore;

namespace IdP.Verification.Enrollments;

/// <summary>The first-enrollment proof of whoever is at the step: which is missing, a code by mail, and the check.</summary>
public sealed class EnrollmentProofs(
    IdPDatabase database, Catalog catalog, EnrollmentPasses passes, VerificationService verification, AttemptCounter attempts, CurrentSignIn current,
    TimeProvider clock, SignInOptions options)
{
    /// <summary>How long a mailed code works.</summary>
    public static readonly TimeSpan MailLifetime = TimeSpan.FromMinutes(10);

    private const int MostMails = 5;
    private static readonly TimeSpan MailsFade = TimeSpan.FromHours(1);

    /// <summary>The proof that this sign-in still owes before it shows or takes a setup key.</summary>
    /// <returns><see cref="EnrollmentProof.None"/>: nothing, it was given or is not asked for.</returns>
    public async Task<EnrollmentProof> MissingAsync(SigningIn who, ResourcePolicy policy)
    {
        // Whoever replaces an authenticator proves with the old one.
        if (who.Person.State.Enrollment is EnrollmentState.Active) return EnrollmentProof.None;
        var now = clock.GetUtcNow();
        var (inDoubt, provenAt) = await database.ReadAsync(async s => (
            await s.FirstAsync("""
                SELECT 1 FROM users u LEFT JOIN enrollments e ON e.user_id = u.id
                WHERE u.id = @p0 AND (COALESCE(u.last_sign_in_at, u.created_at) <= @p1 OR e.proof_required = @p2)
                """, _ => true, who.Person.Id, now - EnrollmentProofRule.IdleAfter, true),
            await s.FirstAsync(
                who.Pending is not null
                    ? "SELECT enrollment_proven_at FROM pending_sign_ins WHERE id = @p0 AND credential_generation = @p1"
                    : "SELECT enrollment_proven_at FROM sessions WHERE id = @p0 AND credential_generation = @p1",
                row => row.NullableTime(0), who.OwnerId, who.Person.CredentialGeneration)));
        // In this sign-in: a session whose password was given anew proves anew.
        if (provenAt >= who.PasswordAt) return EnrollmentProof.None;
        return EnrollmentProofRule.Of(policy, who.Person, await catalog.GetAsync(), inDoubt, options.CanMail);
    }

    /// <summary>A code to be mailed; the one sent before works no more.</summary>
    /// <returns>Null when too many were sent to this person.</returns>
    public async Task<string?> NewMailCodeAsync(SigningIn who)
    {
        if (await attempts.CountAsync(AttemptKind.Mail, "enroll:" + who.Person.Id, MostMails, MailsFade) is null) return null;
        var now = clock.GetUtcNow();
        var (code, row) = passes.New(who.Person.Id, EnrollmentPasses.Mail, who.OwnerId, now, MailLifetime);
        await database.SaveAsync(async db =>
        {
            await db.EnrollmentPasses.Where(p => p.UserId == who.Person.Id && p.OwnerId == who.OwnerId).ExecuteDeleteAsync();
            db.EnrollmentPasses.Add(row);
            db.Audit(Event(AuditEvents.EnrollmentProofSent, who, null, null, now));
        });
        return code;
    }

    /// <summary>Takes a mailed code or a pass; guesses at it are counted as those at any code.</summary>
    public async Task<CodeCheck> CheckAsync(SigningIn who, ResourcePolicy policy, string? input)
    {
        // Where an admin's pass is asked for, a mailed code proves nothing; none is sent, but the setting may have changed.
        var mailCounts = await MissingAsync(who, policy) != EnrollmentProof.Admin;
        return await verification.GuessAsync(who, EnrollmentPasses.Normalize(input), input, "enrollment_proof", policy.Name, async (s, answer) =>
        {
            var now = clock.GetUtcNow();
            if (await passes.TakeAsync(s, who.Person.Id, who.OwnerId, answer, now) is not { } kind) return (Taken.Wrong, null);
            if (kind == EnrollmentPasses.Mail && !mailCounts) return (Taken.Wrong, null);
            var won = await s.ExecuteAsync(
                who.Pending is not null
                    ? "UPDATE pending_sign_ins SET enrollment_proven_at = @p0 WHERE id = @p1 AND expires_at > @p0 AND credential_generation = @p2"
                    : "UPDATE sessions SET enrollment_proven_at = @p0 WHERE id = @p1 AND revoked_at IS NULL AND credential_generation = @p2",
                now, who.OwnerId, who.Person.CredentialGeneration);
            if (won != 1) return (Taken.Right, null);
            await s.AuditAsync(Event(AuditEvents.EnrollmentProven, who, policy.Name, $"By {kind}.", now));
            return (Taken.Right, VerificationService.SameHandle);
        });
    }

    private AuditEvent Event(string name, SigningIn who, string? resource, string? reason, DateTimeOffset now) => new()
    {
        At = now, Event = name, Actor = "user:" + who.Person.Id, UserId = who.Person.Id, Resource = resource, Outcome = "success", Reason = reason,
        Address = current.Origin.Address, UserAgent = current.Origin.UserAgent,
    };
}
