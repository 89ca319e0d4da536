using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace IdP.Tests.Protocol.Strictness;

/// <summary>Writes JWTs in every wrong way.</summary>
internal sealed class TestKey : IDisposable
{
    private readonly ECDsa own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa other = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public JsonObject Jwk => PublicJwk(own);

    public JsonObject OtherJwk => PublicJwk(other);

    public string Jwks => new JsonObject { ["keys"] = new JsonArray(With(Jwk, ("kid", "k1"), ("use", "sig"))) }.ToJsonString();

    public string Thumbprint => E(SHA256.HashData(Encoding.ASCII.GetBytes($$"""{"crv":"P-256","kty":"EC","x":"{{Jwk["x"]}}","y":"{{Jwk["y"]}}"}""")));

    /// <summary>A new JWT with changes; <paramref name="how"/> as <see cref="Sign"/> has it.</summary>
    public string Write(JsonObject header, JsonObject payload, IEnumerable<string> changes, DateTimeOffset now)
    {
        var (rawHeader, rawPayload, how) = Change(header, payload, changes, now, "own");
        return Sign(rawHeader, rawPayload, how, own.ExportSubjectPublicKeyInfo(), "");
    }

    /// <summary>A JWT of somebody else, changed.</summary>
    public string Forge(string token, IEnumerable<string> changes, DateTimeOffset now, byte[] publicKey)
    {
        var parts = token.Split('.');
        var (header, payload, how) = Change(Read(parts[0]), Read(parts[1]), changes, now, "keep");
        return Sign(header, payload, how, publicKey, parts[2]);
    }

    public void Dispose()
    {
        own.Dispose();
        other.Dispose();
    }

    public static string E(byte[] bytes) => Base64Url.EncodeToString(bytes);

    private string Sign(string header, string payload, string how, byte[] publicKey, string signature)
    {
        var signed = $"{E(Encoding.UTF8.GetBytes(header))}.{E(Encoding.UTF8.GetBytes(payload))}";
        var data = Encoding.ASCII.GetBytes(signed);
        return how switch
        {
            "keep" => $"{signed}.{signature}",
            "none" => $"{signed}.",
            "bare" => signed,
            "hs" => $"{signed}.{E(HMACSHA256.HashData(publicKey, data))}",
            "pem" => $"{signed}.{E(HMACSHA256.HashData(Encoding.ASCII.GetBytes(PemEncoding.WriteString("PUBLIC KEY", publicKey)), data))}",
            "empty" => $"{signed}.{E(HMACSHA256.HashData(Array.Empty<byte>(), data))}",
            "zero" => $"{signed}.{E(new byte[64])}",
            "der" => $"{signed}.{E(own.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence))}",
            "padded" => $"{signed}.{E(own.SignData(data, HashAlgorithmName.SHA256))}==",
            "other" => $"{signed}.{E(other.SignData(data, HashAlgorithmName.SHA256))}",
            "own" => $"{signed}.{E(own.SignData(data, HashAlgorithmName.SHA256))}",
            _ => throw new FormatException(how),
        };
    }

    // h.NAME=JSON and c.NAME=JSON set a member (null removes it), h!JSON and c!JSON replace the whole, sign=HOW.
    private (string Header, string Payload, string How) Change(JsonObject header, JsonObject payload, IEnumerable<string> changes, DateTimeOffset now, string how)
    {
        string? rawHeader = null, rawPayload = null;
        foreach (var change in changes)
        {
            if (change.StartsWith("sign=", StringComparison.Ordinal)) how = change[5..];
            else if (change.StartsWith("h!", StringComparison.Ordinal)) rawHeader = change[2..];
            else if (change.StartsWith("c!", StringComparison.Ordinal)) rawPayload = change[2..];
            else
            {
                var (members, equals) = (change[0] == 'h' ? header : payload, change.IndexOf('=', StringComparison.Ordinal));
                var (name, value) = (change[2..equals], change[(equals + 1)..]);
                members.Remove(name);
                if (value != "null") members[name] = Value(value, now);
            }
        }

        return (rawHeader ?? header.ToJsonString(), rawPayload ?? payload.ToJsonString(), how);
    }

    private JsonNode Value(string text, DateTimeOffset now)
    {
        if (text.StartsWith("now", StringComparison.Ordinal)) return now.ToUnixTimeSeconds() + (text.Length > 3 ? int.Parse(text[3..], null) : 0);
        if (text == "ownjwk") return Jwk;
        if (text == "otherjwk") return OtherJwk;
        if (text == "privatejwk") return With(Jwk, ("d", E(own.ExportParameters(true).D!)));
        return text[0] is '{' or '[' or '"' or '-' or (>= '0' and <= '9') || text is "true" or "false" ? JsonNode.Parse(text)! : JsonValue.Create(text)!;
    }

    private static JsonObject Read(string part) => JsonNode.Parse(Base64Url.DecodeFromChars(part))!.AsObject();

    private static JsonObject With(JsonObject json, params (string Name, string Value)[] members)
    {
        foreach (var (name, value) in members) json[name] = value;
        return json;
    }

    private static JsonObject PublicJwk(ECDsa key)
    {
        var q = key.ExportParameters(false).Q;
        return new JsonObject { ["kty"] = "EC", ["crv"] = "P-256", ["x"] = E(q.X!), ["y"] = E(q.Y!) };
    }
}
