using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Samples.RelyingParty.Pages;
using Samples.RelyingParty.Sessions;
using Samples.RelyingParty.Tokens;

namespace Samples.RelyingParty.Endpoints;

/// <summary>Exchanges the refresh token for new tokens. OIDC Core §12.</summary>
internal static class RefreshEndpoint
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost("/refresh", HandleAsync);

    private static async Task<IResult> HandleAsync(HttpContext http, TokenEndpoint endpoint, IdTokens idTokens,
        AppSessions sessions, Layout layout, TimeProvider clock)
    {
        if (await PostedForm.ReadAsync(http) is not { Session: var session }) return layout.FormExpired();
        if (!session.TryBeginRefresh()) return Results.Redirect("/");
        try
        {
            // Read only now: a refresh that just ended has replaced the token.
            if (session.Tokens.RefreshToken is not { } refreshToken)
                return layout.Message("There is no refresh token", "The identity provider gave none to this app.", 400);

            // Not cancelled with the request: the old token is spent once it was sent, and the new one must be kept.
            var answer = await endpoint.RefreshAsync(refreshToken, CancellationToken.None);
            if (answer is TokenAnswer.Issued issued)
            {
                await KeepAsync(session, issued.Tokens, idTokens, clock);
                return Results.Redirect("/");
            }

            // The person may have been locked or signed out meanwhile: then this session ends as well.
            sessions.End(http, session);
            var (error, description) = (TokenAnswer.Refused)answer;
            return layout.Refused(error, description);
        }
        finally
        {
            session.EndRefresh();
        }
    }

    private static async Task KeepAsync(AppSession session, TokenSet tokens, IdTokens idTokens, TimeProvider clock)
    {
        // OIDC Core §12.2: a refresh answer need not hold an ID token; RFC 6749 §6: nor a new refresh token.
        var claims = tokens.IdToken is null
            ? session.Claims
            : await idTokens.AcceptRefreshedAsync(tokens, session.Claims, CancellationToken.None);
        session.Notice = tokens.RefreshToken is null
            ? "New tokens came. The refresh token stays the same."
            : "New tokens came, and a new refresh token replaced the old one.";
        session.Replace(tokens with
        {
            RefreshToken = tokens.RefreshToken ?? session.Tokens.RefreshToken,
            IdToken = tokens.IdToken ?? session.Tokens.IdToken,
        }, claims, clock.GetUtcNow());
    }
}
