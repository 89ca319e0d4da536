using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;

namespace IdP.Server.Admin.Api;

/// <summary>Strong entity tags: a hash of what the API shows, so that whoever changes something can say which state they saw. RFC 9110 §8.8.3.</summary>
internal static class ETags
{
    public static string Of<T>(T representation) =>
        "\"" + Base64Url.EncodeToString(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(representation, ApiJson.Options)).AsSpan(0, 16)) + "\"";

    /// <summary>To be asked inside the transaction of the change.</summary>
    /// <param name="ifMatch">The header as it was sent; null: whatever the state is.</param>
    /// <exception cref="StaleException">The state is another than the one that the caller saw.</exception>
    public static void Demand<T>(string? ifMatch, T representation)
    {
        if (ifMatch is null or "*") return;
        var tag = Of(representation);
        if (!ifMatch.Split(',').Any(given => given.Trim() == tag)) throw new StaleException();
    }
}

/// <summary><c>If-Match</c> does not match.</summary>
internal sealed class StaleException : Exception;
