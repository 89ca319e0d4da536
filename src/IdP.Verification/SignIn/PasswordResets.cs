using IdP.Storage;
using IdP.Storage.Audit;
using IdP.Storage.Changes;
using IdP.Storage.Database;
using IdP.Storage.Enrollments;
using IdP.Storage.Outbox;
using IdP.Storage.Users;
using IdP.Verification.Attempts;
using IdP.Verification.Decisions;

namespace IdP.Verification.SignIn;

/// <summary>
/// A new password by a mailed link. The link never signs in, ends no lock and leaves identity verification as it is: it
/// proves the mailbox and nothing else.
/// </summary>
public sealed class PasswordResets(
    IdPDatabase database, Catalog catalog, Passwords passwords, AttemptCounter attempts, PasswordHasher hasher, PasswordGate gate, LogoutSignal logouts,
    RandomSource random, TimeProvider clock)
{
    /// <summary>How long a link works.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(30);

    private const string Purpose = "password_reset";
    private const int MostMails = 3;
    private static readonly TimeSpan MailsFade = TimeSpan.FromHours(1);
    private static readonly TimeSpan AddressWindow = TimeSpan.FromMinutes(10);

    private const string ByName = $"""
        SELECT {PersonRow.Columns} FROM users u {PersonRow.Joins}
        WHERE (u.normalized_user_name = @p0 OR u.normalized_email = @p0) AND u.disabled_at IS NULL AND u.password_hash IS NOT NULL
        """;

    private const string ByLink = $"""
        SELECT {PersonRow.Columns} FROM one_time_links l JOIN users u ON u.id = l.user_id {PersonRow.Joins}
        WHERE l.hash = @p0 AND l.purpose = '{Purpose}' AND l.used_at IS NULL AND l.expires_at > @p1 AND u.disabled_at IS NULL
        """;

    /// <summary>Counts a request of an address, whomever it names.</summary>
    /// <returns>Minutes to wait; null: it may go on.</returns>
    public async Task<int?> CountAsync(RequestOrigin origin)
    {
        var window = AttemptWindow.Of(PasswordSignIn.CountedAddress(origin.Address), AddressWindow, clock.GetUtcNow());
        var most = Math.Max(10, (await catalog.GetAsync()).Verification.AddressAttempts / 10);
        return await attempts.CountAsync(AttemptKind.Mail, "reset:" + window.Owner, most) is null ? (int)Math.Ceiling(window.Left.TotalMinutes) : null;
    }

    /// <summary>Makes a link for whoever has this name, when there is somebody whom a mail reaches. Runs after the answer was given.</summary>
    /// <returns>The person and the link's secret; null: no mail goes out.</returns>
    public async Task<(Person Person, string Handle)?> BeginAsync(string name, RequestOrigin origin)
    {
        var person = await database.ReadAsync(s => s.FirstAsync(ByName, row => PersonRow.Read(row), UserNames.Normalize(name)));
        if (person is not { Email: not null, EmailVerified: true }) return null;
        if (await attempts.CountAsync(AttemptKind.Mail, "reset:" + person.Id, MostMails, MailsFade) is null) return null;
        var (handle, now) = (Handle.New(random), clock.GetUtcNow());
        await database.WriteAsync(async s =>
        {
            await s.ExecuteAsync("DELETE FROM one_time_links WHERE user_id = @p0 AND purpose = @p1", person.Id, Purpose);
            await s.ExecuteAsync("INSERT INTO one_time_links (hash, purpose, user_id, expires_at) VALUES (@p0, @p1, @p2, @p3)",
                Handle.HashOf(handle), Purpose, person.Id, now + Lifetime);
            await s.AuditAsync(Event(AuditEvents.PasswordResetSent, person, "anybody", null, origin, now));
            return true;
        });
        return (person, handle);
    }

    /// <summary>Whose link it is; to look does not use it up.</summary>
    /// <returns>Null when it is unknown, used or too old.</returns>
    public async Task<Person?> FindAsync(string handle) =>
        await database.ReadAsync(s => s.FirstAsync(ByLink, row => (Person?)PersonRow.Read(row), Handle.HashOf(handle), clock.GetUtcNow()));

    /// <summary>Uses the link up and sets the password; everything that was signed in with the old one ends.</summary>
    /// <returns><see cref="PasswordChange.WrongCurrent"/>: the link works no more.</returns>
    public async Task<PasswordChange> RedeemAsync(string handle, string wanted, RequestOrigin origin, CancellationToken ct)
    {
        if (await FindAsync(handle) is not { } person) return PasswordChange.WrongCurrent;
        if (await passwords.ProblemAsync(person, wanted) is { } problem) return problem;
        if (await gate.RunAsync<Hashed>(() => new(hasher.Hash(wanted)), ct) is not { } hashed) return PasswordChange.Busy;

        var won = await database.WriteAsync(async s =>
        {
            var now = clock.GetUtcNow();
            // Of several that are sent at once, one uses the link up.
            var taken = await s.ExecuteAsync(
                "UPDATE one_time_links SET used_at = @p0 WHERE hash = @p1 AND purpose = @p2 AND user_id = @p3 AND used_at IS NULL AND expires_at > @p0",
                now, Handle.HashOf(handle), Purpose, person.Id);
            if (taken != 1) return false;
            // The raised number kills what was proven with the old password, wherever it is remembered.
            var changed = await s.ExecuteAsync("""
                UPDATE users SET password_hash = @p0, password_changed_at = @p1, updated_at = @p1, must_change_password = @p2,
                    credential_generation = credential_generation + 1
                WHERE id = @p3 AND disabled_at IS NULL
                """, hashed.Hash, now, false, person.Id);
            if (changed != 1) return false;
            await Sessions.EndAllAsync(s, person.Id, now);
            // Consents stay; what they let applications have must be asked for anew.
            await s.ExecuteAsync("UPDATE authorizations SET revoked_at = @p0 WHERE user_id = @p1 AND type = 'AdHoc' AND revoked_at IS NULL", now, person.Id);
            await s.ExecuteAsync("DELETE FROM pending_sign_ins WHERE user_id = @p0", person.Id);
            await RememberedBrowsers.ForgetAllAsync(s, person.Id);
            await s.AuditAsync(Event(AuditEvents.PasswordChanged, person, "user:" + person.Id, "By a mailed link.", origin, now));
            return true;
        });
        logouts.Give();
        return won ? PasswordChange.Changed : PasswordChange.WrongCurrent;
    }

    private static AuditEvent Event(string name, Person person, string actor, string? reason, RequestOrigin origin, DateTimeOffset now) => new()
    {
        At = now, Event = name, Actor = actor, UserId = person.Id, Outcome = "success", Reason = reason, Address = origin.Address, UserAgent = origin.UserAgent,
    };

    private readonly record struct Hashed(string Hash);
}
