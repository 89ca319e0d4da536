using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using IdP.Storage.Changes;

namespace IdP.Protocol.Tokens;

/// <summary>Reads tokens that this server signed. RFC 8725: the key decides the algorithm, the type is checked.</summary>
internal sealed class OwnTokens(KeyRing keys, ProtocolOptions options)
{
    private const int MostCharacters = 16 * 1024;

    private readonly VerifiedTokens verified = new();

    /// <summary>The payload; null when the token is not ours, or not of this type. Its expiry is the caller's to judge.</summary>
    /// <param name="catalog">Knows the keys.</param>
    /// <param name="token">As it was presented.</param>
    /// <param name="type">The expected <c>typ</c>.</param>
    public JsonElement? Read(CatalogSnapshot catalog, string token, string type)
    {
        if (token.Length > MostCharacters || token.AsSpan().ContainsAnyExceptInRange('!', '~')) return null;
        var first = token.IndexOf('.', StringComparison.Ordinal);
        var last = token.LastIndexOf('.');
        if (first <= 0 || last <= first || token.AsSpan(first + 1, last - first - 1).Contains('.')) return null;

        var rented = ArrayPool<byte>.Shared.Rent(token.Length);
        try
        {
            var ascii = rented.AsSpan(0, Encoding.ASCII.GetBytes(token, rented));
            if (ReadJson(ascii[..first]) is not { } header) return null;
            if (Text(header, "kid") is not { } kid || keys.Find(catalog, kid) is not { } key) return null;
            if (Text(header, "alg") != key.Algorithm || !string.Equals(Text(header, "typ"), type, StringComparison.OrdinalIgnoreCase)) return null;
            // RFC 7515 §4.1.11: what we never write, we do not understand.
            if (header.TryGetProperty("crit", out _)) return null;

            if (!verified.Contains(ascii))
            {
                if (!IsSigned(ascii, last, key)) return null;
                verified.Add(ascii);
            }

            if (ReadJson(ascii[(first + 1)..last]) is not { } payload) return null;
            return Text(payload, "iss") == options.Issuer ? payload : null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>A member that is a string; null when there is none, or when it is no text, such as half a surrogate pair.</summary>
    public static string? Text(JsonElement json, string name)
    {
        try
        {
            return json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    public static bool IsExpired(JsonElement payload, DateTimeOffset now) =>
        !payload.TryGetProperty("exp", out var exp) || !exp.TryGetInt64(out var seconds) || now.ToUnixTimeSeconds() >= seconds;

    /// <summary>Whether <c>aud</c>, a string or an array, has the value.</summary>
    public static bool HasAudience(JsonElement payload, string value)
    {
        if (!payload.TryGetProperty("aud", out var audience)) return false;
        return audience.ValueKind == JsonValueKind.Array
            ? audience.EnumerateArray().Any(a => a.ValueEquals(value))
            : audience.ValueKind == JsonValueKind.String && audience.ValueEquals(value);
    }

    private static bool IsSigned(ReadOnlySpan<byte> token, int last, ImportedKey key)
    {
        Span<byte> signature = stackalloc byte[ImportedKey.LargestSignature];
        return Base64Url.GetMaxDecodedLength(token.Length - last - 1) <= signature.Length
            && Base64Url.DecodeFromUtf8(token[(last + 1)..], signature, out _, out var written) == OperationStatus.Done
            && key.Verify(token[..last], signature[..written]);
    }

    private static JsonElement? ReadJson(ReadOnlySpan<byte> encoded)
    {
        var buffer = new byte[Base64Url.GetMaxDecodedLength(encoded.Length)];
        if (Base64Url.DecodeFromUtf8(encoded, buffer, out _, out var written) != OperationStatus.Done) return null;
        try
        {
            var reader = new Utf8JsonReader(buffer.AsSpan(0, written));
            var element = JsonElement.ParseValue(ref reader);
            return element.ValueKind == JsonValueKind.Object && reader.BytesConsumed == written ? element : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
