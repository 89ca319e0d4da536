using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using IdP.Storage;
using IdP.Storage.Database;
using IdP.Storage.Keys;

namespace IdP.Verification.Methods.Passkeys;

/// <summary>
/// Challenges that wait for their answer. The framework checks the signature and its counter, and many authenticators
/// always count 0: that a challenge is answered once is kept here, by one conditional statement.
/// </summary>
public sealed class PasskeyCeremonies(IdPDatabase database, MasterKeys keys, RandomSource random, TimeProvider clock)
{
    public const string Create = "create";
    public const string Verify = "verify";
    public const string SignIn = "signin";

    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    private const string Sealed = "passkey sign-in";

    /// <summary>Keeps a challenge for whoever is known.</summary>
    /// <param name="purpose">What the answer is good for.</param>
    /// <param name="ownerId">The pending sign-in or session that may answer.</param>
    /// <param name="userId">Whose it is; they go together.</param>
    /// <param name="state">As the handler wrote it.</param>
    /// <returns>What travels with the form.</returns>
    public async Task<string> KeepAsync(string purpose, string ownerId, string userId, string state)
    {
        var handle = Handle.New(random);
        await database.WriteAsync(s => s.ExecuteAsync(
            "INSERT INTO passkey_ceremonies (hash, purpose, owner_id, user_id, state, expires_at) VALUES (@p0, @p1, @p2, @p3, @p4, @p5)",
            Handle.HashOf(handle), purpose, ownerId, userId, state, clock.GetUtcNow() + Lifetime));
        return handle;
    }

    /// <summary>Takes a challenge out of circulation, to be judged afterwards; of any number of callers, on any node, one gets it.</summary>
    /// <returns>Null when it is unknown, too old, taken, somebody else's or meant for something else.</returns>
    public async Task<string?> TakeAsync(string purpose, string ownerId, string? handle)
    {
        if (handle is not { Length: 43 }) return null;
        return await database.WriteAsync(s => s.FirstAsync(
            "DELETE FROM passkey_ceremonies WHERE hash = @p0 AND purpose = @p1 AND owner_id = @p2 AND expires_at > @p3 RETURNING state",
            row => row.GetString(0), Handle.HashOf(handle), purpose, ownerId, clock.GetUtcNow()));
    }

    /// <summary>
    /// As <see cref="KeepAsync"/> for the sign-in page, where nobody is known yet: the challenge travels sealed in the
    /// form, so that whoever only looks at the page makes no row.
    /// </summary>
    public string Seal(string state) =>
        keys.Protect(Encoding.UTF8.GetBytes($"{(clock.GetUtcNow() + Lifetime).ToUnixTimeMilliseconds()} {state}"), Sealed, random);

    /// <summary>Opens a sealed challenge and writes down that it was answered; of any number of callers one gets it.</summary>
    public async Task<string?> OpenAsync(string? handle)
    {
        if (handle is not { Length: > 0 and < 2048 } || Read(handle) is not [var end, var state]) return null;
        var expiresAt = DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(end, CultureInfo.InvariantCulture));
        if (clock.GetUtcNow() >= expiresAt) return null;
        // Known by what is in it: the same can be sealed, or written, in more than one way.
        var won = await database.WriteAsync(s => s.ExecuteAsync(
            "INSERT INTO passkey_ceremonies (hash, purpose, state, expires_at) VALUES (@p0, @p1, '', @p2) ON CONFLICT (hash) DO NOTHING",
            Handle.HashOf(state), SignIn, expiresAt));
        return won == 1 ? state : null;
    }

    private string[]? Read(string handle)
    {
        try
        {
            return Encoding.UTF8.GetString(keys.Unprotect(handle, Sealed)).Split(' ', 2);
        }
        catch (Exception forged) when (forged is CryptographicException or FormatException)
        {
            return null;
        }
    }
}
