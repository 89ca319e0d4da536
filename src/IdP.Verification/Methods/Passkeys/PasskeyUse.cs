using System.Buffers.Text;
using IdP.Storage.Database;
using IdP.Storage.Enrollments;
using IdP.Verification.Attempts;
using Microsoft.AspNetCore.Identity;

namespace IdP.Verification.Methods.Passkeys;

/// <summary>What is written down when a passkey was used.</summary>
internal static class PasskeyUse
{
    /// <summary>Runs a transaction that leaves no trace when its result is null.</summary>
    public static async Task<T?> WriteOrUndoAsync<T>(this IdPDatabase database, Func<Statements, ValueTask<T?>> work)
        where T : class
    {
        try
        {
            return await database.WriteAsync(async s => await work(s) ?? throw new UndoneException());
        }
        catch (UndoneException)
        {
            return null;
        }
    }

    /// <summary>Writes down a right signature and forgets wrong codes, unless a lock came first or the passkey is gone.</summary>
    public static async ValueTask<bool> UsePasskeyAsync(this Statements s, string userId, UserPasskeyInfo passkey, int limit, DateTimeOffset now)
    {
        // Counted like a guess and forgotten at once: so the lock, and guesses that are being evaluated, stop it alike.
        if (await AttemptCounter.CountAsync(s, AttemptKind.Verification, userId, limit, now) is null) return false;
        if (!await AttemptCounter.ForgetAsync(s, AttemptKind.Verification, userId)) return false;
        // WebAuthn §7.2 step 21: a counter that does not rise is a copied authenticator; 0 means that there is none.
        return await s.ExecuteAsync("""
            UPDATE passkeys SET sign_count = @p0, is_backed_up = @p1, last_used_at = @p2
            WHERE credential_id = @p3 AND user_id = @p4 AND (sign_count < @p0 OR (sign_count = 0 AND @p0 = 0))
            """, (long)passkey.SignCount, passkey.IsBackedUp, now, Base64Url.EncodeToString(passkey.CredentialId), userId) == 1;
    }

    private sealed class UndoneException : Exception;
}
