using IdP.Server.Admin.Access;
using IdP.Server.Admin.Groups;
using IdP.Server.Admin.Tokens;

namespace IdP.Server.Admin.Api;

/// <summary>The REST API: each area maps its own routes, and <see cref="ApiGuard"/> stands before all of them.</summary>
internal static class ApiRoutes
{
    public const string Root = "/api/v1";

    extension(WebApplication app)
    {
        public WebApplication MapApi()
        {
            var guard = app.Services.GetRequiredService<ApiGuard>();
            app.UseWhen(http => http.Request.Path.StartsWithSegments(Root, StringComparison.Ordinal), api => api.Use(guard.InvokeAsync));
            var routes = app.MapGroup(Root);
            TokenApi.Map(routes);
            GroupApi.Map(routes);
            routes.Map("/{**path}", (HttpContext http) => ApiProblem.NotFound($"{http.Request.Method} {http.Request.Path} in this API")).Needs(null).ExcludeFromDescription();
            return app;
        }
    }

    /// <summary>The right without which the route is not run; null: every admin's.</summary>
    public static TBuilder Needs<TBuilder>(this TBuilder route, Right? right)
        where TBuilder : IEndpointConventionBuilder => route.WithMetadata(new Needed(right));

    /// <summary>Says what a route needs; one that says nothing is not run.</summary>
    internal sealed record Needed(Right? Right);
}
