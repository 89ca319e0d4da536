using IdP.Storage;
using IdP.Storage.Audit;
using IdP.Storage.Database;
using IdP.Storage.Outbox;
using IdP.Storage.Users;

namespace IdP.Verification.SignIn;

/// <summary>"This wasn't me": the link in a mail freezes the account it was written to, until an admin has looked.</summary>
public sealed class NotMe(IdPDatabase database, RandomSource random, LogoutSignal logouts, TimeProvider clock)
{
    private static readonly string[] Begun = ["pending_sign_ins", "pending_authenticators"];

    /// <summary>How long a mail's link works.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(30);

    /// <summary>A new link for one mail to one person.</summary>
    /// <returns>What stands in the mail, and the row to be stored with it.</returns>
    public (string Handle, OneTimeLink Link) New(string userId)
    {
        var handle = Handle.New(random);
        return (handle, new OneTimeLink { Hash = Handle.HashOf(handle), Purpose = OneTimeLink.NotMe, UserId = userId, ExpiresAt = clock.GetUtcNow() + Lifetime });
    }

    /// <summary>Whether a link can be used now.</summary>
    public async ValueTask<bool> IsValidAsync(string handle)
    {
        var (hash, now) = (Handle.HashOf(handle), clock.GetUtcNow());
        return await database.ReadAsync(s => s.FirstAsync("""
            SELECT COUNT(*) FROM one_time_links l JOIN users u ON u.id = l.user_id
            WHERE l.hash = @p0 AND l.purpose = @p1 AND l.used_at IS NULL AND l.expires_at > @p2
            """, row => row.GetInt64(0), hash, OneTimeLink.NotMe, now)) == 1;
    }

    /// <summary>Freezes the account: everybody is signed out and nobody signs in.</summary>
    /// <returns>The number that the person reads out to support; null: the link is unknown, used or too old.</returns>
    public async Task<string?> FreezeAsync(string handle, RequestOrigin origin)
    {
        var (hash, now, reference) = (Handle.HashOf(handle), clock.GetUtcNow(), random.NewReference("FZ"));
        var frozen = await database.WriteAsync(async s =>
        {
            var userId = await s.FirstAsync("""
                UPDATE one_time_links SET used_at = @p0 WHERE hash = @p1 AND purpose = @p2 AND used_at IS NULL AND expires_at > @p0 RETURNING user_id
                """, row => row.NullableString(0), now, hash, OneTimeLink.NotMe);
            if (userId is null) return false;
            var found = await s.ExecuteAsync("""
                UPDATE users SET frozen_at = @p0, disabled_at = COALESCE(disabled_at, @p0), updated_at = @p0, credential_generation = credential_generation + 1
                WHERE id = @p1
                """, now, userId);
            if (found != 1) return false;
            // One is enough: when an admin has looked, what is left of older mails must not freeze it again.
            await s.ExecuteAsync("UPDATE one_time_links SET used_at = @p0 WHERE user_id = @p1 AND used_at IS NULL", now, userId);
            await Sessions.EndAllAsync(s, userId, now);
            foreach (var table in Begun) await s.ExecuteAsync($"DELETE FROM {table} WHERE user_id = @p0", userId);
            await s.ExecuteAsync("UPDATE authorizations SET revoked_at = @p0 WHERE user_id = @p1 AND type = 'AdHoc' AND revoked_at IS NULL", now, userId);
            await s.AuditAsync(new AuditEvent
            {
                At = now, Event = AuditEvents.UserFrozen, Actor = "link", UserId = userId, Outcome = "success", Reason = "\"This wasn't me\" in a mail.",
                Address = origin.Address, UserAgent = origin.UserAgent, Reference = reference,
            });
            return true;
        });
        if (!frozen) return null;
        logouts.Give();
        return reference;
    }
}
