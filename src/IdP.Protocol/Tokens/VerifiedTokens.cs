using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace IdP.Protocol.Tokens;

/// <summary>
/// Remembers tokens whose signature was good. An API asks for the same token at each of its own requests, and a token
/// stays signed: all else (expiry, revocation, the person, the key's own life) is judged anew each time.
/// </summary>
/// <remarks>
/// Only what was verified comes in, so nobody but a holder of real tokens can fill it. When a generation is full, the one
/// before it is forgotten: at most twice its size is kept, and what is asked often stays.
/// </remarks>
/// <param name="generation">Tokens of a generation; about 100 bytes each.</param>
internal sealed class VerifiedTokens(int generation = 4096)
{
    private readonly Lock turning = new();
    private volatile Generation young = new();
    private volatile Generation old = new();

    public bool Contains(ReadOnlySpan<byte> token)
    {
        var hash = HashOf(token);
        if (young.Tokens.ContainsKey(hash)) return true;
        if (!old.Tokens.ContainsKey(hash)) return false;
        Add(hash);
        return true;
    }

    public void Add(ReadOnlySpan<byte> token) => Add(HashOf(token));

    private void Add((UInt128 First, UInt128 Second) hash)
    {
        var present = young;
        if (!present.Tokens.TryAdd(hash, true) || Interlocked.Increment(ref present.Count) < generation) return;
        lock (turning)
        {
            if (young != present) return;
            old = present;
            young = new Generation();
        }
    }

    private static (UInt128 First, UInt128 Second) HashOf(ReadOnlySpan<byte> token)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(token, hash);
        return (BitConverter.ToUInt128(hash), BitConverter.ToUInt128(hash[16..]));
    }

    private sealed class Generation
    {
        // Counting a concurrent dictionary stops everybody who writes to it.
        public int Count;

        public ConcurrentDictionary<(UInt128 First, UInt128 Second), bool> Tokens { get; } = new();
    }
}
