using System.Text.Json;
using IdP.Protocol.ClientAuthentication;
using IdP.Protocol.Grants;
using IdP.Protocol.Requests;
using IdP.Protocol.Tokens;
using IdP.Verification.Decisions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace IdP.Protocol.Endpoints;

/// <summary>What this server can do. OIDC Discovery §4, RFC 8414 §3: one document under both names.</summary>
internal static class DiscoveryEndpoint
{
    public const string OpenIdPath = "/.well-known/openid-configuration";
    public const string OAuthPath = "/.well-known/oauth-authorization-server";

    public static void Map(IEndpointRouteBuilder routes)
    {
        foreach (var path in (string[])[OpenIdPath, OAuthPath])
        {
            routes.MapMethods(path, [HttpMethods.Get, HttpMethods.Head], static (DiscoveryDocument document) => document.Answer).AllowAnyOrigin();
        }
    }
}

/// <summary>Written once, from what is registered.</summary>
internal sealed class DiscoveryDocument
{
    public DiscoveryDocument(ProtocolOptions options, GrantTypes grants, ClientAuthenticator clients)
    {
        var body = JwtWriter.Json((options.Issuer, grants, clients), static (json, of) => Write(json, of.Issuer, of.grants, of.clients)).ToArray();
        Answer = OAuthResults.Public(body, "application/json", options.DiscoveryMaxAge);
    }

    public IResult Answer { get; }

    private static void Write(Utf8JsonWriter json, string issuer, GrantTypes grants, ClientAuthenticator clients)
    {
        json.WriteString("issuer", issuer);
        json.WriteString("authorization_endpoint", issuer + AuthorizeEndpoint.Path);
        json.WriteString("token_endpoint", issuer + TokenEndpoint.Path);
        json.WriteString("userinfo_endpoint", issuer + UserInfoEndpoint.Path);
        json.WriteString("jwks_uri", issuer + JwksEndpoint.Path);
        json.WriteString("introspection_endpoint", issuer + IntrospectionEndpoint.Path);
        json.WriteString("revocation_endpoint", issuer + RevocationEndpoint.Path);
        json.WriteString("pushed_authorization_request_endpoint", issuer + PushedAuthorizationEndpoint.Path);
        json.WriteString("device_authorization_endpoint", issuer + DeviceAuthorizationEndpoint.Path);
        json.WriteString("end_session_endpoint", issuer + EndSessionEndpoint.Path);

        List(json, "response_types_supported", ["code"]);
        List(json, "response_modes_supported", ResponseModes.Supported);
        List(json, "grant_types_supported", grants.Names);
        List(json, "scopes_supported", Scopes.Supported);
        List(json, "claims_supported", UserClaims.Supported);
        List(json, "acr_values_supported", Acr.Supported);
        List(json, "prompt_values_supported", ["none", "login", "consent", "select_account"]);
        List(json, "code_challenge_methods_supported", [Pkce.Method]);
        List(json, "subject_types_supported", ["public"]);
        List(json, "claim_types_supported", ["normal"]);
        List(json, "id_token_signing_alg_values_supported", Algorithms.Supported);
        List(json, "ui_locales_supported", ["en", "de"]);

        List(json, "token_endpoint_auth_methods_supported", clients.Methods);
        List(json, "revocation_endpoint_auth_methods_supported", clients.Methods);
        // RFC 7662 §2.1: never without proof.
        List(json, "introspection_endpoint_auth_methods_supported", clients.Methods.Where(m => m != "none"));

        // RFC 8414 §2: with private_key_jwt the algorithms must be told.
        foreach (var endpoint in (string[])["token", "revocation", "introspection"])
        {
            List(json, endpoint + "_endpoint_auth_signing_alg_values_supported", SigningAlgorithms.Supported);
        }

        List(json, "dpop_signing_alg_values_supported", SigningAlgorithms.Supported);
        json.WriteBoolean("authorization_response_iss_parameter_supported", true);
        json.WriteBoolean("backchannel_logout_supported", true);
        json.WriteBoolean("backchannel_logout_session_supported", true);
        json.WriteBoolean("claims_parameter_supported", true);
        json.WriteBoolean("require_pushed_authorization_requests", false);
        json.WriteBoolean("request_parameter_supported", false);
        json.WriteBoolean("request_uri_parameter_supported", false);
        json.WriteBoolean("require_request_uri_registration", false);
    }

    private static void List(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
