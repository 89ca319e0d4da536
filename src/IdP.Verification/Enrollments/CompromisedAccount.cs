using IdP.Storage.Audit;
using IdP.Storage.Database;
using IdP.Storage.Enrollments;
using IdP.Storage.Outbox;
using IdP.Verification.Decisions;
using IdP.Verification.SignIn;

namespace IdP.Verification.Enrollments;

/// <summary>
/// "Someone else may have my codes": in one step with a new password, everything ends that was proven or handed out
/// before. There is no moment in which the old password meets an account without authenticators.
/// </summary>
public sealed class CompromisedAccount(Passwords passwords, Sessions sessions, CurrentSignIn current, LogoutSignal logouts, SignInOptions options, TimeProvider clock)
{
    private static readonly string[] Proofs =
        ["totp_authenticators", "pending_authenticators", "passkeys", "passkey_ceremonies", "recovery_codes", "enrollment_passes"];

    /// <summary>Closes the account for everybody else; this browser goes on with the password alone.</summary>
    /// <returns>Null: identity must be verified first.</returns>
    public async Task<PasswordChange?> CloseAsync(SignedIn who, string present, string wanted, CancellationToken ct)
    {
        if (who.State.VerifiedAt is not { } verifiedAt || clock.GetUtcNow() - verifiedAt > options.FreshVerification) return null;

        string? handle = null;
        var origin = current.Origin;
        // Until a new authenticator is set up the new password is the only proof, and must be as long as one.
        var alone = who.Person with { State = who.Person.State with { Enrollment = new EnrollmentState.MustEnroll(null, EnrollmentCause.Reset) } };
        var outcome = await passwords.ChangeAsync(new SigningIn(alone, null, who), present, wanted, origin, ct, async (s, now) =>
        {
            await EndTrustAsync(s, who.Person.Id, now);
            handle = await sessions.BeginAnewAsync(s, who, origin, now);
            await s.AuditAsync(new AuditEvent
            {
                At = now, Event = AuditEvents.Reset, Actor = "user:" + who.Person.Id, UserId = who.Person.Id, Outcome = "success",
                Reason = "The person said that the account is compromised.", Address = origin.Address, UserAgent = origin.UserAgent,
            });
        });
        if (outcome == PasswordChange.Changed) current.SetSession(handle!);
        logouts.Give();
        return outcome;
    }

    private static async ValueTask EndTrustAsync(Statements s, string userId, DateTimeOffset now)
    {
        // What a request is making at this moment carries the old number, too.
        await s.ExecuteAsync("UPDATE users SET credential_generation = credential_generation + 1 WHERE id = @p0", userId);
        foreach (var table in Proofs) await s.ExecuteAsync($"DELETE FROM {table} WHERE user_id = @p0", userId);
        await s.ExecuteAsync("DELETE FROM pending_sign_ins WHERE user_id = @p0", userId);
        await s.ExecuteAsync("UPDATE one_time_links SET used_at = @p0 WHERE user_id = @p1 AND used_at IS NULL AND purpose <> 'not_me'", now, userId);
        // Consents, too: a thief may have allowed an application of their own.
        await s.ExecuteAsync("UPDATE authorizations SET revoked_at = @p0 WHERE user_id = @p1 AND revoked_at IS NULL", now, userId);
        await s.ExecuteAsync("""
            INSERT INTO enrollments (user_id, required_at, required_by, cause, must_enroll, skips) VALUES (@p0, @p1, 'self', 'Reset', @p2, 0)
            ON CONFLICT (user_id) DO UPDATE SET required_at = COALESCE(enrollments.required_at, @p1), required_by = COALESCE(enrollments.required_by, 'self'),
                cause = 'Reset', must_enroll = @p2, deadline = NULL, active_since = NULL, lock_reference = NULL
            """, userId, now, true);
    }
}
