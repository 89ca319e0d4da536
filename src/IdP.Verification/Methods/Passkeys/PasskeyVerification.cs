using IdP.Storage.Audit;
using IdP.Storage.Changes;
using IdP.Storage.Database;
using IdP.Verification.Decisions;
using IdP.Verification.SignIn;

namespace IdP.Verification.Methods.Passkeys;

/// <summary>Verifies with a passkey whoever gave the password before, or is signed in.</summary>
/// <remarks>
/// A wrong signature is refused and audited but not counted: it cannot be guessed, and counting would let a passkey that
/// is not there any more lock its owner out. The lock itself holds for passkeys as for codes.
/// </remarks>
public sealed class PasskeyVerification(
    IdPDatabase database, Catalog catalog, VerificationService verification, CurrentSignIn current, WebAuthn webAuthn, PasskeyCeremonies ceremonies,
    TimeProvider clock)
{
    /// <summary>What to ask the browser for.</summary>
    public async Task<PasskeyPrompt> BeginAsync(SigningIn who)
    {
        var (options, state) = await webAuthn.RequestAsync(who.Person);
        return new PasskeyPrompt(await ceremonies.KeepAsync(PasskeyCeremonies.Verify, who.OwnerId, who.Person.Id, state), options);
    }

    /// <summary>Checks the browser's answer and, when it is right, completes the sign-in or raises the session.</summary>
    /// <param name="who">Who is at the step.</param>
    /// <param name="ceremony">From the prompt.</param>
    /// <param name="answer">The browser's JSON.</param>
    /// <param name="resource">For what, in audit words such as <c>client:payroll</c>.</param>
    /// <param name="rememberDays">For how many days the person wants the browser remembered, and may; 0: not.</param>
    public async Task<PasskeyCheck> CheckAsync(SigningIn who, string? ceremony, string? answer, string resource, int rememberDays = 0)
    {
        // Taken first and judged afterwards: a challenge that was answered wrongly is spent.
        var asserted = answer is { Length: > 0 and <= PasskeyMethod.LongestAnswer }
            && await ceremonies.TakeAsync(PasskeyCeremonies.Verify, who.OwnerId, ceremony) is { } state
            ? await webAuthn.AssertAsync(answer, state)
            : null;
        if (asserted is not { } proven || proven.UserId != who.Person.Id)
        {
            await verification.AuditAsync(who, AuditEvents.VerificationFailed, PasskeyMethod.Name, resource, "The passkey was not accepted.");
            return PasskeyCheck.Refused;
        }

        // Read before the transaction, which completes the sign-in with it.
        if (who.Pending is not null) await current.SessionAsync();
        var limit = (await catalog.GetAsync()).Verification.VerificationAttemptsFor(who.Person.Roles);
        string? remembered = null;
        var handle = await database.WriteOrUndoAsync(async s =>
        {
            if (!await s.UsePasskeyAsync(who.Person.Id, proven.Passkey, limit, clock.GetUtcNow())) return null;
            var finished = await verification.FinishAsync(
                s, who, PasskeyMethod.Name, resource, AuditEvents.Verified, Proof.ByPasskey(proven.Passkey.IsBackupEligible));
            if (finished is not null) remembered = await verification.RememberAsync(s, who, rememberDays, resource);
            return finished;
        });
        if (handle is null) return PasskeyCheck.Gone;
        if (who.StaysPending) current.SetPending(handle);
        else current.SetSession(handle);
        if (remembered is not null) current.SetRemembered(remembered, rememberDays);
        return PasskeyCheck.Accepted;
    }
}
