using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace IdP.Protocol.Requests;

/// <summary>Proof Key for Code Exchange, S256 only. RFC 7636.</summary>
internal static class Pkce
{
    public const string Method = "S256";

    private static readonly SearchValues<char> Base64UrlCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    private static readonly SearchValues<char> Unreserved =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~");

    /// <summary>A challenge has the form of base64url(SHA-256): 43 characters.</summary>
    public static bool IsChallenge(string text) => text.Length == 43 && !text.AsSpan().ContainsAnyExcept(Base64UrlCharacters);

    /// <summary>RFC 7636 §4.1: 43 to 128 unreserved characters.</summary>
    public static bool IsVerifier(string text) => text.Length is >= 43 and <= 128 && !text.AsSpan().ContainsAnyExcept(Unreserved);

    public static bool Matches(string verifier, string challenge)
    {
        if (!IsVerifier(verifier)) return false;
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        Span<byte> ascii = stackalloc byte[128];
        SHA256.HashData(ascii[..Encoding.ASCII.GetBytes(verifier, ascii)], hash);
        Span<byte> computed = stackalloc byte[43];
        Base64Url.EncodeToUtf8(hash, computed);
        Span<byte> expected = stackalloc byte[43];
        return challenge.Length == 43
            && Encoding.ASCII.GetBytes(challenge, expected) == 43
            && CryptographicOperations.FixedTimeEquals(computed, expected);
    }
}
