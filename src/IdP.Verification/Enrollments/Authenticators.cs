using IdP.Storage;
using IdP.Storage.Audit;
using IdP.Storage.Database;
using IdP.Verification.Methods.Totp;
using IdP.Verification.SignIn;

namespace IdP.Verification.Enrollments;

/// <summary>How a removal ended.</summary>
public enum Removal
{
    Removed,

    /// <summary>Identity must be verified first.</summary>
    NeedsVerification,

    /// <summary>There is no such one, or not any more.</summary>
    NotFound,

    /// <summary>It is the last one, and verification is required of the person.</summary>
    LastOne,
}

/// <summary>What somebody verifies with.</summary>
public enum AuthenticatorKind
{
    App,
    Passkey,
}

/// <summary>The authenticators of a person, who may have several of each kind.</summary>
public sealed class Authenticators(IdPDatabase database, RandomSource random, SignInOptions options, TimeProvider clock)
{
    /// <summary>How many apps a person may have.</summary>
    public const int Most = 5;

    /// <summary>An app, without its secret.</summary>
    public sealed record App(string Id, string Name, DateTimeOffset ConfirmedAt, DateTimeOffset? LastUsedAt);

    /// <summary>The apps of a person, the one used last first.</summary>
    public ValueTask<List<App>> ListAsync(string userId) => database.ReadAsync(s => s.AllAsync("""
        SELECT id, name, confirmed_at, last_used_at FROM totp_authenticators WHERE user_id = @p0 ORDER BY COALESCE(last_used_at, confirmed_at) DESC, id
        """, r => new App(r.GetString(0), r.GetString(1), r.Time(2), r.NullableTime(3)), userId));

    /// <summary>Gives one another name.</summary>
    /// <returns>False when it is not there.</returns>
    public async Task<bool> RenameAsync(SignedIn who, AuthenticatorKind kind, string id, string name) => await database.WriteAsync(s => s.ExecuteAsync(
        $"UPDATE {TableOf(kind)} SET name = @p0 WHERE id = @p1 AND user_id = @p2", name, id, who.Person.Id)) == 1;

    /// <summary>Takes one away; with the last one of any kind go the recovery codes, which stand in for it.</summary>
    public async Task<Removal> RemoveAsync(SignedIn who, AuthenticatorKind kind, string id, RequestOrigin origin)
    {
        var now = clock.GetUtcNow();
        if (who.State.VerifiedAt is not { } verifiedAt || now - verifiedAt > options.FreshVerification) return Removal.NeedsVerification;
        return await database.WriteAsync(async s =>
        {
            await HoldAsync(s, who.Person.Id, now);
            var name = await s.FirstAsync($"SELECT name FROM {TableOf(kind)} WHERE id = @p0 AND user_id = @p1", r => r.GetString(0), id, who.Person.Id);
            if (name is null) return Removal.NotFound;
            var isLast = await CountAsync(s, who.Person.Id) == 1;
            if (isLast && !await MayGoWithoutAsync(s, who.Person.Id)) return Removal.LastOne;

            await s.ExecuteAsync($"DELETE FROM {TableOf(kind)} WHERE id = @p0 AND user_id = @p1", id, who.Person.Id);
            await RememberedBrowsers.ForgetAllAsync(s, who.Person.Id);
            if (isLast) await EndAsync(s, who.Person.Id);
            await s.AuditAsync(new AuditEvent
            {
                At = now, Event = kind == AuthenticatorKind.App ? AuditEvents.AuthenticatorRemoved : AuditEvents.PasskeyRemoved,
                Actor = "user:" + who.Person.Id, UserId = who.Person.Id, Outcome = "success", Reason = name, Address = origin.Address, UserAgent = origin.UserAgent,
            });
            return Removal.Removed;
        });
    }

    /// <summary>Holds the person's row until the transaction ends, so that of two browsers the second one sees what the first did.</summary>
    internal static async ValueTask HoldAsync(Statements s, string userId, DateTimeOffset now) => await s.ExecuteAsync("""
        INSERT INTO enrollments (user_id, cause, must_enroll, skips, active_since) VALUES (@p0, 'New', @p1, 0, @p2)
        ON CONFLICT (user_id) DO UPDATE SET skips = enrollments.skips
        """, userId, false, now);

    /// <summary>How many authenticators of any kind a person has.</summary>
    internal static async ValueTask<long> CountAsync(Statements s, string userId) => await s.FirstAsync(
        "SELECT (SELECT COUNT(*) FROM totp_authenticators t WHERE t.user_id = @p0) + (SELECT COUNT(*) FROM passkeys k WHERE k.user_id = @p0)",
        r => r.GetInt64(0), userId);

    /// <summary>Stores a confirmed app. The person's row must be held.</summary>
    /// <returns>Its name; null when there are as many as there may be.</returns>
    internal async ValueTask<string?> InsertAsync(Statements s, string userId, string? name, string protectedSecret, long step, DateTimeOffset now)
    {
        var names = await s.AllAsync("SELECT name FROM totp_authenticators WHERE user_id = @p0", r => r.GetString(0), userId);
        if (names.Count >= Most) return null;
        var called = name ?? AuthenticatorNames.Free(names);
        await s.ExecuteAsync("""
            INSERT INTO totp_authenticators (id, user_id, name, protected_secret, last_step, confirmed_at, last_used_at)
            VALUES (@p0, @p1, @p2, @p3, @p4, @p5, @p5)
            """, random.NewId(), userId, called, protectedSecret, step, now);
        return called;
    }

    private static string TableOf(AuthenticatorKind kind) => kind == AuthenticatorKind.App ? "totp_authenticators" : "passkeys";

    // Whoever has an admin role is always asked.
    private static async ValueTask<bool> MayGoWithoutAsync(Statements s, string userId) => await s.FirstAsync("""
        SELECT COUNT(*) FROM users u JOIN enrollments e ON e.user_id = u.id
        WHERE u.id = @p0 AND u.roles = '[]' AND e.required_at IS NULL AND e.must_enroll = @p1
        """, r => r.GetInt64(0), userId, false) == 1;

    // What was verified with it does not count any more, in any browser.
    private static async ValueTask EndAsync(Statements s, string userId)
    {
        await s.ExecuteAsync("UPDATE users SET credential_generation = credential_generation + 1 WHERE id = @p0", userId);
        await s.ExecuteAsync("DELETE FROM recovery_codes WHERE user_id = @p0", userId);
        await s.ExecuteAsync("DELETE FROM pending_authenticators WHERE user_id = @p0", userId);
        await s.ExecuteAsync("UPDATE enrollments SET active_since = NULL WHERE user_id = @p0", userId);
    }
}
