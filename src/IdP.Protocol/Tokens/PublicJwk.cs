using System.Security.Cryptography;
using System.Text.Json;
using IdP.Storage.Clients;

namespace IdP.Protocol.Tokens;

/// <summary>Somebody else's public key. RFC 7517, RFC 7518 §6.</summary>
internal sealed class PublicJwk : IDisposable
{
    private const int LeastRsaBytes = 256;
    private const int MostRsaBytes = 1024;

    private static readonly string[] Private = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

    private readonly ECDsa? ec;
    private readonly RSA? rsa;
    private readonly string? algorithm;

    private PublicJwk(JsonElement jwk, ECDsa? ec, RSA? rsa)
    {
        (this.ec, this.rsa) = (ec, rsa);
        Kid = OwnTokens.Text(jwk, "kid");
        algorithm = OwnTokens.Text(jwk, "alg");
        Thumbprint = ImportedKey.Thumbprint(ec, rsa);
    }

    public string? Kid { get; }

    /// <summary>RFC 7638.</summary>
    public string Thumbprint { get; }

    /// <returns>Null when it is not a P-256 or RSA key for signatures of at least 2048 bits, or tells a private part.</returns>
    public static PublicJwk? Read(JsonElement jwk)
    {
        if (jwk.ValueKind != JsonValueKind.Object || Private.Any(name => jwk.TryGetProperty(name, out _))) return null;
        // RFC 7517 §4.2, §4.3
        if (jwk.TryGetProperty("use", out var use) && !use.ValueEquals("sig")) return null;
        if (jwk.TryGetProperty("key_ops", out var operations)
            && (operations.ValueKind != JsonValueKind.Array || !operations.EnumerateArray().Any(o => o.ValueKind == JsonValueKind.String && o.ValueEquals("verify"))))
        {
            return null;
        }

        try
        {
            return OwnTokens.Text(jwk, "kty") switch
            {
                "EC" when OwnTokens.Text(jwk, "crv") == "P-256" => ReadEc(jwk),
                "RSA" => ReadRsa(jwk),
                _ => null,
            };
        }
        catch (CryptographicException)
        {
            // The point is not on the curve, or the like.
            return null;
        }
    }

    /// <summary>The keys of a JWK Set, without those that we cannot use.</summary>
    public static IReadOnlyList<PublicJwk> ReadSet(string? json)
    {
        if (json is null) return [];
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("keys", out var keys) && keys.ValueKind == JsonValueKind.Array
                ? [.. keys.EnumerateArray().Select(Read).OfType<PublicJwk>()]
                : [];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    /// <summary>Whether signatures of this algorithm may be verified with the key. RFC 8725 §3.1: the key decides.</summary>
    public bool Fits(string alg) => (algorithm is null || algorithm == alg)
        && (ec is not null ? alg == SigningAlgorithms.ES256 : alg is SigningAlgorithms.RS256 or SigningAlgorithms.PS256);

    public bool Verify(string alg, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) => ec is not null
        ? ec.VerifyData(data, signature, HashAlgorithmName.SHA256)
        : rsa!.VerifyData(data, signature, HashAlgorithmName.SHA256, alg == SigningAlgorithms.PS256 ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1);

    public void Dispose()
    {
        ec?.Dispose();
        rsa?.Dispose();
    }

    private static PublicJwk? ReadEc(JsonElement jwk)
    {
        if (Bytes(jwk, "x") is not { Length: 32 } x || Bytes(jwk, "y") is not { Length: 32 } y) return null;
        var key = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = x, Y = y } });
        return new PublicJwk(jwk, key, null);
    }

    private static PublicJwk? ReadRsa(JsonElement jwk)
    {
        if (Bytes(jwk, "n") is not { Length: >= LeastRsaBytes and <= MostRsaBytes } n || Bytes(jwk, "e") is not { Length: >= 1 and <= 4 } e) return null;
        // RFC 7518 §6.3.1.1: no leading zeros; and an even exponent or 1 is no key.
        if (n[0] < 0x80 && n.Length == LeastRsaBytes || n[0] == 0 || e[0] == 0 || (e[^1] & 1) == 0 || e is [1]) return null;
        var key = RSA.Create(new RSAParameters { Modulus = n, Exponent = e });
        return new PublicJwk(jwk, null, key);
    }

    private static byte[]? Bytes(JsonElement jwk, string name) => OwnTokens.Text(jwk, name) is { } text ? Jws.Decode(text) : null;
}

/// <summary>What others may sign with: asymmetric only, so that <c>none</c> and a secret made of a public key never pass.</summary>
internal static class SigningAlgorithms
{
    public const string RS256 = "RS256";
    public const string PS256 = "PS256";
    public const string ES256 = "ES256";

    public static IReadOnlyList<string> Supported { get; } = [RS256, PS256, ES256];

    /// <summary>FAPI 2.0 Security Profile §5.4.1: no PKCS#1 v1.5.</summary>
    public static IReadOnlyList<string> Fapi2 { get; } = [PS256, ES256];

    public static IReadOnlyList<string> For(Client client) => client.Profile is null ? Supported : Fapi2;
}
