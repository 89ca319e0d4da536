using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.WebUtilities;
using Samples.RelyingParty.Provider;
using Samples.RelyingParty.SignIn;

namespace Samples.RelyingParty.Endpoints;

/// <summary>Sends the browser to the provider. OIDC Core §3.1.2.1.</summary>
internal static class LoginEndpoint
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/login", (HttpContext http, ProviderDocuments provider, ClientSettings client,
            PendingSignIns pending, string? prompt, CancellationToken ct) =>
            // Only the one value the page offers: the address is open to any site that links here.
            SendAsync(http, provider, client, pending, prompt == "login" ? prompt : null, acrValues: null, ct));

        routes.MapGet("/step-up", (HttpContext http, ProviderDocuments provider, ClientSettings client,
            PendingSignIns pending, CancellationToken ct) =>
            SendAsync(http, provider, client, pending, prompt: null, "mfa", ct));
    }

    private static async Task<IResult> SendAsync(HttpContext http, ProviderDocuments provider, ClientSettings client,
        PendingSignIns pending, string? prompt, string? acrValues, CancellationToken ct)
    {
        var metadata = await provider.GetMetadataAsync(ct);
        var signIn = PendingSignIn.Begin(acrValues);
        pending.Keep(http, signIn);
        return Results.Redirect(QueryHelpers.AddQueryString(metadata.AuthorizationEndpoint,
            new Dictionary<string, string?>
            {
                ["response_type"] = "code",
                ["client_id"] = client.ClientId,
                ["redirect_uri"] = client.RedirectUri,
                ["scope"] = client.Scopes,
                ["state"] = signIn.State,
                ["nonce"] = signIn.Nonce,
                ["code_challenge"] = signIn.CodeChallenge,
                ["code_challenge_method"] = "S256",
                ["prompt"] = prompt,
                ["acr_values"] = acrValues,
            }));
    }
}
