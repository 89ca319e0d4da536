using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Samples.RelyingParty.Provider;
using Samples.RelyingParty.Sessions;
using Samples.RelyingParty.Tokens;

namespace Samples.RelyingParty.Endpoints;

/// <summary>The provider says that someone signed out elsewhere. OIDC Back-Channel Logout §2.5 to §2.8.</summary>
internal static class BackChannelLogoutEndpoint
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost("/backchannel-logout", HandleAsync);

    // No form token here: the provider posts, not a browser, and the signed logout token is what is believed.
    private static async Task<IResult> HandleAsync(HttpContext http, SampleApp app, LogoutTokens logoutTokens,
        AppSessions sessions, ILogger<LogoutTokens> logger, CancellationToken ct)
    {
        if (!http.Request.HasFormContentType) return Refuse("The request is not a form.");
        var form = await http.Request.ReadFormAsync(ct);
        if (form["logout_token"] is not { Count: 1 } token) return Refuse("There must be one logout_token.");
        try
        {
            var ended = sessions.End(await logoutTokens.AcceptAsync(token[0]!, ct));
            logger.SessionsEnded(app.Name, ended);
            return Results.Ok();
        }
        catch (ProviderException e)
        {
            logger.LogoutTokenRefused(app.Name, e.Message);
            return Refuse(e.Message);
        }
    }

    // §2.8: 400 with an error of RFC 6749 §5.2.
    private static IResult Refuse(string why) => Results.Json(
        new Dictionary<string, string> { ["error"] = "invalid_request", ["error_description"] = why },
        statusCode: StatusCodes.Status400BadRequest);
}
