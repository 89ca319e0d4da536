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
        HttpRequest http, AuthorizationFlow flow, PushedRequests pushedRequests, CurrentSignIn current, ProtocolOptions options, CancellationToken ct)
    {
        // OIDC Core §3.1.2.1: GET with a query and POST with a form must both be supported.
        var posted = HttpMethods.IsPost(http.Method);
        var parameters = Parameters.Parse(http.QueryString.Value);
        if (posted && (await OAuthForm.ReadParametersAsync(http, ct)).Failed(out _, out parameters)) return ErrorPages.Show(options, ErrorReasons.Request);

        if (!posted && parameters is { Count: 1, Problem: null } && parameters["interaction"] is { } handle) return await flow.ResumeAsync(handle, current);
        if (parameters["request_uri"]?.StartsWith(PushedRequests.Prefix, StringComparison.Ordinal) != true)
        {
            return await flow.StartAsync(new AuthorizationRequest(parameters), posted, current);
        }

        // RFC 9126 §4, RFC 9101 §6.3: what was pushed counts, and nothing else in the address does. Without it nobody
        // knows where an error might go.
        return await pushedRequests.FindAsync(parameters["request_uri"]!, parameters["client_id"]) is { } pushed
            ? await flow.StartAsync(pushed, posted, current)
            : ErrorPages.Show(options, ErrorReasons.Link);
    }
}
