using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace IdP.Protocol.Tokens;

/// <summary>Writes a signed JWT in compact form. RFC 7515 §7.1.</summary>
internal static class JwtWriter
{
    [ThreadStatic]
    private static (ArrayBufferWriter<byte> Buffer, Utf8JsonWriter Json)? kept;

    /// <param name="key">Signs, and names itself in the header.</param>
    /// <param name="type"><c>JWT</c>, <c>at+jwt</c>, …</param>
    /// <param name="state">Handed to <paramref name="claims"/>.</param>
    /// <param name="claims">Writes the members of the payload.</param>
    public static string Write<T>(ImportedKey key, string type, T state, Action<Utf8JsonWriter, T> claims)
    {
        var payload = Json(state, claims);
        var header = key.HeaderFor(type);
        var length = header.Length + 1 + Base64Url.GetEncodedLength(payload.Length);
        var most = length + 1 + Base64Url.GetEncodedLength(key.SignatureSize);
        var rented = ArrayPool<byte>.Shared.Rent(most);
        try
        {
            header.CopyTo(rented.AsSpan());
            rented[header.Length] = (byte)'.';
            Base64Url.EncodeToUtf8(payload, rented.AsSpan(header.Length + 1));
            Span<byte> signature = stackalloc byte[ImportedKey.LargestSignature];
            var size = key.Sign(rented.AsSpan(0, length), signature);
            rented[length] = (byte)'.';
            var end = length + 1 + Base64Url.EncodeToUtf8(signature[..size], rented.AsSpan(length + 1));
            return Encoding.ASCII.GetString(rented.AsSpan(0, end));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>A JSON object as UTF-8; the span is good until the next call on this thread.</summary>
    public static ReadOnlySpan<byte> Json<T>(T state, Action<Utf8JsonWriter, T> members)
    {
        if (kept is not { } tools)
        {
            var buffer = new ArrayBufferWriter<byte>(1024);
            kept = tools = (buffer, new Utf8JsonWriter(buffer));
        }

        tools.Buffer.ResetWrittenCount();
        tools.Json.Reset(tools.Buffer);
        tools.Json.WriteStartObject();
        members(tools.Json, state);
        tools.Json.WriteEndObject();
        tools.Json.Flush();
        return tools.Buffer.WrittenSpan;
    }
}
