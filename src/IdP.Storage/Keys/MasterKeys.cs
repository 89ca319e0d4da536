using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace IdP.Storage.Keys;

/// <summary>
/// The key that is not in the database and wraps what is: signing keys, authenticator secrets, the data-protection
/// ring. Several can be known at once; the first one wraps, all of them unwrap, so that it can be rotated.
/// </summary>
public sealed class MasterKeys
{
    private const int NonceSize = 12;
    private const int TagSize = 16;

    private readonly (string Id, byte[] Key)[] keys;

    /// <param name="keys">Each 32 bytes; the first is the present one.</param>
    public MasterKeys(params IReadOnlyList<byte[]> keys)
    {
        if (keys.Count == 0) throw new ArgumentException("A master key is needed.", nameof(keys));
        if (keys.Any(k => k.Length != 32)) throw new ArgumentException("A master key has 32 bytes.", nameof(keys));
        // The id tells keys apart without telling anything about them.
        this.keys = [.. keys.Select(k => (Base64Url.EncodeToString(HMACSHA256.HashData(k, "master key id"u8).AsSpan(0, 6)), k))];
    }

    /// <summary>Encrypts with AES-256-GCM under the present key.</summary>
    /// <param name="plain">What to protect.</param>
    /// <param name="purpose">What it is for, bound to it: a value moved to another row or use does not open.</param>
    /// <param name="random">Where the nonce comes from.</param>
    /// <returns><c>v1.KEYID.DATA</c>, safe to store.</returns>
    public string Protect(ReadOnlySpan<byte> plain, string purpose, RandomSource random)
    {
        var (id, key) = keys[0];
        var data = new byte[NonceSize + plain.Length + TagSize];
        random.Fill(data.AsSpan(0, NonceSize));
        using var aes = new AesGcm(key, TagSize);
        aes.Encrypt(data.AsSpan(0, NonceSize), plain, data.AsSpan(NonceSize, plain.Length), data.AsSpan(NonceSize + plain.Length), Encoding.UTF8.GetBytes(purpose));
        return $"v1.{id}.{Base64Url.EncodeToString(data)}";
    }

    /// <summary>Decrypts what <see cref="Protect"/> made.</summary>
    /// <exception cref="CryptographicException">It was made under another key or for another purpose, or was changed.</exception>
    public byte[] Unprotect(string protectedValue, string purpose)
    {
        var parts = protectedValue.Split('.');
        if (parts is not ["v1", var id, var text]) throw new CryptographicException("The value is not in the form v1.KEYID.DATA.");
        var key = Array.Find(keys, k => k.Id == id).Key
            ?? throw new CryptographicException($"The value was protected under master key {id}, which is not among the given ones.");
        if (!Base64Url.IsValid(text)) throw new CryptographicException("The value is not in the form v1.KEYID.DATA.");
        var data = Base64Url.DecodeFromChars(text);
        if (data.Length < NonceSize + TagSize) throw new CryptographicException("The value is too short.");
        var plain = new byte[data.Length - NonceSize - TagSize];
        using var aes = new AesGcm(key, TagSize);
        aes.Decrypt(data.AsSpan(0, NonceSize), data.AsSpan(NonceSize, plain.Length), data.AsSpan(NonceSize + plain.Length), plain, Encoding.UTF8.GetBytes(purpose));
        return plain;
    }

    /// <summary>Keyed hashes under every known key, the present one first: look-up secrets are found by any of them.</summary>
    public IEnumerable<string> KeyedHashes(string purpose, string value) =>
        keys.Select(k => Base64Url.EncodeToString(HMACSHA256.HashData(k.Key, Encoding.UTF8.GetBytes(purpose + "\0" + value))));

    /// <summary>The keyed hash under the present key.</summary>
    public string KeyedHash(string purpose, string value) => KeyedHashes(purpose, value).First();

    /// <summary>A key of each known master key for one purpose, the present one first, with the master key's id.</summary>
    public IReadOnlyList<(string Id, byte[] Key)> Derive(string purpose) =>
        [.. keys.Select(k => (k.Id, HKDF.DeriveKey(HashAlgorithmName.SHA256, k.Key, 32, info: Encoding.UTF8.GetBytes(purpose))))];

    public override string ToString() => "MasterKeys(redacted)";
}
