using System.Security.Cryptography;
using IdP.Storage;
using IdP.Storage.Audit;
using IdP.Storage.Changes;
using IdP.Storage.Keys;

namespace IdP.Protocol.Tokens;

/// <summary>Makes the keys that sign tokens.</summary>
public sealed class SigningKeys(Catalog catalog, MasterKeys masterKeys, RandomSource random, TimeProvider clock)
{
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
        List<SigningKey> made = [.. missing.Select(Make)];
        await catalog.ChangeAsync(async s =>
        {
            foreach (var key in made)
            {
                await s.ExecuteAsync(
                    "INSERT INTO signing_keys (kid, algorithm, protected_private_key, created_at, active_from) VALUES (@p0, @p1, @p2, @p3, @p4)",
                    key.Kid, key.Algorithm, key.ProtectedPrivateKey, key.CreatedAt, key.ActiveFrom);
                await s.AuditAsync(new AuditEvent
                {
                    At = key.CreatedAt, Event = AuditEvents.KeyCreated, Actor = "system", Resource = $"key:{key.Kid}", Outcome = "success",
                    Reason = $"There was no {key.Algorithm} key.",
                });
            }

            return true;
        });
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
