using System.Text.Json;
using System.Text.Json.Serialization;

namespace Samples.RelyingParty.Provider;

/// <summary>The parts of the discovery document that this client uses. OIDC Discovery §3, RFC 8414 §2.</summary>
internal sealed record ProviderMetadata
{
    [JsonPropertyName("issuer")] public required string Issuer { get; init; }
    [JsonPropertyName("authorization_endpoint")] public required string AuthorizationEndpoint { get; init; }
    [JsonPropertyName("token_endpoint")] public required string TokenEndpoint { get; init; }
    [JsonPropertyName("jwks_uri")] public required string JwksUri { get; init; }
    [JsonPropertyName("userinfo_endpoint")] public string? UserInfoEndpoint { get; init; }
    [JsonPropertyName("revocation_endpoint")] public string? RevocationEndpoint { get; init; }
    [JsonPropertyName("end_session_endpoint")] public string? EndSessionEndpoint { get; init; }
    [JsonPropertyName("code_challenge_methods_supported")] public string[] CodeChallengeMethods { get; init; } = [];
    [JsonPropertyName("authorization_response_iss_parameter_supported")] public bool SendsIssuer { get; init; }

    public static ProviderMetadata Read(JsonElement json, string authority)
    {
        ProviderMetadata metadata;
        try
        {
            metadata = json.Deserialize<ProviderMetadata>()!;
        }
        catch (JsonException e)
        {
            throw new ProviderException("The discovery document lacks a required field.", e);
        }

        // OIDC Discovery §4.3: the document must speak for exactly the issuer that was asked for.
        if (metadata.Issuer != authority)
            throw new ProviderException("The discovery document names another issuer than the one configured.");
        // RFC 9700 §2.1.1: a client makes sure that its PKCE challenge will not be ignored.
        if (!metadata.CodeChallengeMethods.Contains("S256"))
            throw new ProviderException("The identity provider does not announce PKCE with S256.");
        return metadata;
    }
}
