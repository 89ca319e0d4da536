using Microsoft.Net.Http.Headers;
using Samples.Api.Tokens;

namespace Samples.Api.Guarding;

/// <summary>Lets a request reach its endpoint when the access token meets the endpoint's <see cref="Demand"/>.</summary>
internal sealed class Guard(RequestDelegate next, AccessTokens tokens, TimeProvider clock)
{
    private const string Scheme = "Bearer ";

    public async Task InvokeAsync(HttpContext http)
    {
        http.Response.Headers.CacheControl = "no-store";
        // What is no route of ours (404, 405) has nothing to guard.
        if (http.GetEndpoint() is not RouteEndpoint endpoint)
        {
            await next(http);
            return;
        }

        // An endpoint that names no demand is a mistake, and not open to everybody.
        var demand = endpoint.Metadata.GetRequiredMetadata<Demand>();
        await (await CheckAsync(http, demand) is { } refusal ? refusal.WriteAsync(http.Response) : next(http));
    }

    private async Task<Refusal?> CheckAsync(HttpContext http, Demand demand)
    {
        // RFC 6750 §2: in the header alone; in an address it would end up in logs.
        if (http.Request.Headers.Authorization is not [{ } header]
            || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) return Refusal.NoToken;

        switch (await tokens.CheckAsync(header[Scheme.Length..].Trim(), http.RequestAborted))
        {
            case TokenCheck.Good { Caller: var caller }:
                http.Features.Set(caller);
                return Check(caller, demand);
            case TokenCheck.Bad { Why: var why }:
                return Refusal.InvalidToken(why);
            default:
                http.Response.Headers[HeaderNames.RetryAfter] = "10";
                return Refusal.ProviderAway;
        }
    }

    // The scope first: a step-up cannot give what the client may not do.
    private Refusal? Check(Caller caller, Demand demand) =>
        !caller.Scopes.Contains(demand.Scope) ? Refusal.InsufficientScope(demand)
        : !demand.IsReached(caller) ? Refusal.StepUp(demand, "A different authentication level is required.")
        : !demand.IsRecent(caller, clock.GetUtcNow()) ? Refusal.StepUp(demand, "More recent authentication is required.")
        : null;
}
