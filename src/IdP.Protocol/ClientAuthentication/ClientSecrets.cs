using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using IdP.Storage;
using IdP.Storage.Clients;

namespace IdP.Protocol.ClientAuthentication;

/// <summary>Compares a presented secret with those of a client.</summary>
internal sealed class ClientSecrets
{
    /// <summary>How a secret that the server made is stored: 256 random bits need no slow hash.</summary>
    public const string FastPrefix = "sha256:";

    private const int MostRemembered = 10_000;
    private const int LongestChosen = 512;

    private readonly ChosenSecrets chosen;
    private readonly TimeProvider clock;
    private readonly byte[] key = new byte[32];

    // What a slow hash has accepted once, by a hash under a key of this process: no secret is kept.
    private readonly ConcurrentDictionary<string, bool> accepted = new(StringComparer.Ordinal);

    // Who sends the same secret while it is being compared waits for that answer: it is one guess and one hash.
    private readonly ConcurrentDictionary<string, Lazy<Task<Result<bool>>>> running = new(StringComparer.Ordinal);

    public ClientSecrets(ChosenSecrets chosen, TimeProvider clock, RandomSource random)
    {
        (this.chosen, this.clock) = (chosen, clock);
        random.Fill(key);
    }

    /// <summary>What is stored for a secret that the server made.</summary>
    public static string HashOf(string secret) => FastPrefix + Handle.HashOf(secret);

    public async ValueTask<Result<bool>> VerifyAsync(Credentials presented, IEnumerable<ClientSecret> known, CancellationToken ct)
    {
        // Hashed before anything is known of the client: one that is unknown costs the same.
        var (fast, now) = (HashOf(presented.Secret), clock.GetUtcNow());
        var matches = false;
        List<ClientSecret>? slow = null;
        foreach (var secret in known)
        {
            if (secret.ExpiresAt <= now) continue;
            if (secret.Hash.StartsWith(FastPrefix, StringComparison.Ordinal)) matches |= AreEqual(fast, secret.Hash);
            else (slow ??= []).Add(secret);
        }

        if (matches || slow is null || presented.Secret.Length > LongestChosen) return matches;
        return await VerifySlowlyAsync(presented, slow, ct);
    }

    private static bool AreEqual(string left, string right)
    {
        Span<byte> leftBytes = stackalloc byte[64];
        Span<byte> rightBytes = stackalloc byte[64];
        if (left.Length > 64 || right.Length > 64) return false;
        return CryptographicOperations.FixedTimeEquals(
            leftBytes[..Encoding.ASCII.GetBytes(left, leftBytes)], rightBytes[..Encoding.ASCII.GetBytes(right, rightBytes)]);
    }

    private async ValueTask<Result<bool>> VerifySlowlyAsync(Credentials presented, List<ClientSecret> secrets, CancellationToken ct)
    {
        // A secret that was added or has ended makes another name.
        var name = Convert.ToBase64String(HMACSHA256.HashData(
            key, Encoding.UTF8.GetBytes($"{string.Join('\n', secrets.Select(s => $"{s.Id} {s.Hash}"))}\n{presented.Secret}")));
        if (accepted.ContainsKey(name)) return true;

        var result = await running.GetOrAdd(name, _ => new(() => CompareAsync(name, presented, secrets))).Value.WaitAsync(ct);
        if (result.Failed(out var error, out var verified)) return error;
        return verified;
    }

    private async Task<Result<bool>> CompareAsync(string name, Credentials presented, List<ClientSecret> secrets)
    {
        try
        {
            var result = await chosen.VerifyAsync(presented, secrets);
            if (result.Failed(out _, out var verified) || !verified) return result;
            if (accepted.Count >= MostRemembered) accepted.Clear();
            accepted[name] = true;
            return result;
        }
        finally
        {
            running.TryRemove(name, out _);
        }
    }
}
