using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using IdP.Storage.Clients;
using IdP.Storage.Keys;

namespace IdP.Protocol.Tokens;

/// <summary>A signing key, ready to sign and to verify. Importing costs more than signing, so it is kept.</summary>
internal sealed class ImportedKey
{
    public const int LargestSignature = 512;

    private readonly ECDsa? ec;
    private readonly RSA? rsa;
    private readonly ConcurrentDictionary<string, byte[]> headers = new(StringComparer.Ordinal);

    public ImportedKey(string kid, string algorithm, ReadOnlySpan<byte> pkcs8)
    {
        (Kid, Algorithm) = (kid, algorithm);
        if (algorithm == Algorithms.ES256)
        {
            ec = ECDsa.Create();
            ec.ImportPkcs8PrivateKey(pkcs8, out _);
        }
        else
        {
            rsa = RSA.Create();
            rsa.ImportPkcs8PrivateKey(pkcs8, out _);
        }
    }

    public string Kid { get; }

    public string Algorithm { get; }

    public int SignatureSize => rsa is null ? 64 : rsa.KeySize / 8;

    /// <summary>The base64url of the JOSE header.</summary>
    public byte[] HeaderFor(string type) => headers.GetOrAdd(type, static (name, key) =>
        Encoding.ASCII.GetBytes(Base64Url.EncodeToString(Encoding.UTF8.GetBytes($$"""{"alg":"{{key.Algorithm}}","kid":"{{key.Kid}}","typ":"{{name}}"}"""))), this);

    public int Sign(ReadOnlySpan<byte> data, Span<byte> signature) => rsa is null
        ? ec!.SignData(data, signature, HashAlgorithmName.SHA256)
        : rsa.SignData(data, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

    public bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) => rsa is null
        ? ec!.VerifyData(data, signature, HashAlgorithmName.SHA256)
        : rsa.VerifyData(data, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

    /// <summary>The public part. RFC 7517.</summary>
    public void WriteJwk(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        foreach (var (name, value) in PublicMembers(ec, rsa)) json.WriteString(name, value);
        json.WriteString("use", "sig");
        json.WriteString("alg", Algorithm);
        json.WriteString("kid", Kid);
        json.WriteEndObject();
    }

    /// <summary>RFC 7638: base64url of the SHA-256 of the required members in alphabetical order.</summary>
    public static string Thumbprint(ECDsa? ec, RSA? rsa)
    {
        var members = PublicMembers(ec, rsa).OrderBy(m => m.Name, StringComparer.Ordinal).Select(m => $"\"{m.Name}\":\"{m.Value}\"");
        return Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes("{" + string.Join(',', members) + "}")));
    }

    private static (string Name, string Value)[] PublicMembers(ECDsa? ec, RSA? rsa)
    {
        if (ec is not null)
        {
            var point = ec.ExportParameters(includePrivateParameters: false).Q;
            return [("kty", "EC"), ("crv", "P-256"), ("x", Base64Url.EncodeToString(point.X)), ("y", Base64Url.EncodeToString(point.Y))];
        }

        var key = rsa!.ExportParameters(includePrivateParameters: false);
        return [("kty", "RSA"), ("n", Base64Url.EncodeToString(key.Modulus)), ("e", Base64Url.EncodeToString(key.Exponent))];
    }
}

internal static class Algorithms
{
    public const string RS256 = "RS256";
    public const string ES256 = "ES256";

    public static IReadOnlyList<string> Supported { get; } = [RS256, ES256];

    /// <summary>What tokens for a client are signed with. FAPI 2.0 Security Profile §5.4.1 has no PKCS#1 v1.5.</summary>
    public static string For(Client client, string chosen) => client.Profile is null ? chosen : ES256;
}
