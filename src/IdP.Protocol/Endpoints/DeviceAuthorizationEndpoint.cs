using IdP.Protocol.ClientAuthentication;
using IdP.Protocol.Grants;
using IdP.Protocol.Interactions;
using IdP.Protocol.ProofOfPossession;
using IdP.Protocol.Requests;
using IdP.Storage.Changes;
using IdP.Verification.SignIn;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace IdP.Protocol.Endpoints;

/// <summary>A device without a browser begins here and tells the person to go to another one. RFC 8628 §3.1.</summary>
internal static class DeviceAuthorizationEndpoint
{
    public const string Path = "/connect/device";

    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost(Path, HandleAsync).DisableAntiforgery();

    private static async Task<IResult> HandleAsync(
        HttpRequest http, ClientAuthenticator clients, DpopProofs proofs, DeviceRequests devices, Catalog catalog, ProtocolOptions options,
        CancellationToken ct)
    {
        if ((await OAuthForm.ReadAsync(http, ct)).Failed(out var error, out var form)) return OAuthResults.Json(error);
        var snapshot = await catalog.GetAsync();
        if ((await clients.AuthenticateAsync(http, form, snapshot, ct)).Failed(out error, out var client)) return OAuthResults.Json(error);
        // FAPI 2.0 Security Profile §5.3.1: that profile has the code flow only.
        if (!client.GrantTypes.Contains(DeviceCodeGrant.Name) || client.Profile is not null)
        {
            return OAuthResults.Json(OAuthError.UnauthorizedClient("The application is not registered for the device grant."));
        }

        // RFC 6749 §3.3: without a scope there is nothing that the person could be told.
        if (form["scope"] is not { } scope) return OAuthResults.Json(OAuthError.InvalidScope("The parameter scope is missing."));
        if (Scopes.Read(scope, client.Scopes).Failed(out error, out var scopes)) return OAuthResults.Json(error);
        // RFC 8707 §2.1
        if (Resources.Read(form[Resources.Parameter], client, snapshot, options.Issuer).Failed(out error, out var resources)) return OAuthResults.Json(error);
        if (resources.Length > 0 && Resources.Limit(scopes, resources, snapshot, options.Issuer).Length == 0)
        {
            return OAuthResults.Json(Resources.InvalidTarget("None of the requested scopes is one of the resource."));
        }

        if ((await proofs.ReadAsync(http, Path, client)).Failed(out error, out var possession)) return OAuthResults.Json(error);

        if (await devices.BeginAsync(client, scopes, resources, possession.Jkt, RequestOrigin.Of(http.HttpContext)) is not { } begun)
        {
            return OAuthResults.Json(RequestLimits.TooMany);
        }

        // §3.2
        return OAuthResults.Json(begun, static (json, device) =>
        {
            json.WriteString("device_code"u8, device.DeviceCode);
            json.WriteString("user_code"u8, device.UserCode);
            json.WriteString("verification_uri"u8, device.VerificationUri);
            json.WriteString("verification_uri_complete"u8, $"{device.VerificationUri}?user_code={device.UserCode}");
            json.WriteNumber("expires_in"u8, (int)DeviceRequests.Lifetime.TotalSeconds);
            json.WriteNumber("interval"u8, DeviceRequests.Interval);
        });
    }
}
