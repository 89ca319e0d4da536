using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Samples.RelyingParty.Pages;

/// <summary>
/// The style sheet and the icon, carried in the library so that each app is one folder less to deploy.
/// </summary>
internal static class Assets
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/ui.css", (HttpResponse response) => File(response, "ui.css", "text/css; charset=utf-8"));
        routes.MapGet("/mark.svg", (HttpResponse response) => File(response, "mark.svg", "image/svg+xml"));
    }

    private static IResult File(HttpResponse response, string name, string type)
    {
        response.Headers.CacheControl = "public, max-age=3600";
        return Results.Stream(typeof(Assets).Assembly.GetManifestResourceStream(name)!, type);
    }
}
