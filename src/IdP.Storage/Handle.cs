using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace IdP.Storage;

/// <summary>Random strings that are shown once and presented again later: codes, tokens, cookie values.</summary>
/// <remarks>A handle carries 256 bits, so that a plain SHA-256 of it can be stored: nothing can be guessed back.</remarks>
public static class Handle
{
    /// <summary>A new handle: 43 characters of base64url, 256 bits.</summary>
    public static string New(RandomSource random)
    {
        Span<byte> bytes = stackalloc byte[32];
        random.Fill(bytes);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>What is stored in place of a handle: base64url of its SHA-256, 43 characters.</summary>
    public static string HashOf(string handle)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        if (handle.Length <= 512)
        {
            Span<byte> utf8 = stackalloc byte[Encoding.UTF8.GetMaxByteCount(512)];
            SHA256.HashData(utf8[..Encoding.UTF8.GetBytes(handle, utf8)], hash);
        }
        else
        {
            SHA256.HashData(Encoding.UTF8.GetBytes(handle), hash);
        }

        return Base64Url.EncodeToString(hash);
    }
}
