using IdP.Storage;
using IdP.Storage.Audit;
using IdP.Storage.Changes;
using IdP.Storage.Database;
using IdP.Storage.Enrollments;
using IdP.Storage.Users;
using IdP.Verification.Attempts;
using IdP.Verification.Decisions;
using IdP.Verification.SignIn;
using Microsoft.AspNetCore.Identity;

namespace IdP.Verification.Methods.Passkeys;

/// <summary>How a sign-in with a passkey ended.</summary>
public abstract record PasskeySignInOutcome
{
    private PasskeySignInOutcome()
    {
    }

    /// <summary>Signed in; the session's cookie is set.</summary>
    public sealed record Accepted : PasskeySignInOutcome;

    /// <summary>Unknown, wrong, used before, turned off, or a new password is due: nobody learns which.</summary>
    public sealed record Refused : PasskeySignInOutcome;

    /// <summary>The passkey is right, and the decision still says no.</summary>
    public sealed record Stopped(Decision Decision) : PasskeySignInOutcome;

    /// <summary>Too many failures from this address.</summary>
    public sealed record TooMany(int RetryAfterMinutes) : PasskeySignInOutcome;
}

/// <summary>Signs in with a passkey instead of user name and password.</summary>
public sealed class PasskeySignIn(
    IdPDatabase database, Catalog catalog, AttemptCounter attempts, SignInFlow flow, Sessions sessions, CurrentSignIn current, WebAuthn webAuthn,
    PasskeyCeremonies ceremonies, RandomSource random, TimeProvider clock)
{
    /// <summary>What to ask the browser for; nothing is kept until it answers.</summary>
    public async Task<PasskeyPrompt> BeginAsync()
    {
        var (options, state) = await webAuthn.RequestAsync(null);
        return new PasskeyPrompt(ceremonies.Seal(state), options);
    }

    /// <summary>Checks the browser's answer and, when it is right and nothing stands against it, makes the session.</summary>
    /// <param name="ceremony">From the prompt.</param>
    /// <param name="answer">The browser's JSON.</param>
    /// <param name="policy">Of what the person wants to open.</param>
    /// <param name="demands">Of what the person wants to open.</param>
    public async Task<PasskeySignInOutcome> SignInAsync(string? ceremony, string? answer, ResourcePolicy policy, RequestDemands demands)
    {
        var settings = (await catalog.GetAsync()).Verification;
        // The same count as for passwords: whoever tries many things from one address has to wait with all of them.
        var window = AttemptWindow.Of(PasswordSignIn.CountedAddress(current.Origin.Address), PasswordSignIn.AddressWindow, clock.GetUtcNow());
        if (await attempts.CountAsync(AttemptKind.Address, window.Owner, settings.AddressAttempts) is null)
        {
            return new PasskeySignInOutcome.TooMany((int)Math.Ceiling(window.Left.TotalMinutes));
        }

        var asserted = answer is { Length: > 0 and <= PasskeyMethod.LongestAnswer } && await ceremonies.OpenAsync(ceremony) is { } state
            ? await webAuthn.AssertAsync(answer, state)
            : null;
        if (asserted is not { } proven) return await RefuseAsync(null, "The passkey was not accepted.");

        var person = await database.ReadAsync(s => People.FindAsync(s, proven.UserId));
        // A locked password is not looked at: it is not used here, and anybody can lock it who knows the user name.
        if (person is null || person.State.Disabled) return await RefuseAsync(person, "The account is turned off.");

        var now = clock.GetUtcNow();
        var proof = Proof.ByPasskey(proven.Passkey.IsBackupEligible, alone: true);
        var decision = await flow.ContinueAsync(Imagine(person, proof, demands, now), policy, demands);
        if (decision is Decision.Locked or Decision.Deny) return new PasskeySignInOutcome.Stopped(decision);

        var handle = await CompleteAsync(person, proven.Passkey, proof, settings, window.Owner, policy.Name, demands.Flow, now);
        if (handle is null) return await RefuseAsync(person, "A new password is due, or the account changed meanwhile.");
        current.SetSession(handle);
        return new PasskeySignInOutcome.Accepted();
    }

    // As if the session were there: what the decision would say of it.
    private static SigningIn Imagine(Person person, Proof proof, RequestDemands demands, DateTimeOffset now) => new(person, null, new SignedIn(new Session
    {
        Id = "", HandleHash = "", UserId = person.Id, PasswordAt = now, VerifiedAt = now, PasskeyAt = now, Amr = proof.Amr,
        PasswordFor = demands.Flow, VerifiedFor = demands.Flow, CredentialGeneration = person.CredentialGeneration,
    }, person));

    private async Task<string?> CompleteAsync(
        Person person, UserPasskeyInfo passkey, Proof proof, VerificationSettings settings, string address, string resource, string? flow, DateTimeOffset now)
    {
        var present = await current.SessionAsync();
        var origin = current.Origin;
        // The way of the password, in one step: a pending sign-in that is completed at once, with all its conditions.
        var pending = new PendingSignIn
        {
            Id = random.NewId(), HandleHash = Handle.HashOf(Handle.New(random)), UserId = person.Id, PasswordAt = now, PasswordFor = flow, ExpiresAt = now.AddMinutes(1),
            CredentialGeneration = person.CredentialGeneration, Address = origin.Address, UserAgent = origin.UserAgent,
        };
        return await database.WriteOrUndoAsync(async s =>
        {
            if (!await s.UsePasskeyAsync(person.Id, passkey, settings.VerificationAttemptsFor(person.Roles), now)) return null;
            await AttemptCounter.RefundAsync(s, AttemptKind.Address, address);
            await PasswordSignIn.InsertAsync(s, pending);
            var handle = await sessions.CompleteAsync(s, new SigningIn(person, pending, null) { Flow = flow }, present, proof);
            if (handle is not null) await s.AuditAsync(Event(AuditEvents.SignedIn, "success", person.Id, resource, "By passkey alone."));
            return handle;
        });
    }

    private async Task<PasskeySignInOutcome> RefuseAsync(Person? person, string reason)
    {
        await database.WriteAsync(async s =>
        {
            await s.AuditAsync(Event(AuditEvents.PasskeySignInFailed, "failure", person?.Id, null, reason));
            return true;
        });
        return new PasskeySignInOutcome.Refused();
    }

    private AuditEvent Event(string name, string outcome, string? userId, string? resource, string reason) => new()
    {
        At = clock.GetUtcNow(),
        Event = name,
        Actor = outcome == "success" ? "user:" + userId : "anonymous",
        UserId = userId,
        Resource = resource,
        Outcome = outcome,
        Reason = reason,
        Address = current.Origin.Address,
        UserAgent = current.Origin.UserAgent,
    };
}
