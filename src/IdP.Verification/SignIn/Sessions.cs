using System.Data.Common;
using IdP.Storage;
using IdP.Storage.Audit;
using IdP.Storage.Database;
using IdP.Storage.Outbox;
using IdP.Storage.Users;
using IdP.Verification.Decisions;
using IdP.Verification.Enrollments;

namespace IdP.Verification.SignIn;

/// <summary>Completed sign-ins. A session is a row: what ends it ends it everywhere, at once.</summary>
public sealed class Sessions(IdPDatabase database, RandomSource random, TimeProvider clock, SignInOptions options, LogoutSignal logouts)
{
    private const string Columns = """
        s.id, s.handle_hash, s.user_id, s.password_at, s.verified_at, s.amr, s.skipped_at, s.created_at, s.last_seen_at,
        s.expires_at, s.revoked_at, s.credential_generation, s.address, s.user_agent, s.password_for, s.verified_for, s.passkey_at
        """;

    private const int ColumnCount = 17;

    // Of a session from before a reset the password is left; without one, nothing is.
    private const string ByHandle = $"""
        SELECT {Columns}, {PersonRow.Columns}
        FROM sessions s JOIN users u ON u.id = s.user_id {PersonRow.Joins}
        WHERE s.handle_hash = @p0 AND s.revoked_at IS NULL AND s.expires_at > @p1
            AND (s.credential_generation = u.credential_generation OR s.amr LIKE 'pwd%')
        """;

    /// <summary>The live session of a cookie's value, or null.</summary>
    public async ValueTask<SignedIn?> FindAsync(string handle)
    {
        var now = clock.GetUtcNow();
        var hash = Handle.HashOf(handle);
        var found = await database.ReadAsync(s => s.FirstAsync(
            ByHandle, row => new SignedIn(Read(row), PersonRow.Read(row, ColumnCount)), hash, now));
        if (found is not null && now - found.Session.LastSeenAt > TimeSpan.FromMinutes(5))
        {
            await database.WriteAsync(s => s.ExecuteAsync("UPDATE sessions SET last_seen_at = @p0 WHERE id = @p1", now, found.Session.Id));
        }

        return found;
    }

    /// <summary>The live sessions of a person, the one seen last first.</summary>
    public ValueTask<List<Session>> ListAsync(string userId) => database.ReadAsync(s => s.AllAsync(
        $"SELECT {Columns} FROM sessions s WHERE s.user_id = @p0 AND s.revoked_at IS NULL AND s.expires_at > @p1 ORDER BY s.last_seen_at DESC",
        Read, userId, clock.GetUtcNow()));

    /// <summary>
    /// Makes a pending sign-in a session. The session that the browser already had for the same person goes on under
    /// a new handle; one of somebody else ends.
    /// </summary>
    /// <param name="statements">The transaction in which the proof was taken.</param>
    /// <param name="signingIn">The pending sign-in.</param>
    /// <param name="present">What the browser is signed in to so far, or null.</param>
    /// <param name="proof">What was proven besides the password.</param>
    /// <returns>The cookie's value; null when the pending sign-in was used or destroyed meanwhile.</returns>
    internal async ValueTask<string?> CompleteAsync(Statements statements, SigningIn signingIn, SignedIn? present, Proof proof)
    {
        var pending = signingIn.Pending!;
        var now = clock.GetUtcNow();
        // Taken once, and only while nothing happened to the account since the password was checked. A new password that
        // is due comes first.
        var taken = await statements.ExecuteAsync("""
            DELETE FROM pending_sign_ins WHERE id = @p0 AND expires_at > @p1 AND EXISTS (
                SELECT 1 FROM users u WHERE u.id = pending_sign_ins.user_id AND u.disabled_at IS NULL AND u.must_change_password = @p2
                    AND u.credential_generation = pending_sign_ins.credential_generation)
            """, pending.Id, now, false);
        if (taken != 1) return null;

        var handle = Handle.New(random);
        // Where a new password was due, identity was verified before it.
        if (pending.VerifiedAt is not null && !proof.Verified) proof = Proof.Before(pending);
        var verifiedAt = proof.Verified ? pending.VerifiedAt ?? now : (DateTimeOffset?)null;
        var verifiedFor = pending.VerifiedAt is not null ? pending.VerifiedFor : proof.Verified ? signingIn.Flow : null;
        var passkeyAt = proof.Passkey ? verifiedAt : null;
        var skippedAt = proof.Skipped ? now : (DateTimeOffset?)null;
        var first = proof.Alone ? "" : "pwd";
        var again = present is not null && present.Person.Id == signingIn.Person.Id
            && present.Session.CredentialGeneration == pending.CredentialGeneration
            && await statements.ExecuteAsync("""
                UPDATE sessions SET handle_hash = @p0, password_at = @p1, verified_at = COALESCE(@p2, verified_at),
                    amr = @p3, skipped_at = @p4, last_seen_at = @p5, expires_at = @p6, address = @p7, user_agent = @p8,
                    password_for = @p9, verified_for = @p10, passkey_at = COALESCE(@p11, passkey_at)
                WHERE id = @p12 AND revoked_at IS NULL
                """,
                Handle.HashOf(handle), pending.PasswordAt, verifiedAt, proof.After(present.Session.Amr, first), skippedAt, now, now + options.SessionLifetime,
                pending.Address, pending.UserAgent, pending.PasswordFor, proof.Verified ? verifiedFor : present.Session.VerifiedFor, passkeyAt,
                present.Session.Id) == 1;
        if (!again)
        {
            if (present is not null) await EndAsync(statements, present.Session.Id, now);
            await statements.ExecuteAsync("""
                INSERT INTO sessions (id, handle_hash, user_id, password_at, verified_at, amr, skipped_at, created_at, last_seen_at,
                    expires_at, credential_generation, address, user_agent, password_for, verified_for, passkey_at)
                VALUES (@p0, @p1, @p2, @p3, @p4, @p5, @p6, @p7, @p7, @p8, @p9, @p10, @p11, @p12, @p13, @p14)
                """,
                random.NewId(), Handle.HashOf(handle), signingIn.Person.Id, pending.PasswordAt, verifiedAt, proof.After(first), skippedAt, now,
                now + options.SessionLifetime, pending.CredentialGeneration, pending.Address, pending.UserAgent,
                pending.PasswordFor, verifiedFor, passkeyAt);
        }

        // What was idle stays in doubt after this sign-in: else a thief of the password would sign in once and then enrol.
        if (signingIn.Person.State.Enrollment is not EnrollmentState.Active) await EnrollmentProofRule.KeepInDoubtAsync(statements, signingIn.Person.Id, now);
        await statements.ExecuteAsync("UPDATE users SET last_sign_in_at = @p0 WHERE id = @p1", now, signingIn.Person.Id);
        return handle;
    }

    /// <summary>
    /// Remembers the verification of a pending sign-in that cannot become a session yet, since a new password is due
    /// first; it gets a new handle.
    /// </summary>
    /// <returns>The new cookie's value; null when the pending sign-in was used or destroyed meanwhile.</returns>
    internal async ValueTask<string?> VerifyPendingAsync(Statements statements, SigningIn who, Proof proof)
    {
        var (handle, now) = (Handle.New(random), clock.GetUtcNow());
        var won = await statements.ExecuteAsync("""
            UPDATE pending_sign_ins SET handle_hash = @p0, verified_at = @p1, verified_for = @p2, amr = @p4
            WHERE id = @p3 AND expires_at > @p1 AND EXISTS (
                SELECT 1 FROM users u WHERE u.id = pending_sign_ins.user_id AND u.disabled_at IS NULL AND u.credential_generation = pending_sign_ins.credential_generation)
            """, Handle.HashOf(handle), now, who.Flow, who.Pending!.Id, proof.Amr);
        return won == 1 ? handle : null;
    }

    /// <summary>Raises a session by what was proven; it gets a new handle, since it can now open more.</summary>
    /// <returns>The new cookie's value; null when the session ended meanwhile.</returns>
    internal async ValueTask<string?> RaiseAsync(Statements statements, SigningIn who, Proof proof)
    {
        var signedIn = who.Session!;
        var now = clock.GetUtcNow();
        var handle = Handle.New(random);
        // A session older than the last reset starts again from its password: what it had proven is forgotten, else the
        // new number would make it count again.
        var won = await statements.ExecuteAsync("""
            UPDATE sessions SET handle_hash = @p0,
                verified_at = COALESCE(@p1, CASE WHEN credential_generation = @p5 THEN verified_at END),
                passkey_at = COALESCE(@p8, CASE WHEN credential_generation = @p5 THEN passkey_at END), amr = @p2,
                skipped_at = COALESCE(@p3, CASE WHEN credential_generation = @p5 THEN skipped_at END),
                last_seen_at = @p4, credential_generation = @p5, verified_for = @p7
            WHERE id = @p6 AND revoked_at IS NULL AND expires_at > @p4 AND EXISTS (
                SELECT 1 FROM users u WHERE u.id = sessions.user_id AND u.disabled_at IS NULL AND u.credential_generation = @p5)
            """,
            Handle.HashOf(handle), proof.Verified ? now : null, proof.After([.. signedIn.State.Amr]), proof.Skipped ? now : null, now,
            signedIn.Person.CredentialGeneration, signedIn.Session.Id, proof.Verified ? who.Flow : signedIn.Session.VerifiedFor,
            proof.Passkey ? now : null);
        return won == 1 ? handle : null;
    }

    /// <summary>Ends every session of a person, who goes on in this browser with a new one that has proven the password alone.</summary>
    /// <returns>The cookie's value.</returns>
    internal async ValueTask<string> BeginAnewAsync(Statements statements, SignedIn signedIn, RequestOrigin origin, DateTimeOffset now)
    {
        await EndAllAsync(statements, signedIn.Person.Id, now);
        var handle = Handle.New(random);
        await statements.ExecuteAsync("""
            INSERT INTO sessions (id, handle_hash, user_id, password_at, amr, created_at, last_seen_at, expires_at, credential_generation,
                enrollment_proven_at, address, user_agent)
            SELECT @p0, @p1, u.id, @p3, @p4, @p3, @p3, @p5, u.credential_generation, @p3, @p6, @p7 FROM users u WHERE u.id = @p2
            """,
            random.NewId(), Handle.HashOf(handle), signedIn.Person.Id, now, Proof.PasswordOnly.Amr, now + options.SessionLifetime, origin.Address, origin.UserAgent);
        return handle;
    }

    /// <summary>Ends a session and the refresh tokens that live with it.</summary>
    /// <returns>Whether it was still live.</returns>
    public async Task<bool> EndAsync(SignedIn signedIn, string sessionId, RequestOrigin origin)
    {
        var ended = await database.WriteAsync(async s =>
        {
            var now = clock.GetUtcNow();
            if (!await EndAsync(s, sessionId, now, signedIn.Person.Id)) return false;
            await s.AuditAsync(Event(signedIn.Session.Id == sessionId ? AuditEvents.SignedOut : AuditEvents.SessionEnded, signedIn.Person.Id, origin, now));
            return true;
        });
        logouts.Give();
        return ended;
    }

    /// <summary>Ends every session of the person but this one.</summary>
    public async Task<int> EndOthersAsync(SignedIn signedIn, RequestOrigin origin)
    {
        var ended = await database.WriteAsync(async s =>
        {
            var now = clock.GetUtcNow();
            var others = await EndAllAsync(s, signedIn.Person.Id, now, butNot: signedIn.Session.Id);
            if (others > 0) await s.AuditAsync(Event(AuditEvents.SessionEnded, signedIn.Person.Id, origin, now));
            return others;
        });
        logouts.Give();
        return ended;
    }

    /// <summary>Ends the sessions of a person in the transaction of what ended them, and forgets their browsers.</summary>
    internal static async ValueTask<int> EndAllAsync(Statements statements, string userId, DateTimeOffset now, string? butNot = null)
    {
        var live = await statements.AllAsync("SELECT id FROM sessions WHERE user_id = @p0 AND revoked_at IS NULL", r => r.GetString(0), userId);
        live.Remove(butNot ?? "");
        await RememberedBrowsers.ForgetAllAsync(statements, userId);
        foreach (var session in live) await EndAsync(statements, session, now);
        return live.Count;
    }

    internal static async ValueTask<bool> EndAsync(Statements statements, string sessionId, DateTimeOffset now, string? ofUser = null)
    {
        var ended = await statements.ExecuteAsync(
            "UPDATE sessions SET revoked_at = @p0 WHERE id = @p1 AND revoked_at IS NULL AND user_id = COALESCE(@p2, user_id)", now, sessionId, ofUser);
        if (ended == 0) return false;
        // Applications that asked to be told are told by the deliverer, which reads these rows.
        await statements.QueueLogoutsAsync(sessionId, now);
        // OpenID Connect Back-Channel Logout 1.0 §2.7: what was granted with offline_access outlives the session.
        await statements.ExecuteAsync(
            "UPDATE authorizations SET revoked_at = @p0 WHERE session_id = @p1 AND revoked_at IS NULL AND (' ' || scope || ' ') NOT LIKE '% offline_access %'",
            now, sessionId);
        return true;
    }

    private static AuditEvent Event(string name, string userId, RequestOrigin origin, DateTimeOffset now) => new()
    {
        At = now, Event = name, Actor = "user:" + userId, UserId = userId, Outcome = "success", Address = origin.Address, UserAgent = origin.UserAgent,
    };

    private static Session Read(DbDataReader row) => new()
    {
        Id = row.GetString(0),
        HandleHash = row.GetString(1),
        UserId = row.GetString(2),
        PasswordAt = row.Time(3),
        VerifiedAt = row.NullableTime(4),
        Amr = row.GetString(5),
        SkippedAt = row.NullableTime(6),
        CreatedAt = row.Time(7),
        LastSeenAt = row.Time(8),
        ExpiresAt = row.Time(9),
        RevokedAt = row.NullableTime(10),
        CredentialGeneration = row.GetInt32(11),
        Address = row.NullableString(12),
        UserAgent = row.NullableString(13),
        PasswordFor = row.NullableString(14),
        VerifiedFor = row.NullableString(15),
        PasskeyAt = row.NullableTime(16),
    };
}

/// <summary>What was proven besides the password.</summary>
/// <param name="Amr">RFC 8176 values, separated by spaces; the password's is added where it was given.</param>
/// <param name="Verified">Identity was verified.</param>
/// <param name="Skipped">"Skip for now" was chosen.</param>
internal sealed record Proof(string Amr, bool Verified, bool Skipped)
{
    private static readonly string[] Order = ["pwd", "hwk", "swk", "user", "otp", "mfa"];

    public static Proof PasswordOnly { get; } = new("", Verified: false, Skipped: false);

    public static Proof Skip { get; } = new("", Verified: false, Skipped: true);

    // RFC 8176: a code of an app or a list is "otp"; two factors together are "mfa".
    public static Proof Code { get; } = new("otp mfa", Verified: true, Skipped: false);

    /// <summary>A passkey was used.</summary>
    public bool Passkey { get; private init; }

    /// <summary>The password was not given.</summary>
    public bool Alone { get; private init; }

    /// <summary>A passkey with user verification: what the person has, and what they are or know.</summary>
    /// <param name="synced">It may be copied to other devices, so that its key is in software for all we know.</param>
    /// <param name="alone">It was used instead of the password.</param>
    public static Proof ByPasskey(bool synced, bool alone = false) =>
        new(synced ? "swk user mfa" : "hwk user mfa", Verified: true, Skipped: false) { Passkey = true, Alone = alone };

    /// <summary>What a pending sign-in was verified with, while a new password is due.</summary>
    public static Proof Before(PendingSignIn pending) => new(pending.Amr ?? Code.Amr, Verified: true, Skipped: false)
    {
        Passkey = pending.Amr?.Contains("user", StringComparison.Ordinal) is true,
    };

    /// <summary>All that is proven once this is: each value once, the password first.</summary>
    public string After(params string[] before)
    {
        var all = before.Append(Amr).SelectMany(values => values.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToHashSet();
        return string.Join(' ', Order.Where(all.Contains));
    }
}
