using System.Collections.Frozen;
using IdP.Protocol.Requests;
using IdP.Storage.Changes;
using IdP.Storage.Clients;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace IdP.Protocol.Endpoints;

/// <summary>Lets browser apps call the endpoints that they need. Never the authorization endpoint.</summary>
internal static class Cors
{
    extension(RouteHandlerBuilder endpoint)
    {
        /// <summary>Origins of registered clients only.</summary>
        public RouteHandlerBuilder AllowRegisteredOrigins() => endpoint.AddEndpointFilter(async (context, next) =>
        {
            await AnswerAsync(context.HttpContext);
            return await next(context);
        });

        /// <summary>What is public anyway.</summary>
        public RouteHandlerBuilder AllowAnyOrigin() => endpoint.AddEndpointFilter((context, next) =>
        {
            context.HttpContext.Response.Headers.AccessControlAllowOrigin = "*";
            return next(context);
        });
    }

    /// <summary>Answers the question that a browser asks before the request itself.</summary>
    public static void MapPreflight(this IEndpointRouteBuilder routes, string path, string methods) =>
        routes.MapMethods(path, [HttpMethods.Options], async (HttpContext http) =>
        {
            var response = http.Response;
            response.StatusCode = StatusCodes.Status204NoContent;
            response.Headers.Allow = methods;
            if (!await AnswerAsync(http)) return;
            response.Headers.AccessControlAllowMethods = methods;
            response.Headers.AccessControlAllowHeaders = "Authorization, Content-Type, DPoP";
            response.Headers.AccessControlMaxAge = "600";
        });

    private static async ValueTask<bool> AnswerAsync(HttpContext http)
    {
        // Said also without an origin: a cache must not hand the answer for one to another.
        http.Response.Headers.Append("Vary", "Origin");
        if (http.Request.Headers.Origin is not [{ Length: > 0 } origin]) return false;
        var snapshot = await http.RequestServices.GetRequiredService<Catalog>().GetAsync();
        if (!snapshot.Derived(Registered).Origins.Contains(origin)) return false;
        http.Response.Headers.AccessControlAllowOrigin = origin;
        http.Response.Headers.AccessControlExposeHeaders = "WWW-Authenticate, DPoP-Nonce";
        return true;
    }

    private static AllowedOrigins Registered(CatalogSnapshot snapshot)
    {
        var clients = snapshot.Clients.Values.Where(c => c.DisabledAt is null).ToList();
        var own = clients.Where(c => c.Type == ClientType.Public).SelectMany(c => c.RedirectUris).Select(RedirectUris.Origin).OfType<string>();
        return new AllowedOrigins(own.Concat(clients.SelectMany(c => c.AllowedOrigins)).ToFrozenSet(StringComparer.Ordinal));
    }

    private sealed record AllowedOrigins(FrozenSet<string> Origins);
}
