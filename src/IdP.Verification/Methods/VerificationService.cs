using IdP.Storage.Audit;
using IdP.Storage.Changes;
using IdP.Storage.Database;
using IdP.Storage.Enrollments;
using IdP.Verification.Attempts;
using IdP.Verification.Decisions;
using IdP.Verification.Methods.RecoveryCodes;
using IdP.Verification.SignIn;

namespace IdP.Verification.Methods;

/// <summary>How a check of a code ended.</summary>
public abstract record CodeCheck
{
    private CodeCheck()
    {
    }

    /// <summary>Right: the session is complete or raised, its cookie set.</summary>
    public sealed record Accepted : CodeCheck;

    /// <summary>Nothing was typed, or nothing that can be a code; not counted.</summary>
    public sealed record Malformed(bool Empty) : CodeCheck;

    /// <summary>Wrong and counted.</summary>
    /// <param name="AttemptsLeft">How many remain before the lock.</param>
    /// <param name="InARow">How many wrong ones there were so far.</param>
    public sealed record Wrong(int AttemptsLeft, int InARow) : CodeCheck;

    /// <summary>Right once, used before; not counted.</summary>
    public sealed record UsedBefore : CodeCheck;

    /// <summary>The attempts are used up; the pending sign-in is gone.</summary>
    public sealed record Locked(Decision.Locked Decision) : CodeCheck;

    /// <summary>The sign-in ended or was completed elsewhere meanwhile.</summary>
    public sealed record Gone : CodeCheck;
}

/// <summary>Checks codes, for whichever page they were typed on: one counter per person.</summary>
public sealed class VerificationService(
    IdPDatabase database, Catalog catalog, AttemptCounter attempts, Sessions sessions, RememberedBrowsers browsers, CurrentSignIn current, TimeProvider clock)
{
    /// <summary>What a guess returns in place of a handle when the sign-in goes on under the one it has.</summary>
    internal const string SameHandle = "";

    /// <summary>Checks what was typed and, when it is right, completes the sign-in or raises the session.</summary>
    /// <param name="who">Who is at the step.</param>
    /// <param name="method">How they verify.</param>
    /// <param name="input">As it was typed.</param>
    /// <param name="resource">For what, in audit words such as <c>client:payroll</c>.</param>
    /// <param name="rememberDays">For how many days the person wants the browser remembered, and may; 0: not.</param>
    public async Task<CodeCheck> CheckAsync(SigningIn who, IVerificationMethod method, string? input, string resource, int rememberDays = 0)
    {
        string? remembered = null;
        var check = await GuessAsync(who, method.Normalize(input), input, method.Name, resource, async (s, answer) =>
        {
            var taken = await method.TakeAsync(s, who.Person, answer, clock.GetUtcNow());
            if (taken != Taken.Right) return (taken, null);
            var handle = await FinishAsync(s, who, method.Name, resource, AuditEvents.Verified);
            if (handle is not null) remembered = await RememberAsync(s, who, rememberDays, resource);
            return (taken, handle);
        });
        if (check is CodeCheck.Accepted && remembered is not null) current.SetRemembered(remembered, rememberDays);
        return check;
    }

    /// <summary>Remembers the browser in the transaction that finished the verification.</summary>
    /// <returns>The cookie's value, to be set when that is committed; null: it is not remembered.</returns>
    // Where a new password is due, it would be forgotten by that at once.
    internal async ValueTask<string?> RememberAsync(Statements s, SigningIn who, int days, string resource) =>
        days > 0 && !who.StaysPending ? await browsers.AddAsync(s, who, days, current.RememberedHandle, resource, current.Origin) : null;

    /// <summary>
    /// Counts a guess, lets it be taken in one transaction with what follows from it, and locks at the limit. Every
    /// place that checks a code comes through here.
    /// </summary>
    /// <param name="who">Who guesses.</param>
    /// <param name="answer">The guess in the form that is compared; null: it is none.</param>
    /// <param name="input">As it was typed.</param>
    /// <param name="method">For the audit.</param>
    /// <param name="resource">For the audit.</param>
    /// <param name="take">Takes the answer and does what follows; returns the new session's handle when right.</param>
    internal async Task<CodeCheck> GuessAsync(
        SigningIn who, string? answer, string? input, string method, string resource, Func<Statements, string, ValueTask<(Taken Taken, string? Handle)>> take)
    {
        if (answer is null) return new CodeCheck.Malformed(string.IsNullOrWhiteSpace(input));

        var settings = (await catalog.GetAsync()).Verification;
        var limit = settings.VerificationAttemptsFor(who.Person.Roles);
        if (await attempts.CountAsync(AttemptKind.Verification, who.Person.Id, limit) is not { } number)
        {
            return await LockedAsync(who, settings, limit, certain: false, method, resource);
        }

        // Read before the transaction, which completes the sign-in with it.
        if (who.Pending is not null) await current.SessionAsync();
        var result = await TakeAsync(who, answer, take);
        switch (result)
        {
            case (Taken.Right, SameHandle):
                return new CodeCheck.Accepted();
            case (Taken.Right, { } handle):
                if (who.StaysPending) current.SetPending(handle);
                else current.SetSession(handle);
                return new CodeCheck.Accepted();
            case (Taken.Right, null):
                await database.WriteAsync(s => RefundAsync(s, who));
                return new CodeCheck.Gone();
            case (Taken.UsedBefore, _):
                await AuditAsync(who, AuditEvents.VerificationFailed, method, resource, "The code was used before.");
                return new CodeCheck.UsedBefore();
            default:
                return await WrongAsync(who, settings, limit, number, method, resource);
        }
    }

    /// <summary>Completes a pending sign-in or raises the session, and writes the audit event.</summary>
    /// <param name="reason">What the event says besides; null: by which method.</param>
    internal async ValueTask<string?> FinishAsync(
        Statements s, SigningIn who, string method, string resource, string auditEvent, Proof? proof = null, string? reason = null)
    {
        proof ??= Proof.Code;
        var handle = who switch
        {
            { StaysPending: true } => await sessions.VerifyPendingAsync(s, who, proof),
            { Pending: not null } => await sessions.CompleteAsync(s, who, await current.SessionAsync(), proof),
            _ => await sessions.RaiseAsync(s, who, proof),
        };
        if (handle is null) return null;
        await s.AuditAsync(Event(who, auditEvent, "success", method, resource, reason ?? string.Join(' ', [.. who.Asked, $"By {method}."]), null));
        if (method == RecoveryCodeMethod.MethodName) await s.AuditAsync(Event(who, AuditEvents.RecoveryCodeUsed, "success", method, resource, null, null));
        if (who is { Pending: not null, StaysPending: false }) await s.AuditAsync(Event(who, AuditEvents.SignedIn, "success", method, resource, $"By {method}.", null));
        return handle;
    }

    private async Task<(Taken Taken, string? Handle)> TakeAsync(
        SigningIn who, string answer, Func<Statements, string, ValueTask<(Taken Taken, string? Handle)>> take)
    {
        try
        {
            return await database.WriteAsync(async s =>
            {
                var (taken, handle) = await take(s, answer);
                if (taken == Taken.UsedBefore) await RefundAsync(s, who);
                // A right answer that comes after the lock, or for a sign-in that is gone, must leave no trace: the
                // exception rolls back what was taken.
                if (taken == Taken.Right && (handle is null || !await AttemptCounter.ForgetAsync(s, AttemptKind.Verification, who.Person.Id)))
                {
                    throw new TakenInVainException();
                }

                return (taken, handle);
            });
        }
        catch (TakenInVainException)
        {
            return (Taken.Right, null);
        }
    }

    private static async ValueTask<bool> RefundAsync(Statements s, SigningIn who)
    {
        await AttemptCounter.RefundAsync(s, AttemptKind.Verification, who.Person.Id);
        return true;
    }

    private async Task<CodeCheck> WrongAsync(SigningIn who, VerificationSettings settings, int limit, int number, string method, string resource)
    {
        if (settings.FailedCodesCountAsPassword)
        {
            await attempts.CountAsync(AttemptKind.Password, who.Person.Id, settings.PasswordAttempts);
            await database.WriteAsync(async s => await attempts.LockAsync(
                s, AttemptKind.Password, who.Person.Id, settings.PasswordAttempts, TimeSpan.FromMinutes(settings.PasswordLockMinutes), certain: true));
        }

        // Not locked after all where a code used before was taken back from the count meanwhile.
        if (number >= limit && await LockedAsync(who, settings, limit, certain: true, method, resource) is CodeCheck.Locked locked) return locked;
        await AuditAsync(who, AuditEvents.VerificationFailed, method, resource, $"Wrong code, {number} of {limit}.");
        return new CodeCheck.Wrong(Math.Max(1, limit - number), number);
    }

    private async Task<CodeCheck> LockedAsync(SigningIn who, VerificationSettings settings, int limit, bool certain, string method, string resource)
    {
        var lockedFor = settings.LockMinutes > 0 ? TimeSpan.FromMinutes(settings.LockMinutes) : (TimeSpan?)null;
        var person = await database.WriteAsync(async s =>
        {
            if (await attempts.LockAsync(s, AttemptKind.Verification, who.Person.Id, limit, lockedFor, certain) is { } reference)
            {
                await s.AuditAsync(Event(who, AuditEvents.VerificationLocked, "denied", method, resource, $"{limit} wrong codes.", reference));
            }

            var found = await People.FindAsync(s, who.Person.Id);
            // All guesses are counted and some still being compared: one of them may be right, so nothing is destroyed yet.
            if (found?.State.Lock is null) return found;
            // Whoever guessed has to begin again with the password, in every window.
            await s.ExecuteAsync("DELETE FROM pending_sign_ins WHERE user_id = @p0", who.Person.Id);
            await s.ExecuteAsync("DELETE FROM pending_authenticators WHERE user_id = @p0", who.Person.Id);
            // Nothing opens for a locked account any more, so the applications are told that it is signed out.
            await Sessions.EndAllAsync(s, who.Person.Id, clock.GetUtcNow());
            return found;
        });
        if (person?.State.Lock is not { } locked) return new CodeCheck.Gone();
        current.ClearPending();
        return new CodeCheck.Locked(new Decision.Locked(
            LockReason.Attempts, null, locked.Until, locked.Reference, ["The verification attempts were used up."]));
    }

    internal Task AuditAsync(SigningIn who, string name, string method, string resource, string reason) => database.WriteAsync(async s =>
    {
        await s.AuditAsync(Event(who, name, "failure", method, resource, reason, null));
        return true;
    });

    private AuditEvent Event(SigningIn who, string name, string outcome, string method, string resource, string? reason, string? reference) => new()
    {
        At = clock.GetUtcNow(),
        Event = name,
        Actor = "user:" + who.Person.Id,
        UserId = who.Person.Id,
        Resource = resource,
        Outcome = outcome,
        Reason = reason ?? method,
        Address = current.Origin.Address,
        UserAgent = current.Origin.UserAgent,
        Reference = reference,
    };

    private sealed class TakenInVainException : Exception;
}
