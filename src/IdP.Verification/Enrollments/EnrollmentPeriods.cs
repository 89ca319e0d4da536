using IdP.Storage;
using IdP.Storage.Audit;
using IdP.Storage.Changes;
using IdP.Storage.Database;
using IdP.Storage.Outbox;
using IdP.Verification.Decisions;
using IdP.Verification.SignIn;

namespace IdP.Verification.Enrollments;

/// <summary>Begins enrollment periods and locks those that are over.</summary>
public sealed class EnrollmentPeriods(IdPDatabase database, Catalog catalog, RandomSource random, TimeProvider clock, LogoutSignal logouts)
{
    /// <summary>Begins the period when none was ever begun.</summary>
    /// <param name="userId">Whose.</param>
    /// <param name="requiredBy">The resource that asked, such as <c>client:payroll</c>.</param>
    /// <param name="deadline">The end.</param>
    /// <param name="origin">The request.</param>
    /// <returns>The deadline that counts: this one, or the one that was stored before.</returns>
    public Task<DateTimeOffset> StartAsync(string userId, string requiredBy, DateTimeOffset deadline, RequestOrigin origin) =>
        database.WriteAsync(async s =>
        {
            var now = clock.GetUtcNow();
            var won = await s.ExecuteAsync("""
                INSERT INTO enrollments (user_id, required_at, required_by, deadline, cause, must_enroll, skips)
                VALUES (@p0, @p1, @p2, @p3, 'New', @p4, 0)
                ON CONFLICT (user_id) DO UPDATE SET required_at = @p1, required_by = @p2, deadline = @p3, cause = 'New', reminded_days = NULL
                WHERE enrollments.required_at IS NULL AND enrollments.locked_at IS NULL
                """, userId, now, requiredBy, deadline, false);
            if (won == 1)
            {
                await s.AuditAsync(new AuditEvent
                {
                    At = now, Event = AuditEvents.EnrollmentRequired, Actor = "system", UserId = userId, Resource = requiredBy, Outcome = "success",
                    Reason = $"{requiredBy} asks for identity verification; the period ends {deadline:u}.", Address = origin.Address, UserAgent = origin.UserAgent,
                });
                return deadline;
            }

            return await s.FirstAsync("SELECT deadline FROM enrollments WHERE user_id = @p0", r => r.NullableTime(0), userId) ?? deadline;
        });

    /// <summary>Locks a person whose deadline has passed; once.</summary>
    /// <returns>The reference number of the lock, or null when there is nothing to lock.</returns>
    public async Task<string?> ExpireAsync(string userId)
    {
        // Only where the account is locked as a whole; else unguarded applications go on.
        var endSessions = (await catalog.GetAsync()).Verification.ExpiryLocks == ExpiryLocks.Account;
        var reference = await database.WriteAsync(s => ExpireAsync(s, userId, endSessions));
        logouts.Give();
        return reference;
    }

    /// <summary>Locks everybody whose deadline has passed.</summary>
    /// <returns>How many were locked.</returns>
    public async Task<int> SweepAsync()
    {
        var late = await database.ReadAsync(s => s.AllAsync("""
            SELECT user_id FROM enrollments e WHERE locked_at IS NULL AND deadline <= @p0
                AND NOT EXISTS (SELECT 1 FROM totp_authenticators t WHERE t.user_id = e.user_id)
                AND NOT EXISTS (SELECT 1 FROM passkeys k WHERE k.user_id = e.user_id)
            """, r => r.GetString(0), clock.GetUtcNow()));
        foreach (var userId in late) await ExpireAsync(userId);
        return late.Count;
    }

    private async ValueTask<string?> ExpireAsync(Statements s, string userId, bool endSessions)
    {
        var now = clock.GetUtcNow();
        var reference = random.NewReference("LK");
        var won = await s.ExecuteAsync("""
            UPDATE enrollments SET locked_at = @p0, lock_reference = @p1
            WHERE user_id = @p2 AND locked_at IS NULL AND deadline <= @p0
                AND NOT EXISTS (SELECT 1 FROM totp_authenticators t WHERE t.user_id = enrollments.user_id)
                AND NOT EXISTS (SELECT 1 FROM passkeys k WHERE k.user_id = enrollments.user_id)
            """, now, reference, userId);
        if (won == 1)
        {
            await RememberedBrowsers.ForgetAllAsync(s, userId);
            if (endSessions) await Sessions.EndAllAsync(s, userId, now);
            await s.AuditAsync(new AuditEvent
            {
                At = now, Event = AuditEvents.EnrollmentExpired, Actor = "system", UserId = userId, Outcome = "denied",
                Reason = "The enrollment period is over.", Reference = reference,
            });
            return reference;
        }

        return await s.FirstAsync("SELECT lock_reference FROM enrollments WHERE user_id = @p0", r => r.NullableString(0), userId);
    }
}
