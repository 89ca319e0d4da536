using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using IdP.Storage;

namespace IdP.Verification.SignIn;

/// <summary>PBKDF2-HMAC-SHA-512 with the cost written into the hash: <c>pbkdf2-sha512$ITERATIONS$SALT$HASH</c>.</summary>
/// <remarks>A hash costs a quarter of a second of one core; callers go through <see cref="PasswordGate"/>.</remarks>
public sealed class PasswordHasher(RandomSource random, int iterations = PasswordHasher.FewestIterations)
{
    /// <summary>OWASP's figure for PBKDF2-HMAC-SHA-512.</summary>
    public const int FewestIterations = 210_000;

    private const string Scheme = "pbkdf2-sha512";
    private const int SaltSize = 16;
    private const int HashSize = 64;

    private readonly string dummy = $"{Scheme}${iterations}${Base64Url.EncodeToString(new byte[SaltSize])}${Base64Url.EncodeToString(new byte[HashSize])}";
    private long spent;

    /// <summary>
    /// What was computed so far, in iterations of PBKDF2. Tests hold every answer of a sign-in against it: that an unknown
    /// name costs what a known one costs is a matter of work done, and time tells of the machine beside it.
    /// </summary>
    internal long Spent => Interlocked.Read(ref spent);

    /// <summary>Hashes a password for storing.</summary>
    public string Hash(string password)
    {
        Span<byte> salt = stackalloc byte[SaltSize];
        random.Fill(salt);
        var hash = Derive(password, salt, iterations, HashSize);
        return $"{Scheme}${iterations}${Base64Url.EncodeToString(salt)}${Base64Url.EncodeToString(hash)}";
    }

    /// <summary>Compares a password with a stored hash.</summary>
    /// <param name="hash">Null where there is none (an unknown user): the same work is done and the answer is no.</param>
    public bool Verify(string password, string? hash)
    {
        var parts = (hash ?? dummy).Split('$');
        if (parts is not [Scheme, var cost, var salt, var stored]
            || !int.TryParse(cost, NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            return false;
        }

        var expected = Base64Url.DecodeFromChars(stored);
        var actual = Derive(password, Base64Url.DecodeFromChars(salt), count, expected.Length);
        return CryptographicOperations.FixedTimeEquals(expected, actual) && hash is not null;
    }

    /// <summary>Whether a hash is weaker than today's; then it is made anew at the next sign-in.</summary>
    public bool IsOutdated(string hash) =>
        hash.Split('$') is not [Scheme, var cost, _, _]
        || !int.TryParse(cost, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
        || count < iterations;

    private byte[] Derive(string password, ReadOnlySpan<byte> salt, int count, int size)
    {
        Interlocked.Add(ref spent, count);
        return Rfc2898DeriveBytes.Pbkdf2(password, salt, count, HashAlgorithmName.SHA512, size);
    }
}
