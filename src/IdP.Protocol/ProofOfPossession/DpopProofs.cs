using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using IdP.Protocol.Tokens;
using IdP.Storage.Clients;
using IdP.Storage.Database;
using IdP.Storage.Grants;
using Microsoft.AspNetCore.Http;

namespace IdP.Protocol.ProofOfPossession;

/// <summary>A key that the sender of a request has shown to hold.</summary>
/// <param name="Jkt">Its thumbprint (RFC 7638); null: the request had no proof.</param>
internal sealed record Possession(string? Jkt)
{
    public static Possession None { get; } = new((string?)null);
}

/// <summary>Checks the <c>DPoP</c> header. RFC 9449 §4.3.</summary>
internal sealed class DpopProofs(IdPDatabase database, DpopNonces nonces, TimeProvider clock, ProtocolOptions options)
{
    public const string Header = "DPoP";
    public const string NonceHeader = "DPoP-Nonce";
    public const string Type = "dpop+jwt";
    public const string Invalid = "invalid_dpop_proof";

    /// <summary>How old a proof may be.</summary>
    public static readonly TimeSpan Oldest = TimeSpan.FromMinutes(1);

    // FAPI 2.0 Security Profile §5.3.2.1: clocks may differ by ten seconds.
    public static readonly TimeSpan Leeway = TimeSpan.FromSeconds(10);

    private const int MostCharacters = 8 * 1024;

    /// <summary>Whether a client gets nothing but bound tokens (RFC 9449 §5.2).</summary>
    public static bool IsDemandedOf(Client client) => client.DpopBoundAccessTokens || client.Profile is not null;

    /// <summary>Reads the proof of a request that a client sends for itself.</summary>
    /// <returns>The possession, or none without the header; an error also when the client must prove a key and does not.</returns>
    public async ValueTask<Result<Possession>> ReadAsync(HttpRequest http, string path, Client client)
    {
        var read = await ReadAsync(http, path, client, accessToken: null);
        if (read.Failed(out _, out var possession) || possession.Jkt is not null || !IsDemandedOf(client)) return read;
        OfferNonce(http);
        return new OAuthError(Invalid, "This application must prove possession of a key: send a DPoP header.");
    }

    /// <summary>Reads the proof of a request.</summary>
    /// <param name="http">The request; its answer gets a nonce for the next one.</param>
    /// <param name="path">Of the endpoint, to be appended to the issuer: what a request says of its host proves nothing.</param>
    /// <param name="client">Who sends it: a profile demands a nonce, whatever the option says, and has fewer algorithms.</param>
    /// <param name="accessToken">The token it comes with, which the proof must name; null: none.</param>
    public async ValueTask<Result<Possession>> ReadAsync(HttpRequest http, string path, Client client, string? accessToken)
    {
        var headers = http.Headers[Header];
        if (headers.Count == 0) return Possession.None;
        OfferNonce(http);
        // §4.3 check 1
        if (headers is not [{ Length: > 0 and <= MostCharacters } text]) return Refused("there must be one, of at most 8192 characters");
        if (Jws.Parse(text) is not { } proof) return Refused("it is not a signed JWT");
        if (proof.Type != Type) return Refused("its typ must be dpop+jwt");
        var allowed = SigningAlgorithms.For(client);
        if (proof.Algorithm is not { } algorithm || !allowed.Contains(algorithm)) return Refused($"its alg must be one of {string.Join(", ", allowed)}");
        if (!proof.Header.TryGetProperty("jwk", out var jwk)) return Refused("its header must have the public key as jwk");
        using var key = PublicJwk.Read(jwk);
        if (key is null) return Refused("its jwk must be a public P-256 or RSA key");
        if (!proof.IsSignedBy(key)) return Refused("its signature does not fit its jwk");

        if (CheckClaims(proof, http.Method, options.Issuer + path, accessToken) is { } wrong) return wrong;
        if (!proof.TryReadTime("iat", out var iat) || iat is not { } madeAt) return Refused("iat must be a time in seconds since 1970");
        if (CheckNonce(proof, client.Profile is not null) is { } stale) return stale;
        var now = clock.GetUtcNow();
        if (madeAt > now + Leeway || madeAt < now - Oldest) return Refused("iat is not about now");

        // §11.1: spent last, because a proof that is refused has done nothing.
        var jti = OwnTokens.Text(proof.Payload, "jti")!;
        return await database.WriteAsync(s => s.SpendAsync("dpop:" + key.Thumbprint, jti, madeAt + Oldest + Leeway))
            ? new Possession(key.Thumbprint)
            : Refused("its jti was used before");
    }

    /// <summary>§4.3: without query and fragment, and after normalization.</summary>
    internal static bool IsSameAddress(string htu, string endpoint)
    {
        if (!Uri.TryCreate(htu, UriKind.Absolute, out var given) || given.UserInfo.Length > 0) return false;
        var expected = new Uri(endpoint);
        return given.Scheme == expected.Scheme && given.Port == expected.Port
            && string.Equals(given.IdnHost, expected.IdnHost, StringComparison.OrdinalIgnoreCase)
            && string.Equals(given.AbsolutePath, expected.AbsolutePath, StringComparison.Ordinal);
    }

    private static OAuthError? CheckClaims(Jws proof, string method, string endpoint, string? accessToken)
    {
        var payload = proof.Payload;
        if (OwnTokens.Text(payload, "jti") is not { Length: > 0 and <= 512 }) return Refused("jti is missing or too long");
        if (OwnTokens.Text(payload, "htm") != method) return Refused("htm must be the request's method");
        if (OwnTokens.Text(payload, "htu") is not { } htu || !IsSameAddress(htu, endpoint)) return Refused("htu must be the address of this endpoint");
        return accessToken is null || OwnTokens.Text(payload, "ath") == HashOf(accessToken)
            ? null
            : Refused("ath must be the hash of the access token");
    }

    private OAuthError? CheckNonce(Jws proof, bool mustHave)
    {
        var there = proof.Payload.TryGetProperty("nonce", out _);
        if (!there && !mustHave && !options.DpopNonces) return null;
        return OwnTokens.Text(proof.Payload, "nonce") is { } nonce && nonces.IsGood(nonce)
            ? null
            : new OAuthError("use_dpop_nonce", "The DPoP proof must have the nonce of the DPoP-Nonce header of this answer.");
    }

    private void OfferNonce(HttpRequest http) => http.HttpContext.Response.Headers[NonceHeader] = nonces.Current;

    private static string HashOf(string accessToken) => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(accessToken)));

    private static OAuthError Refused(string why) => new(Invalid, $"The DPoP proof was refused: {why}.");
}
