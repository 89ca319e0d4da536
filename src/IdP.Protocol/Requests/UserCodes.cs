using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using IdP.Storage;

namespace IdP.Protocol.Requests;

/// <summary>The code that a person reads off a device and types elsewhere. RFC 8628 §6.1.</summary>
internal static class UserCodes
{
    // Consonants only: no word comes about, and nothing is taken for something else.
    private const string Alphabet = "BCDFGHJKLMNPQRSTVWXZ";
    private const int Letters = 8;

    private static readonly SearchValues<char> InAlphabet = SearchValues.Create(Alphabet);

    /// <summary>One of 20^8 codes, in its normal form.</summary>
    public static string New(RandomSource random) => string.Create(Letters, random, static (code, random) =>
    {
        Span<byte> bytes = stackalloc byte[1];
        for (var i = 0; i < code.Length;)
        {
            random.Fill(bytes);
            // Bytes that would make some letters more likely than others are thrown away.
            if (bytes[0] < 256 / Alphabet.Length * Alphabet.Length) code[i++] = Alphabet[bytes[0] % Alphabet.Length];
        }
    });

    /// <summary>As it is shown: <c>WDJB-MJHT</c>.</summary>
    public static string Show(string code) => $"{code[..4]}-{code[4..]}";

    /// <summary>Reads what was typed: capitals or not, with dashes or spaces anywhere or none.</summary>
    public static bool TryRead(string typed, [NotNullWhen(true)] out string? code)
    {
        code = null;
        if (typed.Length > 64) return false;
        var letters = string.Concat(typed.Where(c => !char.IsWhiteSpace(c) && !char.IsPunctuation(c))).ToUpperInvariant();
        if (letters.Length != Letters || letters.AsSpan().ContainsAnyExcept(InAlphabet)) return false;
        code = letters;
        return true;
    }
}
