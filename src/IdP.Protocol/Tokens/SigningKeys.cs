using System.Security.Cryptography;
using IdP.Storage;
using IdP.Storage.Audit;
using IdP.Storage.Changes;
using IdP.Storage.Keys;
using Microsoft.EntityFrameworkCore;

namespace IdP.Protocol.Tokens;

/// <summary>Makes the keys that sign tokens.</summary>
public sealed class SigningKeys(Catalog catalog, MasterKeys masterKeys, RandomSource random, TimeProvider clock)
{
    internal const string Purpose = "signing-key:";

    /// <summary>
    /// Makes one RS256 and one ES256 key where there is none. Called at start under the migration lock, so that two
    /// nodes that start together make one of each.
    /// </summary>
    public async Task EnsureAsync(CancellationToken ct = default)
    {
        var snapshot = await catalog.GetAsync();
        var missing = Algorithms.Supported.Where(a => !snapshot.SigningKeys.Any(k => k.Algorithm == a && k.RetiredAt is null)).ToList();
        if (missing.Count == 0) return;

        await catalog.ChangeAsync(async db =>
        {
            foreach (var algorithm in missing)
            {
                if (await db.SigningKeys.AnyAsync(k => k.Algorithm == algorithm && k.RetiredAt == null, ct)) continue;
                var key = Make(algorithm);
                db.SigningKeys.Add(key);
                db.Audit(new AuditEvent
                {
                    At = key.CreatedAt, Event = AuditEvents.KeyCreated, Actor = "system", Resource = $"key:{key.Kid}", Outcome = "success",
                    Reason = $"There was no {algorithm} key.",
                });
            }

            return true;
        }, ct);
    }

    private SigningKey Make(string algorithm)
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
                Kid = kid, Algorithm = algorithm, ProtectedPrivateKey = masterKeys.Protect(pkcs8, Purpose + kid, random), CreatedAt = now, ActiveFrom = now,
            };
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pkcs8);
        }
    }
}
