using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Security.Cryptography;
using IdP.Storage.Changes;
using IdP.Storage.Keys;

namespace IdP.Protocol.Tokens;

/// <summary>The imported keys of a catalog snapshot.</summary>
internal sealed class KeyRing(MasterKeys masterKeys, TimeProvider clock)
{
    // A new snapshot comes with every change of a client; the keys in it are mostly the same.
    private readonly ConcurrentDictionary<string, ImportedKey> imported = new(StringComparer.Ordinal);

    /// <summary>The key that signs now.</summary>
    public ImportedKey Signer(CatalogSnapshot catalog, string algorithm)
    {
        var now = clock.GetUtcNow();
        SigningKey? newest = null;
        foreach (var key in catalog.SigningKeys)
        {
            if (key.Algorithm != algorithm || key.ActiveFrom > now || key.RetiredAt <= now || key.RemovedAt <= now) continue;
            if (newest is null || key.ActiveFrom >= newest.ActiveFrom) newest = key;
        }

        return Import(newest ?? throw new InvalidOperationException($"There is no {algorithm} key that may sign."));
    }

    /// <summary>A key that is published: one to come, the present one or one whose tokens may still be about.</summary>
    public ImportedKey? Find(CatalogSnapshot catalog, string kid)
    {
        var all = catalog.Derived(static snapshot => new ByKid(snapshot.SigningKeys.ToFrozenDictionary(k => k.Kid, StringComparer.Ordinal))).Keys;
        return all.TryGetValue(kid, out var key) && IsPublished(key) ? Import(key) : null;
    }

    public IEnumerable<ImportedKey> Published(CatalogSnapshot catalog) => catalog.SigningKeys.Where(IsPublished).Select(Import);

    private bool IsPublished(SigningKey key) => key.RemovedAt is null || key.RemovedAt > clock.GetUtcNow();

    private ImportedKey Import(SigningKey key) => imported.TryGetValue(key.Kid, out var known) ? known : imported.GetOrAdd(key.Kid, _ =>
    {
        var pkcs8 = masterKeys.Unprotect(key.ProtectedPrivateKey, SigningKeys.Purpose + key.Kid);
        try
        {
            return new ImportedKey(key.Kid, key.Algorithm, pkcs8);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pkcs8);
        }
    });

    private sealed record ByKid(FrozenDictionary<string, SigningKey> Keys);
}
