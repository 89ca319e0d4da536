using System.Runtime.CompilerServices;
using System.Text.Json;
using IdP.Protocol.Requests;
using IdP.Protocol.Tokens;
using IdP.Storage.Clients;
using IdP.Storage.Database;
using IdP.Storage.Grants;
using Microsoft.AspNetCore.Http;

namespace IdP.Protocol.ClientAuthentication;

/// <summary>A client signs a short statement with its registered key. RFC 7523 §2.2 and §3, OIDC Core §9.</summary>
internal sealed class PrivateKeyJwt(IdPDatabase database, TimeProvider clock, ProtocolOptions options) : IClientAuthenticationMethod
{
    public const string AssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    /// <summary>How far ahead an assertion may expire, and how long ago it may have been made.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    // FAPI 2.0 Security Profile §5.3.2.1: clocks may differ by ten seconds.
    public static readonly TimeSpan Leeway = TimeSpan.FromSeconds(10);

    // A client's object is replaced with the snapshot it came with; its imported keys go with it.
    private readonly ConditionalWeakTable<Client, IReadOnlyList<PublicJwk>> keys = [];

    public string Name => "private_key_jwt";

    public Result<Credentials>? Read(HttpRequest http, OAuthForm form)
    {
        var (assertion, type) = (form["client_assertion"], form["client_assertion_type"]);
        if (assertion is null && type is null) return null;
        if (assertion is null) return OAuthError.InvalidRequest("The parameter client_assertion is missing.");
        if (type is null) return OAuthError.InvalidRequest("The parameter client_assertion_type is missing.");
        if (type != AssertionType) return ClientAuthenticator.Failed;
        // A key that the statement brings along itself proves nothing.
        if (Jws.Parse(assertion) is not { } jws || jws.Header.TryGetProperty("jwk", out _)) return ClientAuthenticator.Failed;
        return OwnTokens.Text(jws.Payload, "sub") is { Length: > 0 } id ? new Credentials(id, assertion) { Assertion = jws } : ClientAuthenticator.Failed;
    }

    public async ValueTask<Result<bool>> VerifyAsync(Credentials credentials, Client? client, IEnumerable<ClientSecret> secrets, CancellationToken ct)
    {
        if (client is null || client.TokenEndpointAuthMethod != Name || credentials.Assertion is not { } assertion) return false;
        var now = clock.GetUtcNow();
        if (!IsTyped(assertion) || !IsSigned(assertion, client)) return false;
        if (OwnTokens.Text(assertion.Payload, "iss") != client.ClientId || OwnTokens.Text(assertion.Payload, "sub") != client.ClientId) return false;
        if (!IsForUs(assertion.Payload, client) || !IsTimely(assertion, now, out var expiresAt)) return false;
        if (OwnTokens.Text(assertion.Payload, "jti") is not { Length: > 0 and <= 512 } jti) return false;
        // Spent last: whoever cannot sign for the client cannot use up its identifiers.
        return await database.WriteAsync(s => s.SpendAsync("client:" + client.ClientId, jti, expiresAt));
    }

    // RFC 8725 §3.11: a statement made for another purpose says so by its type.
    private static bool IsTyped(Jws assertion) =>
        !assertion.Header.TryGetProperty("typ", out _)
        || string.Equals(assertion.Type, "JWT", StringComparison.OrdinalIgnoreCase)
        || string.Equals(assertion.Type, "client-authentication+jwt", StringComparison.OrdinalIgnoreCase);

    private bool IsSigned(Jws assertion, Client client)
    {
        if (assertion.Algorithm is not { } algorithm || !SigningAlgorithms.For(client).Contains(algorithm)) return false;

        var fitting = keys.GetValue(client, static c => PublicJwk.ReadSet(c.Jwks)).Where(k => k.Fits(algorithm));
        if (assertion.Header.TryGetProperty("kid", out _)) fitting = fitting.Where(k => k.Kid is { } kid && kid == OwnTokens.Text(assertion.Header, "kid"));
        // OIDC Core §10.1: with several keys the header must name the one.
        return fitting.Take(2).ToList() is [var key] && assertion.IsSignedBy(key);
    }

    // RFC 7523 §3: we are the audience. RFC 9126 §2 wants three spellings of us accepted; FAPI 2.0 one, as a string.
    private bool IsForUs(JsonElement payload, Client client)
    {
        if (!payload.TryGetProperty("aud", out var audience)) return false;
        if (client.Profile is null && audience.ValueKind == JsonValueKind.Array && audience.GetArrayLength() == 1) audience = audience[0];
        if (audience.ValueKind != JsonValueKind.String) return false;
        return audience.ValueEquals(options.Issuer)
            || (client.Profile is null && (audience.ValueEquals(options.TokenEndpoint) || audience.ValueEquals(options.PushedAuthorizationEndpoint)));
    }

    private static bool IsTimely(Jws assertion, DateTimeOffset now, out DateTimeOffset expiresAt)
    {
        expiresAt = default;
        if (!assertion.TryReadTime("exp", out var exp) || !assertion.TryReadTime("iat", out var iat) || !assertion.TryReadTime("nbf", out var nbf)) return false;
        if (exp is not { } end || end <= now || end > now + Longest + Leeway) return false;
        if (iat > now + Leeway || iat < now - Longest - Leeway || nbf > now + Leeway) return false;
        expiresAt = end;
        return true;
    }
}
