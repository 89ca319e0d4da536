using System.Globalization;
using System.Threading.RateLimiting;
using IdP.Server.Admin.Access;
using IdP.Server.Hosting;
using IdP.Server.Pages;
using IdP.Storage;
using IdP.Verification.SignIn;
using Microsoft.AspNetCore.Authorization;

namespace IdP.Server.Admin.Api;

/// <summary>Before every route: who calls, how often, with what right. After it: every refusal as a problem.</summary>
internal sealed class ApiGuard(ApiCallers callers, RandomSource random, ToldErrors told, ILogger<ApiGuard> log) : IDisposable
{
    private const int WindowSeconds = 10;

    // On this node, for each token.
    private readonly PartitionedRateLimiter<Actor> rate = PartitionedRateLimiter.Create<Actor, string>(actor =>
        RateLimitPartition.GetFixedWindowLimiter(actor.Name, _ => new FixedWindowRateLimiterOptions { PermitLimit = 500, Window = TimeSpan.FromSeconds(WindowSeconds) }));

    public async Task InvokeAsync(HttpContext http, RequestDelegate next)
    {
        http.Response.Headers.CacheControl = "no-store";
        var endpoint = http.GetEndpoint();
        if (endpoint?.Metadata.GetMetadata<IAllowAnonymous>() is not null)
        {
            await (UnknownParameter(http, endpoint)?.ExecuteAsync(http) ?? next(http));
            return;
        }

        if (await JudgeAsync(http, endpoint) is { } problem)
        {
            await problem.ExecuteAsync(http);
            return;
        }

        try
        {
            await next(http);
        }
        catch (Exception refused) when (!http.Response.HasStarted && ApiProblem.Of(refused) is not null)
        {
            await ApiProblem.Of(refused)!.ExecuteAsync(http);
        }
        catch (BadHttpRequestException broken) when (!http.Response.HasStarted)
        {
            await new ApiProblem(broken.StatusCode, "invalid", broken.StatusCode == StatusCodes.Status413PayloadTooLarge ? "The body is too large." : "The request cannot be read.").ExecuteAsync(http);
        }
        catch (Exception failed) when (!http.Response.HasStarted && !http.RequestAborted.IsCancellationRequested)
        {
            var reference = random.NewReference("ER");
            log.RequestFailed(failed, reference);
            if (http.Items[typeof(Actor)] is Actor actor) await told.KeepAsync(actor.Name, actor.UserId, $"API ({StatusCodes.Status500InternalServerError}) at {http.Request.Path}", reference, RequestOrigin.Of(http));
            await new ApiProblem(StatusCodes.Status500InternalServerError, "serverError", $"This is our fault. Tell whoever runs this server the reference {reference}.").ExecuteAsync(http);
        }
    }

    public void Dispose() => rate.Dispose();

    private async Task<ApiProblem?> JudgeAsync(HttpContext http, Endpoint? endpoint)
    {
        if (await CallerAsync(http) is not { } actor) return Unauthorized(http);
        using var lease = rate.AttemptAcquire(actor);
        if (!lease.IsAcquired)
        {
            http.Response.Headers.RetryAfter = WindowSeconds.ToString(CultureInfo.InvariantCulture);
            return new ApiProblem(StatusCodes.Status429TooManyRequests, "tooManyRequests", "This token asks too often. Wait, then go on.");
        }

        http.Items[typeof(Actor)] = actor;
        // A condition that nobody looks at would be taken for one that held. RFC 9110 §13.1.1.
        if (http.Request.Headers.IfMatch.Count > 0 && !HttpMethods.IsPatch(http.Request.Method) && endpoint?.Metadata.GetMetadata<ApiDescriptions.Condition>() is null)
            return ApiProblem.Field("If-Match", "is not looked at here.");
        // A route that says nothing is not run either.
        if (endpoint?.Metadata.GetMetadata<ApiRoutes.Needed>() is not { } needed) return ApiRoutes.NoRoute(http, http.RequestServices.GetRequiredService<EndpointDataSource>());

        return needed.Right is { } right && !actor.Has(right) ? ApiProblem.Forbidden($"This needs the right {Rights.Scope(right)}.") : UnknownParameter(http, endpoint);
    }

    // A filter that nobody reads would let everything through, a dryRun with a slip do it. What a route takes it says itself.
    private static ApiProblem? UnknownParameter(HttpContext http, Endpoint endpoint)
    {
        var known = endpoint.Metadata.GetOrderedMetadata<ApiDescriptions.Parameter>();
        return http.Request.Query.Keys.FirstOrDefault(given => known.All(parameter => parameter.Name != given)) is { } unknown ? ApiProblem.Field(unknown, "is no parameter here.") : null;
    }

    private async Task<Actor?> CallerAsync(HttpContext http) =>
        http.Request.Headers.Authorization is [{ } header] && header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)
            ? await callers.FindAsync(header["Bearer ".Length..].Trim())
            : null;

    // RFC 6750 §3.
    private static ApiProblem Unauthorized(HttpContext http)
    {
        var given = http.Request.Headers.Authorization.Count > 0;
        http.Response.Headers.WWWAuthenticate = given ? "Bearer error=\"invalid_token\"" : "Bearer";
        return new(StatusCodes.Status401Unauthorized, "unauthorized", given
            ? "The token is unknown, too old or revoked, or its owner may not administer now."
            : "Send an API token as Authorization: Bearer. An admin makes one in the console, or with idp tokens add.");
    }
}
