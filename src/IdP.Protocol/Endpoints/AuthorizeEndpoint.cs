using IdP.Protocol.Interactions;
using IdP.Protocol.Requests;
using IdP.Verification.SignIn;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace IdP.Protocol.Endpoints;

/// <summary>Where an application sends a person. RFC 6749 §3.1, OIDC Core §3.1.2.</summary>
internal static class AuthorizeEndpoint
{
    public const string Path = "/connect/authorize";

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapMethods(Path, [HttpMethods.Get, HttpMethods.Post], HandleAsync).DisableAntiforgery();

    private static async Task<IResult> HandleAsync(
        HttpRequest http, AuthorizationFlow flow, CurrentSignIn current, ProtocolOptions options, CancellationToken ct)
    {
        // OIDC Core §3.1.2.1: GET with a query and POST with a form must both be supported.
        if (HttpMethods.IsPost(http.Method))
        {
            return (await OAuthForm.ReadParametersAsync(http, ct)).Failed(out _, out var form)
                ? ErrorPages.Show(options, ErrorReasons.Request)
                : await flow.StartAsync(form, posted: true, current);
        }

        var parameters = Parameters.Parse(http.QueryString.Value);
        return parameters is { Count: 1, Problem: null } && parameters["interaction"] is { } handle
            ? await flow.ResumeAsync(handle, current)
            : await flow.StartAsync(parameters, posted: false, current);
    }
}
