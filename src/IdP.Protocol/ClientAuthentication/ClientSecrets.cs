using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using IdP.Storage;
using IdP.Storage.Clients;
using IdP.Verification.SignIn;

namespace IdP.Protocol.ClientAuthentication;

/// <summary>Compares a presented secret with those of a client.</summary>
internal sealed class ClientSecrets
{
    /// <summary>How a secret that the server made is stored: 256 random bits need no slow hash.</summary>
    public const string FastPrefix = "sha256:";

    private const int MostRemembered = 10_000;

    private readonly PasswordHasher hasher;
    private readonly PasswordGate gate;
    private readonly TimeProvider clock;
    private readonly byte[] key = new byte[32];

    // What a slow hash has accepted once, by a hash under a key of this process: no secret is kept.
    private readonly ConcurrentDictionary<string, bool> accepted = new(StringComparer.Ordinal);

    public ClientSecrets(PasswordHasher hasher, PasswordGate gate, TimeProvider clock, RandomSource random)
    {
        (this.hasher, this.gate, this.clock) = (hasher, gate, clock);
        random.Fill(key);
    }

    /// <summary>What is stored for a secret that the server made.</summary>
    public static string HashOf(string secret) => FastPrefix + Handle.HashOf(secret);

    public async ValueTask<Result<bool>> VerifyAsync(string presented, IEnumerable<ClientSecret> known, CancellationToken ct)
    {
        // Hashed before anything is known of the client: one that is unknown costs the same.
        var (fast, now) = (HashOf(presented), clock.GetUtcNow());
        var matches = false;
        foreach (var secret in known)
        {
            if (secret.ExpiresAt <= now) continue;
            if (secret.Hash.StartsWith(FastPrefix, StringComparison.Ordinal))
            {
                matches |= AreEqual(fast, secret.Hash);
                continue;
            }

            if ((await VerifySlowlyAsync(presented, secret, ct)).Failed(out var error, out var verified)) return error;
            matches |= verified;
        }

        return matches;
    }

    private static bool AreEqual(string left, string right)
    {
        Span<byte> leftBytes = stackalloc byte[64];
        Span<byte> rightBytes = stackalloc byte[64];
        if (left.Length > 64 || right.Length > 64) return false;
        return CryptographicOperations.FixedTimeEquals(
            leftBytes[..Encoding.ASCII.GetBytes(left, leftBytes)], rightBytes[..Encoding.ASCII.GetBytes(right, rightBytes)]);
    }

    private async ValueTask<Result<bool>> VerifySlowlyAsync(string presented, ClientSecret secret, CancellationToken ct)
    {
        if (presented.Length > 512) return false;
        var remembered = Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{secret.Id}\n{secret.Hash}\n{presented}")));
        if (accepted.ContainsKey(remembered)) return true;

        if (await gate.RunAsync<bool>(() => hasher.Verify(presented, secret.Hash), ct) is not { } verified) return OAuthError.Unavailable;
        if (!verified) return false;
        if (accepted.Count >= MostRemembered) accepted.Clear();
        accepted[remembered] = true;
        return true;
    }
}
