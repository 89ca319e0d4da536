using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Samples.RelyingParty.Pages;
using Samples.RelyingParty.Sessions;
using Samples.RelyingParty.Tokens;

namespace Samples.RelyingParty.Endpoints;

/// <summary>Shows what UserInfo says now.</summary>
internal static class UserInfoEndpoint
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/userinfo", HandleAsync);

    private static async Task<IResult> HandleAsync(
        HttpRequest request, AppSessions sessions, UserInfo userInfo, Layout layout, CancellationToken ct)
    {
        if (sessions.Find(request) is not { } session) return Results.Redirect("/");
        var claims = await userInfo.GetAsync(session.Tokens.AccessToken, session.Subject, ct);
        return layout.Page("UserInfo", Html.Of($"""
            <section class="card flow">
            <h2>UserInfo</h2>
            {ClaimTable.Of(claims, "userinfo")}
            <p><a class="btn" href="/">Back</a></p>
            </section>
            """), session);
    }
}
