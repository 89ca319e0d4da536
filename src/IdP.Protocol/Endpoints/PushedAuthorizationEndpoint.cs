using IdP.Protocol.ClientAuthentication;
using IdP.Protocol.Interactions;
using IdP.Protocol.ProofOfPossession;
using IdP.Protocol.Requests;
using IdP.Storage.Changes;
using IdP.Verification.SignIn;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace IdP.Protocol.Endpoints;

/// <summary>A client leaves its authorization request here and sends the person with a reference to it. RFC 9126.</summary>
internal static class PushedAuthorizationEndpoint
{
    public const string Path = "/connect/par";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost(Path, HandleAsync).DisableAntiforgery().AllowRegisteredOrigins();
        routes.MapPreflight(Path, "POST");
    }

    private static async Task<IResult> HandleAsync(
        HttpRequest http, ClientAuthenticator clients, DpopProofs proofs, PushedRequests pushedRequests, Catalog catalog, ProtocolOptions options,
        CancellationToken ct)
    {
        if ((await OAuthForm.ReadAsync(http, ct)).Failed(out var error, out var form)) return OAuthResults.Json(error);
        var snapshot = await catalog.GetAsync();
        if ((await clients.AuthenticateAsync(http, form, snapshot, ct)).Failed(out error, out var client)) return OAuthResults.Json(error);

        // §2.1: a reference cannot be left in place of a request.
        if (form["request_uri"] is not null) return OAuthResults.Json(OAuthError.InvalidRequest("The parameter request_uri cannot be pushed."));

        // RFC 9449 §10.1: a proof here binds the code, as dpop_jkt does.
        if ((await proofs.ReadAsync(http, Path, client)).Failed(out error, out var possession)) return OAuthResults.Json(error);
        if (form["dpop_jkt"] is { } jkt && possession.Jkt is { } proven && jkt != proven)
        {
            return OAuthResults.Json(OAuthError.InvalidRequest("The dpop_jkt names another key than that of the DPoP proof."));
        }

        var request = PushedRequests.Read(form, client, possession.Jkt);
        error = AuthorizationChecks.CheckRedirectUri(request, client) ?? AuthorizationChecks.Check(request, client)
            ?? AuthorizationChecks.CheckResource(request, client, snapshot, options.Issuer);
        if (error is not null) return OAuthResults.Json(error);

        if (await pushedRequests.StoreAsync(request, client, RequestOrigin.Of(http.HttpContext)) is not { } uri) return OAuthResults.Json(RequestLimits.TooMany);
        http.HttpContext.Response.StatusCode = StatusCodes.Status201Created;
        return OAuthResults.Json(uri, static (json, requestUri) =>
        {
            json.WriteString("request_uri"u8, requestUri);
            json.WriteNumber("expires_in"u8, (int)PushedRequests.Lifetime.TotalSeconds);
        });
    }
}
