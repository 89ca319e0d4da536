using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.WebUtilities;
using Samples.RelyingParty.Pages;
using Samples.RelyingParty.Provider;
using Samples.RelyingParty.Sessions;
using Samples.RelyingParty.SignIn;
using Samples.RelyingParty.Tokens;

namespace Samples.RelyingParty.Endpoints;

/// <summary>Signs out here, then at the provider. OIDC RP-Initiated Logout §2.</summary>
internal static class LogoutEndpoint
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/logout", HandleAsync);
        routes.MapGet("/signed-out", SignedOut);
    }

    private static async Task<IResult> HandleAsync(HttpContext http, SampleApp app, ClientSettings client,
        ProviderDocuments provider, TokenEndpoint endpoint, AppSessions sessions, Layout layout, CancellationToken ct)
    {
        if (await PostedForm.ReadAsync(http) is not { Session: var session }) return layout.FormExpired();

        // The app's own session ends first, whatever happens at the provider.
        sessions.End(http, session);
        if (session.Tokens.RefreshToken is { } refreshToken) await endpoint.TryRevokeAsync(refreshToken, ct);
        if ((await provider.GetMetadataAsync(ct)).EndSessionEndpoint is not { } endSession)
            return Results.Redirect("/signed-out");

        var state = RandomValue.New();
        http.Response.Cookies.Append(CookieName(app), state, Options(http));
        return Results.Redirect(QueryHelpers.AddQueryString(endSession, new Dictionary<string, string?>
        {
            ["id_token_hint"] = session.Tokens.IdToken,
            ["client_id"] = client.ClientId,
            ["post_logout_redirect_uri"] = client.PostLogoutRedirectUri,
            ["state"] = state,
        }));
    }

    private static IResult SignedOut(
        HttpContext http, SampleApp app, AppSessions sessions, Layout layout, string? state)
    {
        // Anyone can link here, so the page looks before it says something.
        if (sessions.Find(http.Request) is not null) return Results.Redirect("/");
        var everywhere = RandomValue.Same(http.Request.Cookies[CookieName(app)], state);
        http.Response.Cookies.Delete(CookieName(app), Options(http));
        return layout.Message("You are signed out", everywhere
            ? $"You are signed out of {app.Name} and of the identity provider."
            : $"You are signed out of {app.Name}.");
    }

    private static string CookieName(SampleApp app) => app.ClientId + "_signout";

    private static CookieOptions Options(HttpContext http) => new()
    {
        HttpOnly = true,
        Secure = http.Request.IsHttps,
        SameSite = SameSiteMode.Lax,
        Path = "/signed-out",
        MaxAge = TimeSpan.FromMinutes(10),
    };
}
