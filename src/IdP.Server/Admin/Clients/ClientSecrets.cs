using IdP.Storage;
using IdP.Storage.Clients;
using IdP.Verification.SignIn;

namespace IdP.Server.Admin.Clients;

/// <summary>How secrets of clients are made and kept.</summary>
internal static class ClientSecrets
{
    private const string Fast = "sha256:";

    /// <summary>Handles are 43 characters of an alphabet of 64; at random 31 of them differ, give or take two.</summary>
    private const int GeneratedLength = 43;
    private const int FewestDifferent = 24;

    /// <summary>Keeps a secret that the server made: 256 random bits need no slow hash.</summary>
    public static ClientSecret Keep(string clientId, string secret, RandomSource random, DateTimeOffset now) =>
        New(clientId, Fast + Handle.HashOf(secret), random, now);

    /// <summary>A row with a hash that was made before.</summary>
    public static ClientSecret New(string clientId, string hash, RandomSource random, DateTimeOffset now) =>
        new() { Id = random.NewId(), ClientId = clientId, Hash = hash, CreatedAt = now };

    /// <summary>Hashes a secret that was given: slowly, unless it plainly came from a generator of handles.</summary>
    public static string HashGiven(string secret, PasswordHasher hasher) => LooksGenerated(secret) ? Fast + Handle.HashOf(secret) : hasher.Hash(secret);

    /// <summary>Whether a stored hash is of this secret.</summary>
    public static bool Matches(string secret, string hash, PasswordHasher hasher) =>
        hash.StartsWith(Fast, StringComparison.Ordinal)
            ? System.Security.Cryptography.CryptographicOperations.FixedTimeEquals(
                System.Text.Encoding.ASCII.GetBytes(hash), System.Text.Encoding.ASCII.GetBytes(Fast + Handle.HashOf(secret)))
            : hasher.Verify(secret, hash);

    /// <summary>What is wrong with a secret that was given, in a sentence; null: nothing.</summary>
    public static string? Problem(string secret) => secret.Length switch
    {
        < 16 => Sentence.Of($"A client secret must have at least 16 characters."),
        > 256 => Sentence.Of($"A client secret must have at most 256 characters."),
        // RFC 6749 appendix A.2: VSCHAR.
        _ when secret.Any(c => c is < ' ' or > '~') => Sentence.Of($"A client secret must consist of visible ASCII characters and spaces."),
        _ => null,
    };

    private static bool LooksGenerated(string secret) =>
        secret.Length >= GeneratedLength && secret.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') && secret.Distinct().Count() >= FewestDifferent;
}
