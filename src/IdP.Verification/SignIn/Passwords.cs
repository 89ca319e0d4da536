using IdP.Storage.Audit;
using IdP.Storage.Changes;
using IdP.Storage.Clients;
using IdP.Storage.Database;
using IdP.Storage.Enrollments;
using IdP.Verification.Attempts;
using IdP.Verification.Decisions;

namespace IdP.Verification.SignIn;

/// <summary>How a change of password ended.</summary>
public enum PasswordChange
{
    Changed,

    /// <summary>The present password is not right.</summary>
    WrongCurrent,

    TooShort,

    TooLong,

    /// <summary>One of those that are guessed first.</summary>
    Common,

    /// <summary>Built on the user name, the address or the organisation's name.</summary>
    Context,

    /// <summary>It is the present one.</summary>
    Same,

    /// <summary>Too many at once: try again.</summary>
    Busy,
}

/// <summary>How a person changes their password; what it must be is <see cref="PasswordRules"/>.</summary>
public sealed class Passwords(
    IdPDatabase database, Catalog catalog, AttemptCounter attempts, PasswordHasher hasher, PasswordGate gate, TimeProvider clock, SignInOptions options)
{
    /// <summary>
    /// The shortest password this person may choose: short enough where a proof of identity goes with it wherever it
    /// matters, long where it can be the only one.
    /// </summary>
    public async ValueTask<int> ShortestForAsync(Person person)
    {
        if (person.State.Enrollment is not EnrollmentState.Active) return PasswordRules.ShortestAlone;
        var snapshot = await catalog.GetAsync();
        var isAsked = person.Roles.Count > 0
            || snapshot.ClientPolicies.Append(snapshot.PortalPolicy).Any(policy => policy.ModeFor(person.Groups).Mode != VerificationMode.NotRequired);
        return isAsked ? PasswordRules.ShortestWithVerification : PasswordRules.ShortestAlone;
    }

    /// <summary>What is wrong with a password that this person wants; null: nothing.</summary>
    internal async ValueTask<PasswordChange?> ProblemAsync(Person person, string wanted) =>
        PasswordRules.Problem(wanted, await ShortestForAsync(person), person.UserName, person.Email, options.Organisation) switch
        {
            null => null,
            PasswordProblem.TooLong => PasswordChange.TooLong,
            PasswordProblem.Common => PasswordChange.Common,
            PasswordProblem.Context => PasswordChange.Context,
            _ => PasswordChange.TooShort,
        };

    /// <summary>Changes the password; every other session of the person ends.</summary>
    /// <param name="alongside">What else happens when it is changed, in the same transaction; null: nothing.</param>
    public async Task<PasswordChange> ChangeAsync(
        SigningIn who, string present, string wanted, RequestOrigin origin, CancellationToken ct, Func<Statements, DateTimeOffset, ValueTask>? alongside = null)
    {
        if (await ProblemAsync(who.Person, wanted) is { } problem) return problem;

        // The present password can be guessed here as well as at the sign-in: one counter for both.
        var limit = (await catalog.GetAsync()).Verification.PasswordAttempts;
        if (await attempts.CountAsync(AttemptKind.Password, who.Person.Id, limit, PasswordSignIn.FailuresFade) is null) return PasswordChange.WrongCurrent;

        var stored = await database.ReadAsync(s => s.FirstAsync("SELECT password_hash FROM users WHERE id = @p0", r => r.NullableString(0), who.Person.Id));
        var check = await gate.RunAsync<Hashed>(() =>
        {
            if (present.Length > PasswordRules.Longest || !hasher.Verify(present, stored)) return new(PasswordChange.WrongCurrent, null);
            return present == wanted ? new(PasswordChange.Same, null) : new(PasswordChange.Changed, hasher.Hash(wanted));
        }, ct);
        if (check is not { } done || done.Outcome == PasswordChange.Same)
        {
            await database.WriteAsync(async s =>
            {
                await AttemptCounter.RefundAsync(s, AttemptKind.Password, who.Person.Id);
                return true;
            });
            return check?.Outcome ?? PasswordChange.Busy;
        }

        if (done.Hash is null) return done.Outcome;

        return await database.WriteAsync(async s =>
        {
            var now = clock.GetUtcNow();
            var won = await s.ExecuteAsync("""
                UPDATE users SET password_hash = @p0, password_changed_at = @p1, updated_at = @p1, must_change_password = @p2
                WHERE id = @p3 AND password_hash = @p4
                """, done.Hash, now, false, who.Person.Id, stored);
            if (won != 1) return PasswordChange.WrongCurrent;
            await AttemptCounter.ForgetAsync(s, AttemptKind.Password, who.Person.Id);

            var others = await s.AllAsync("SELECT id FROM sessions WHERE user_id = @p0 AND id <> @p1 AND revoked_at IS NULL",
                r => r.GetString(0), who.Person.Id, who.Session?.Session.Id ?? "");
            foreach (var other in others) await Sessions.EndAsync(s, other, now);
            // Whoever knew the old password may hold refresh tokens that outlive their session; only this browser's stay.
            await s.ExecuteAsync(
                "UPDATE authorizations SET revoked_at = @p0 WHERE user_id = @p1 AND type = 'AdHoc' AND revoked_at IS NULL AND session_id <> @p2",
                now, who.Person.Id, who.Session?.Session.Id ?? "");
            await RememberedBrowsers.ForgetAllAsync(s, who.Person.Id);
            // A sign-in that was begun with the old password does not go on, either.
            await s.ExecuteAsync("DELETE FROM pending_sign_ins WHERE user_id = @p0 AND id <> @p1", who.Person.Id, who.Pending?.Id ?? "");
            await s.AuditAsync(new AuditEvent
            {
                At = now, Event = AuditEvents.PasswordChanged, Actor = "user:" + who.Person.Id, UserId = who.Person.Id, Outcome = "success",
                Address = origin.Address, UserAgent = origin.UserAgent,
            });
            if (alongside is not null) await alongside(s, now);
            return PasswordChange.Changed;
        });
    }

    private readonly record struct Hashed(PasswordChange Outcome, string? Hash);
}
