using System.Security.Cryptography;
using IdP.Storage;
using IdP.Storage.Audit;
using IdP.Storage.Changes;
using IdP.Storage.Database;
using IdP.Storage.Keys;

namespace IdP.Protocol.Tokens;

/// <summary>Makes the keys that sign tokens, and lets them follow each other: announced, in use, published only, gone.</summary>
public sealed class SigningKeys(Catalog catalog, MasterKeys masterKeys, RandomSource random, TimeProvider clock, ProtocolOptions options)
{
    private const string Insert = "INSERT INTO signing_keys (kid, algorithm, protected_private_key, created_at, active_from) VALUES (@p0, @p1, @p2, @p3, @p4)";

    /// <summary>What keys there are: of each algorithm one.</summary>
    public static IReadOnlyList<string> SupportedAlgorithms => Algorithms.Supported;

    internal const string Purpose = "signing-key:";

    /// <summary>
    /// Makes one RS256 and one ES256 key where there is none. Called at start under the migration lock, so that two
    /// nodes that start together make one of each.
    /// </summary>
    public async Task EnsureAsync()
    {
        var snapshot = await catalog.GetAsync();
        var missing = Algorithms.Supported.Where(a => !snapshot.SigningKeys.Any(k => k.Algorithm == a && k.RetiredAt is null)).ToList();
        if (missing.Count == 0) return;

        // Plain statements: a first start answers before EF Core has built its model.
        List<SigningKey> made = [.. missing.Select(algorithm => Make(algorithm))];
        await catalog.ChangeAsync(async s =>
        {
            foreach (var key in made)
            {
                await InsertAsync(s, key);
                await s.AuditAsync(new AuditEvent
                {
                    At = key.CreatedAt, Event = AuditEvents.KeyCreated, Actor = "system", Resource = $"key:{key.Kid}", Outcome = "success",
                    Reason = $"There was no {key.Algorithm} key.",
                });
            }

            return true;
        });
    }

    /// <summary>
    /// Announces the next key of an algorithm. It begins to sign when everybody has had time to see it, and the present
    /// one stays published until its last token has expired.
    /// </summary>
    /// <param name="algorithm">One of those in <c>id_token_signing_alg_values_supported</c>.</param>
    /// <param name="actor">Who, for the audit log.</param>
    /// <param name="reason">Why, for the audit log.</param>
    /// <returns>The new key; null when one is announced already.</returns>
    public async Task<SigningKey?> RotateAsync(string algorithm, string actor, string reason)
    {
        var now = clock.GetUtcNow();
        var next = Make(algorithm, now + options.KeyAnnouncement);
        var gone = next.ActiveFrom + options.KeyAfterlife;
        return await catalog.ChangeAsync(async s =>
        {
            // Of several callers the one that retires the present key announces the next.
            var won = await s.ExecuteAsync(
                "UPDATE signing_keys SET retired_at = @p0, removed_at = @p1 WHERE algorithm = @p2 AND retired_at IS NULL AND active_from <= @p3",
                next.ActiveFrom, gone, algorithm, now);
            if (won == 0) return null;
            await InsertAsync(s, next);
            await AuditAsync(s, AuditEvents.KeyRotated, next.Kid, actor, $"{algorithm}, signs from {next.ActiveFrom:u}: {reason}", now);
            return next;
        });
    }

    /// <summary>
    /// Takes a key out of use at once, because somebody else may have it: it signs nothing, it is not published, and
    /// what it signed is refused here. The key that follows signs from now on, whether everybody has seen it or not.
    /// </summary>
    /// <returns>False when there is no such key.</returns>
    public async Task<bool> RevokeAsync(string kid, string actor, string reason)
    {
        var now = clock.GetUtcNow();
        var snapshot = await catalog.GetAsync();
        if (snapshot.SigningKeys.FirstOrDefault(k => k.Kid == kid) is not { } revoked) return false;
        // Made before the turn to write comes, and mostly not needed.
        var spare = Make(revoked.Algorithm, now);
        return await catalog.ChangeAsync(async s =>
        {
            var won = await s.ExecuteAsync(
                "UPDATE signing_keys SET retired_at = @p0, removed_at = @p0 WHERE kid = @p1 AND (removed_at IS NULL OR removed_at > @p0)", now, kid);
            if (won == 0) return false;
            await SucceedAsync(s, revoked.Algorithm, spare, now);
            await AuditAsync(s, AuditEvents.KeyRevoked, kid, actor, reason, now);
            return true;
        });
    }

    /// <summary>Announces keys whose time has come, and deletes those that are gone. Any node may, at any time.</summary>
    public async Task CheckAsync()
    {
        var (now, snapshot) = (clock.GetUtcNow(), await catalog.GetAsync());
        if (snapshot.SigningKeys.Any(k => k.RemovedAt <= now))
        {
            await catalog.ChangeAsync(async s => await s.ExecuteAsync("DELETE FROM signing_keys WHERE removed_at <= @p0", now));
        }

        if (options.SigningKeyLifetime == TimeSpan.Zero) return;
        foreach (var key in snapshot.SigningKeys.Where(k => k.RetiredAt is null && k.ActiveFrom + options.SigningKeyLifetime <= now))
        {
            await RotateAsync(key.Algorithm, "system", options.SigningKeyLifetime.TotalDays == 1 ? "The key before it is 1 day old." : $"The key before it is {options.SigningKeyLifetime.TotalDays:0} days old.");
        }
    }

    // After a revocation one key signs and has no end: the one that was to follow, or the one it was to follow, or a new one.
    private static async ValueTask SucceedAsync(Statements s, string algorithm, SigningKey spare, DateTimeOffset now)
    {
        if (await s.ExecuteAsync("UPDATE signing_keys SET active_from = @p0 WHERE algorithm = @p1 AND retired_at IS NULL AND active_from > @p0 "
            + "AND NOT EXISTS (SELECT 1 FROM signing_keys k WHERE k.algorithm = @p1 AND k.active_from <= @p0 AND k.retired_at > @p0)", now, algorithm) == 1) return;
        if (await s.FirstAsync("SELECT 1 FROM signing_keys WHERE algorithm = @p0 AND retired_at IS NULL", _ => true, algorithm)) return;
        if (await s.ExecuteAsync("UPDATE signing_keys SET retired_at = NULL, removed_at = NULL WHERE algorithm = @p0 AND retired_at > @p1", algorithm, now) == 1) return;
        await InsertAsync(s, spare);
    }

    private static async ValueTask InsertAsync(Statements s, SigningKey key) =>
        await s.ExecuteAsync(Insert, key.Kid, key.Algorithm, key.ProtectedPrivateKey, key.CreatedAt, key.ActiveFrom);

    private static ValueTask AuditAsync(Statements s, string name, string kid, string actor, string reason, DateTimeOffset now) => s.AuditAsync(new AuditEvent
    {
        At = now, Event = name, Actor = actor, Resource = $"key:{kid}", Outcome = "success", Reason = reason,
    });

    private SigningKey Make(string algorithm, DateTimeOffset? activeFrom = null)
    {
        using var ec = algorithm == Algorithms.ES256 ? ECDsa.Create(ECCurve.NamedCurves.nistP256) : null;
        using var rsa = algorithm == Algorithms.RS256 ? RSA.Create(2048) : null;
        var kid = ImportedKey.Thumbprint(ec, rsa);
        var pkcs8 = ec?.ExportPkcs8PrivateKey() ?? rsa!.ExportPkcs8PrivateKey();
        var now = clock.GetUtcNow();
        try
        {
            return new SigningKey
            {
                Kid = kid, Algorithm = algorithm, ProtectedPrivateKey = masterKeys.Protect(pkcs8, Purpose + kid, random), CreatedAt = now,
                ActiveFrom = activeFrom ?? now,
            };
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pkcs8);
        }
    }
}
