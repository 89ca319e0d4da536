using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace IdP.Protocol.Tokens;

/// <summary>A signed JWT that somebody else wrote: taken apart, not yet believed. RFC 7515 §5.2, RFC 7519 §7.2.</summary>
internal sealed class Jws
{
    private const int MostCharacters = 16 * 1024;

    // What a key set of ours decides is not taken from the token itself.
    private static readonly string[] KeysOfItsOwn = ["jku", "x5u", "x5c"];

    private readonly byte[] signed;
    private readonly byte[] signature;

    private Jws(JsonElement header, JsonElement payload, byte[] signed, byte[] signature) =>
        (Header, Payload, this.signed, this.signature) = (header, payload, signed, signature);

    public JsonElement Header { get; }

    public JsonElement Payload { get; }

    public string? Algorithm => OwnTokens.Text(Header, "alg");

    public string? Type => OwnTokens.Text(Header, "typ");

    /// <returns>Null when the text is not a JWT in compact form, or its header names extensions or keys that we do not follow.</returns>
    public static Jws? Parse(string token)
    {
        if (token.Length > MostCharacters || token.AsSpan().ContainsAnyExceptInRange('!', '~')) return null;
        var parts = token.Split('.');
        if (parts.Length != 3 || Decode(parts[2]) is not { Length: > 0 } signature) return null;
        if (ReadJson(parts[0]) is not { } header || ReadJson(parts[1]) is not { } payload) return null;
        // RFC 7515 §4.1.11: an extension that is not understood. RFC 8725 §3.10: addresses of keys are never followed.
        if (header.TryGetProperty("crit", out _) || KeysOfItsOwn.Any(name => header.TryGetProperty(name, out _))) return null;
        return new Jws(header, payload, Encoding.ASCII.GetBytes(token[..token.LastIndexOf('.')]), signature);
    }

    public bool IsSignedBy(PublicJwk key) => Algorithm is { } algorithm && key.Fits(algorithm) && key.Verify(algorithm, signed, signature);

    /// <summary>A claim in seconds since 1970.</summary>
    /// <returns>False when it is there and is no such number.</returns>
    public bool TryReadTime(string name, out DateTimeOffset? time)
    {
        time = null;
        if (!Payload.TryGetProperty(name, out var value)) return true;
        // RFC 7519 §2: a NumericDate may have a fraction. The year 9999 ends long before this.
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out var seconds) || seconds is not (>= 0 and < 250_000_000_000)) return false;
        time = DateTimeOffset.FromUnixTimeMilliseconds((long)(seconds * 1000));
        return true;
    }

    public static byte[]? Decode(string text)
    {
        if (text.AsSpan().ContainsAny('=', ' ')) return null;
        var buffer = new byte[Base64Url.GetMaxDecodedLength(text.Length)];
        return Base64Url.DecodeFromChars(text, buffer, out _, out var written) == OperationStatus.Done ? buffer[..written] : null;
    }

    private static JsonElement? ReadJson(string encoded)
    {
        if (Decode(encoded) is not { } bytes) return null;
        try
        {
            // RFC 7515 §4: a member twice is refused, because two readers may see two values.
            using var document = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = 8, AllowDuplicateProperties = false });
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
