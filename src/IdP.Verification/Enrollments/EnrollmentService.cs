using IdP.Storage;
using IdP.Storage.Audit;
using IdP.Storage.Database;
using IdP.Verification.Decisions;
using IdP.Verification.Methods;
using IdP.Verification.Methods.RecoveryCodes;
using IdP.Verification.Methods.Totp;
using IdP.Verification.SignIn;

namespace IdP.Verification.Enrollments;

/// <summary>Whether somebody may set up an authenticator now.</summary>
public abstract record SetupStart
{
    private SetupStart()
    {
    }

    /// <summary>Yes: this is the secret to show.</summary>
    public sealed record Ready(byte[] Secret) : SetupStart;

    /// <summary>The password is too old: sign in again first.</summary>
    public sealed record NeedsPassword : SetupStart;

    /// <summary>A first set-up here needs a proof besides the password.</summary>
    /// <param name="Proof"><see cref="EnrollmentProof.Mail"/> or <see cref="EnrollmentProof.Admin"/>.</param>
    public sealed record NeedsProof(EnrollmentProof Proof) : SetupStart;

    /// <summary>Somebody who is enrolled verifies first (DESIGN §2, invariant 7).</summary>
    public sealed record NeedsVerification : SetupStart;

    /// <summary>There are as many apps as there may be: one goes first.</summary>
    public sealed record TooMany : SetupStart;
}

/// <summary>How the confirming code ended.</summary>
/// <param name="Check">As for any code; <see cref="CodeCheck.Accepted"/> means enrolled.</param>
/// <param name="RecoveryCodes">Ten new codes to show once; empty when the present ones stay.</param>
/// <param name="Expired">The shown secret is too old or gone: a new one must be shown.</param>
/// <param name="Refused">Set when nothing was evaluated because the set-up may not go on.</param>
public sealed record Confirmation(CodeCheck? Check, IReadOnlyList<string> RecoveryCodes, bool Expired = false, SetupStart? Refused = null)
{
    /// <summary>The wrong code is right at another time: by how many minutes the phone's clock is off; null: it is just wrong.</summary>
    public int? MinutesOff { get; init; }
}

/// <summary>What a new authenticator app does to those that are there. A secret is shown for one of them and confirmed for no other.</summary>
public enum SetupIntent
{
    /// <summary>It takes the place of the earlier apps; also a first one.</summary>
    Replace,

    /// <summary>It stands beside them.</summary>
    Add,
}

/// <summary>Sets up, replaces and skips authenticators, and makes recovery codes.</summary>
public sealed class EnrollmentService(
    IdPDatabase database, SignInFlow flow, VerificationService verification, RecoveryCodeMethod recoveryCodes, Sessions sessions,
    EnrollmentProofs proofs, CurrentSignIn current, Authenticators authenticators, TotpSecrets secrets, RandomSource random, TimeProvider clock, SignInOptions options)
{
    private static readonly TimeSpan SecretLifetime = TimeSpan.FromMinutes(15);

    /// <summary>The secret to show: the one already shown to this pending sign-in or session while it lives, else a new one.</summary>
    /// <param name="who">Who is at the step.</param>
    /// <param name="policy">Of the resource on whose way they are.</param>
    public async Task<SetupStart> BeginAsync(SigningIn who, ResourcePolicy policy, SetupIntent intent = SetupIntent.Replace)
    {
        if (await RefusalAsync(who, policy) is { } refusal) return refusal;
        if (intent == SetupIntent.Add && (await authenticators.ListAsync(who.Person.Id)).Count >= Authenticators.Most) return new SetupStart.TooMany();

        var (now, owner) = (clock.GetUtcNow(), OwnerOf(who, intent));
        var wanted = secrets.Protect(secrets.New(), who.Person.Id);
        var stored = await database.WriteAsync(async s =>
        {
            await s.ExecuteAsync("DELETE FROM pending_authenticators WHERE owner_id = @p0 AND (expires_at <= @p1 OR user_id <> @p2)", owner, now, who.Person.Id);
            await s.ExecuteAsync("""
                INSERT INTO pending_authenticators (id, owner_id, user_id, protected_secret, expires_at)
                VALUES (@p0, @p1, @p2, @p3, @p4) ON CONFLICT (owner_id) DO NOTHING
                """, random.NewId(), owner, who.Person.Id, wanted, now + SecretLifetime);
            return await s.FirstAsync("SELECT protected_secret FROM pending_authenticators WHERE owner_id = @p0", r => r.GetString(0), owner);
        });
        return new SetupStart.Ready(secrets.Unprotect(stored!, who.Person.Id));
    }

    /// <summary>
    /// Takes the code that the app shows for the pending secret. When it is right the authenticator counts from now
    /// on, an earlier one is gone, and the sign-in goes on.
    /// </summary>
    /// <param name="who">Who confirms.</param>
    /// <param name="input">The code as it was typed.</param>
    /// <param name="policy">Of the resource on whose way they are.</param>
    /// <param name="intent">What the secret was shown for.</param>
    /// <param name="name">What the person calls it, as <see cref="AuthenticatorNames.Of"/> gives it; null: a name is made.</param>
    public async Task<Confirmation> ConfirmAsync(
        SigningIn who, string? input, ResourcePolicy policy, SetupIntent intent = SetupIntent.Replace, string? name = null)
    {
        if (await RefusalAsync(who, policy) is { } refusal) return new Confirmation(null, [], Refused: refusal);

        var (resource, minutesOff) = (policy.Name, (int?)null);
        var (now, owner) = (clock.GetUtcNow(), OwnerOf(who, intent));
        var shown = await database.ReadAsync(s => s.FirstAsync(
            "SELECT protected_secret FROM pending_authenticators WHERE owner_id = @p0 AND user_id = @p1 AND expires_at > @p2",
            r => r.GetString(0), owner, who.Person.Id, now));
        if (shown is null) return new Confirmation(null, [], Expired: true);

        IReadOnlyList<string> made = [];
        var check = await verification.GuessAsync(who, TotpMethod.NormalizeCode(input), input, TotpMethod.MethodName, resource, async (s, answer) =>
        {
            var secret = secrets.Unprotect(shown, who.Person.Id);
            if (TotpVerifier.FindStep(secret, answer, now) is not { } step)
            {
                minutesOff = TotpVerifier.FindMinutesOff(secret, answer, now);
                return (Taken.Wrong, null);
            }

            (var handle, made) = await ActivateAsync(s, who, new Shown(owner, shown, intent, name, step), resource, now);
            return (Taken.Right, handle);
        });
        return new Confirmation(check, made) { MinutesOff = minutesOff };
    }

    /// <summary>"Skip for now": only where the decision offers it, and only before the deadline.</summary>
    /// <returns>The decision that forbids it; null when the sign-in went on.</returns>
    public async Task<Decision?> SkipAsync(SigningIn who, ResourcePolicy policy, RequestDemands demands)
    {
        var decision = await flow.ContinueAsync(who, policy, demands);
        if (decision is not Decision.Enroll { Skippable: true }) return decision;

        var now = clock.GetUtcNow();
        var present = await current.SessionAsync();
        var handle = await database.WriteAsync(async s =>
        {
            var won = await s.ExecuteAsync("""
                UPDATE enrollments SET skips = skips + 1
                WHERE user_id = @p0 AND deadline > @p1 AND locked_at IS NULL AND must_enroll = @p2
                    AND NOT EXISTS (SELECT 1 FROM totp_authenticators t WHERE t.user_id = enrollments.user_id)
                    AND NOT EXISTS (SELECT 1 FROM passkeys k WHERE k.user_id = enrollments.user_id)
                """, who.Person.Id, now, false);
            if (won != 1) return null;
            var completed = who.Pending is not null
                ? await sessions.CompleteAsync(s, who, present, Proof.Skip)
                : await sessions.RaiseAsync(s, who, Proof.Skip);
            if (completed is not null) await s.AuditAsync(Event(AuditEvents.EnrollmentSkipped, who, policy.Name, now));
            return completed;
        });
        if (handle is null) return new Decision.SignIn(["The sign-in ended meanwhile, or the deadline passed."]);
        current.SetSession(handle);
        return null;
    }

    /// <summary>Ten new recovery codes in place of all earlier ones.</summary>
    /// <returns>Null when the person must verify first.</returns>
    public async Task<IReadOnlyList<string>?> NewRecoveryCodesAsync(SignedIn who)
    {
        if (who.Person.State.Enrollment is not EnrollmentState.Active || !IsFreshlyVerified(who.State)) return null;
        return await database.WriteAsync(async s =>
        {
            var now = clock.GetUtcNow();
            await s.AuditAsync(Event(AuditEvents.RecoveryCodesMade, new SigningIn(who.Person, null, who), null, now));
            return await recoveryCodes.ReplaceAsync(s, who.Person.Id, now);
        });
    }

    // Of several windows that confirm at once, the one that takes the pending row wins.
    private async ValueTask<(string? Handle, IReadOnlyList<string> Codes)> ActivateAsync(
        Statements s, SigningIn who, Shown shown, string resource, DateTimeOffset now)
    {
        if (await s.ExecuteAsync("DELETE FROM pending_authenticators WHERE owner_id = @p0 AND protected_secret = @p1", shown.Owner, shown.Secret) != 1) return (null, []);

        await Authenticators.HoldAsync(s, who.Person.Id, now);
        var wasEnrolled = await Authenticators.CountAsync(s, who.Person.Id) > 0;
        // The state may have changed since it was read: a first set-up replaces nothing, and a passed deadline stays passed.
        if (wasEnrolled != who.Person.State.Enrollment is EnrollmentState.Active) return (null, []);
        if (shown.Intent == SetupIntent.Replace) await s.ExecuteAsync("DELETE FROM totp_authenticators WHERE user_id = @p0", who.Person.Id);
        var stands = await s.ExecuteAsync("""
            UPDATE enrollments SET active_since = CASE WHEN @p3 THEN active_since ELSE @p0 END, deadline = NULL, must_enroll = @p1, proof_required = @p1, lock_reference = NULL
            WHERE user_id = @p2 AND locked_at IS NULL AND (deadline IS NULL OR deadline > @p0)
            """, now, false, who.Person.Id, wasEnrolled);
        if (stands != 1 || await authenticators.InsertAsync(s, who.Person.Id, shown.Name, shown.Secret, shown.Step, now) is not { } name) return (null, []);

        await RememberedBrowsers.ForgetAllAsync(s, who.Person.Id);
        var kept = wasEnrolled ? (await RecoveryCodeMethod.CountAsync(s, who.Person.Id)).Left : 0;
        var codes = kept > 0 ? [] : await recoveryCodes.ReplaceAsync(s, who.Person.Id, now);
        var handle = await verification.FinishAsync(s, who, TotpMethod.MethodName, resource, (wasEnrolled, shown.Intent) switch
        {
            (false, _) => AuditEvents.EnrollmentCompleted,
            (_, SetupIntent.Add) => AuditEvents.AuthenticatorAdded,
            _ => AuditEvents.AuthenticatorReplaced,
        }, reason: wasEnrolled && shown.Intent == SetupIntent.Add ? name : null);
        return (handle, codes);
    }

    // A secret belongs to its intent as well as to its sign-in, so that nothing a browser sends turns one into the other.
    private static string OwnerOf(SigningIn who, SetupIntent intent) => intent == SetupIntent.Add ? who.OwnerId + "+add" : who.OwnerId;

    /// <summary>Why no authenticator of any kind may be set up now; null: one may. Every method asks it, at its beginning and at its end.</summary>
    /// <param name="who">Who is at the step.</param>
    /// <param name="policy">Of the resource on whose way they are.</param>
    public async Task<SetupStart?> RefusalAsync(SigningIn who, ResourcePolicy policy)
    {
        if (who.Person.State.Enrollment is EnrollmentState.Active) return IsFreshlyVerified(who.State) ? null : new SetupStart.NeedsVerification();
        if (clock.GetUtcNow() - who.PasswordAt > options.FreshPassword) return new SetupStart.NeedsPassword();
        return await proofs.MissingAsync(who, policy) is var proof and not EnrollmentProof.None ? new SetupStart.NeedsProof(proof) : null;
    }

    internal bool IsFreshlyVerified(SessionState state) =>
        state.VerifiedAt is { } verifiedAt && clock.GetUtcNow() - verifiedAt <= options.FreshVerification;

    private sealed record Shown(string Owner, string Secret, SetupIntent Intent, string? Name, long Step);

    private AuditEvent Event(string name, SigningIn who, string? resource, DateTimeOffset now) => new()
    {
        At = now,
        Event = name,
        Actor = "user:" + who.Person.Id,
        UserId = who.Person.Id,
        Resource = resource,
        Outcome = "success",
        Address = current.Origin.Address,
        UserAgent = current.Origin.UserAgent,
    };
}
