using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Samples.RelyingParty.SignIn;

namespace Samples.RelyingParty.Endpoints;

/// <summary>The ways to the provider that a page of the app offers.</summary>
internal static class LoginEndpoint
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/login", (HttpContext http, SignInRequests requests, string? prompt, CancellationToken ct) =>
            // Only the one value the page offers: the address is open to any site that links here.
            requests.SendAsync(http, PendingSignIn.Begin(demanded: null, returnTo: null),
                new Dictionary<string, string?> { ["prompt"] = prompt == "login" ? prompt : null }, ct));

        routes.MapGet("/step-up", (HttpContext http, SignInRequests requests, CancellationToken ct) =>
            requests.SendAsync(http, PendingSignIn.Begin(demanded: "mfa", returnTo: null),
                new Dictionary<string, string?> { ["acr_values"] = "mfa" }, ct));
    }
}
