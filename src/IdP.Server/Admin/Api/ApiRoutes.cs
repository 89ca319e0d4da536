using IdP.Server.Admin.Access;
using IdP.Server.Admin.Audit;
using IdP.Server.Admin.Clients;
using IdP.Server.Admin.Campaigns;
using IdP.Server.Admin.Groups;
using IdP.Server.Admin.Keys;
using IdP.Server.Admin.Mails;
using IdP.Server.Admin.Settings;
using IdP.Server.Admin.PolicyRules;
using IdP.Server.Admin.Tokens;
using IdP.Server.Admin.Users;
using IdP.Server.Admin.Users.Import;
using IdP.Server.Cli.Remote;
using IdP.Server.Configuration;
using Microsoft.AspNetCore.Routing.Template;

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
            UserApi.Map(routes);
            UserActApi.Map(routes);
            ClientApi.Map(routes);
            TokenApi.Map(routes);
            GroupApi.Map(routes);
            SettingApi.Map(routes);
            KeyApi.Map(routes);
            MailApi.Map(routes);
            ApplyApi.Map(routes);
            AuditApi.Map(routes);
            PolicyApi.Map(routes);
            OpenApi.Map(routes);
            CampaignApi.Map(routes);
            ImportApi.Map(routes);
            CommandApi.Map(routes);
            return app;
        }
    }

    /// <summary>The right without which the route is not run; null: every admin's.</summary>
    public static TBuilder Needs<TBuilder>(this TBuilder route, Right? right)
        where TBuilder : IEndpointConventionBuilder => route.WithMetadata(new Needed(right));

    /// <summary>Every route of the API with its method and its path below <see cref="Root"/>.</summary>
    public static IEnumerable<(string Method, string Path, RouteEndpoint Endpoint)> Of(EndpointDataSource endpoints) =>
        from endpoint in endpoints.Endpoints.OfType<RouteEndpoint>()
        let path = "/" + endpoint.RoutePattern.RawText!.TrimStart('/')
        where path.StartsWith(Root + "/", StringComparison.Ordinal)
        from method in endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? []
        select (method, path[Root.Length..], endpoint);

    /// <summary>What is wrong with a request that no route takes: its path, its method or the type of its body.</summary>
    public static ApiProblem NoRoute(HttpContext http, EndpointDataSource endpoints)
    {
        var path = http.Request.Path.Value![Root.Length..];
        var allowed = Of(endpoints).Where(route => new TemplateMatcher(TemplateParser.Parse(route.Path.TrimStart('/')), []).TryMatch(path, []))
            .Select(route => route.Method).Distinct().Order(StringComparer.Ordinal).ToList();
        if (allowed.Count == 0) return ApiProblem.NotFound($"{http.Request.Path} in this API");
        if (allowed.Contains(http.Request.Method))
            return new(StatusCodes.Status415UnsupportedMediaType, "unsupportedMediaType", "Send a body of the type application/json.");
        http.Response.Headers.Allow = string.Join(", ", allowed);
        return new(StatusCodes.Status405MethodNotAllowed, "methodNotAllowed", $"{http.Request.Method} is not possible here. Possible: {string.Join(", ", allowed)}.");
    }

    /// <summary>Says what a route needs; one that says nothing is not run.</summary>
    internal sealed record Needed(Right? Right);
}
