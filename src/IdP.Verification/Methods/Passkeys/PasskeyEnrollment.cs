using System.Buffers.Text;
using IdP.Storage;
using IdP.Storage.Audit;
using IdP.Storage.Database;
using IdP.Storage.Enrollments;
using IdP.Verification.Decisions;
using IdP.Verification.Enrollments;
using IdP.Verification.Methods.RecoveryCodes;
using IdP.Verification.SignIn;
using Microsoft.AspNetCore.Identity;

namespace IdP.Verification.Methods.Passkeys;

/// <summary>How the beginning, or the end, of adding a passkey came out.</summary>
/// <param name="Prompt">What to ask the browser for; null: nothing was begun.</param>
/// <param name="Refused">What stands before it; null: nothing.</param>
/// <param name="Check">How the answer ended; null: there was none yet.</param>
/// <param name="RecoveryCodes">Ten new codes to show once; empty when the present ones stay.</param>
public sealed record PasskeySetup(PasskeyPrompt? Prompt, SetupStart? Refused, PasskeyCheck? Check, IReadOnlyList<string> RecoveryCodes);

/// <summary>Adds passkeys; <see cref="Authenticators"/> takes them away.</summary>
public sealed class PasskeyEnrollment(
    IdPDatabase database, EnrollmentService enrollment, VerificationService verification, RecoveryCodeMethod recoveryCodes, CurrentSignIn current,
    PasskeyStore store, WebAuthn webAuthn, PasskeyCeremonies ceremonies, RandomSource random, TimeProvider clock)
{
    /// <summary>The passkeys of a person, the one used last first.</summary>
    public ValueTask<List<Passkey>> ListAsync(string userId) => store.ListAsync(userId);

    /// <summary>What to ask the browser for.</summary>
    public async Task<PasskeySetup> BeginAsync(SigningIn who, ResourcePolicy policy)
    {
        if (await enrollment.RefusalAsync(who, policy) is { } refusal) return new PasskeySetup(null, refusal, null, []);
        var (options, state) = await webAuthn.CreationAsync(who.Person);
        return new PasskeySetup(new PasskeyPrompt(await ceremonies.KeepAsync(PasskeyCeremonies.Create, who.OwnerId, who.Person.Id, state), options), null, null, []);
    }

    /// <summary>Takes the browser's new passkey; it counts from now on, and the sign-in goes on with its level.</summary>
    /// <param name="who">Who is at the step.</param>
    /// <param name="ceremony">From the prompt.</param>
    /// <param name="answer">The browser's JSON.</param>
    /// <param name="name">What the person calls it.</param>
    /// <param name="policy">Of the resource on whose way they are.</param>
    public async Task<PasskeySetup> ConfirmAsync(SigningIn who, string? ceremony, string? answer, string name, ResourcePolicy policy)
    {
        if (await enrollment.RefusalAsync(who, policy) is { } refusal) return new PasskeySetup(null, refusal, null, []);
        var resource = policy.Name;
        var made = answer is { Length: > 0 and <= PasskeyMethod.LongestAnswer }
            && await ceremonies.TakeAsync(PasskeyCeremonies.Create, who.OwnerId, ceremony) is { } state
            ? await webAuthn.AttestAsync(answer, state)
            : null;
        if (made is null) return new PasskeySetup(null, null, PasskeyCheck.Refused, []);

        if (who.Pending is not null) await current.SessionAsync();
        IReadOnlyList<string> codes = [];
        var handle = await database.WriteOrUndoAsync(async s =>
        {
            (var finished, codes) = await ActivateAsync(s, who, made, name, resource);
            return finished;
        });
        if (handle is null) return new PasskeySetup(null, null, PasskeyCheck.Gone, []);
        if (who.StaysPending) current.SetPending(handle);
        else current.SetSession(handle);
        return new PasskeySetup(null, null, PasskeyCheck.Accepted, codes);
    }

    private async ValueTask<(string? Handle, IReadOnlyList<string> Codes)> ActivateAsync(
        Statements s, SigningIn who, UserPasskeyInfo made, string name, string resource)
    {
        var (id, now) = (who.Person.Id, clock.GetUtcNow());
        await Authenticators.HoldAsync(s, id, now);
        var all = await Authenticators.CountAsync(s, id);
        var passkeys = await s.FirstAsync("SELECT COUNT(*) FROM passkeys WHERE user_id = @p0", row => row.GetInt64(0), id);
        // The state may have changed since it was read.
        if (all > 0 != who.Person.State.Enrollment is EnrollmentState.Active || passkeys >= PasskeyMethod.Most) return (null, []);
        var stands = await s.ExecuteAsync("""
            UPDATE enrollments SET active_since = CASE WHEN @p3 THEN active_since ELSE @p0 END, deadline = NULL, must_enroll = @p1, proof_required = @p1, lock_reference = NULL
            WHERE user_id = @p2 AND locked_at IS NULL AND (deadline IS NULL OR deadline > @p0)
            """, now, false, id, all > 0);
        if (stands != 1) return (null, []);

        // Nobody else's: a credential that two people shared would tell nobody who it is.
        var added = await s.ExecuteAsync("""
            INSERT INTO passkeys (id, user_id, name, credential_id, public_key, sign_count, transports, is_backup_eligible, is_backed_up, aaguid,
                attestation_object, client_data_json, created_at, last_used_at)
            VALUES (@p0, @p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8, @p9, @p10, @p11, @p12, @p12) ON CONFLICT (credential_id) DO NOTHING
            """,
            random.NewId(), id, name, Base64Url.EncodeToString(made.CredentialId), Base64Url.EncodeToString(made.PublicKey), (long)made.SignCount,
            System.Text.Json.JsonSerializer.Serialize(made.Transports ?? []), made.IsBackupEligible, made.IsBackedUp, null,
            Base64Url.EncodeToString(made.AttestationObject), Base64Url.EncodeToString(made.ClientDataJson), now);
        if (added != 1) return (null, []);

        await RememberedBrowsers.ForgetAllAsync(s, id);
        var kept = all > 0 ? (await RecoveryCodeMethod.CountAsync(s, id)).Left : 0;
        var codes = kept > 0 ? [] : await recoveryCodes.ReplaceAsync(s, id, now);
        var handle = await verification.FinishAsync(
            s, who, PasskeyMethod.Name, resource, all > 0 ? AuditEvents.PasskeyAdded : AuditEvents.EnrollmentCompleted,
            Proof.ByPasskey(made.IsBackupEligible), reason: all > 0 ? name : null);
        return (handle, codes);
    }
}
