using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Samples.RelyingParty.Pages;
using Samples.RelyingParty.Sessions;

namespace Samples.RelyingParty.Endpoints;

internal static class HomeEndpoint
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/", Handle);

    private static IResult Handle(HttpRequest request, SampleApp app, AppSessions sessions, Layout layout)
    {
        if (sessions.Find(request) is not { } session) return layout.Page(app.Name, HomePage.SignedOut(app));
        var notice = session.Notice;
        session.Notice = null;
        return layout.Page(app.Name, HomePage.SignedIn(app, session, notice), session);
    }
}
