using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Samples.RelyingParty.Provider;

namespace Samples.RelyingParty.SignIn;

/// <summary>Sends the browser to the provider. OIDC Core §3.1.2.1.</summary>
internal sealed class SignInRequests(ProviderDocuments provider, ClientSettings client, PendingSignIns pending)
{
    /// <param name="http">Gets the cookie of the pending sign-in.</param>
    /// <param name="signIn">What to remember until the answer comes.</param>
    /// <param name="wishes"><c>prompt</c>, <c>acr_values</c> and <c>max_age</c>, as far as there are any.</param>
    /// <param name="ct">Ends the wait for the discovery document.</param>
    public async Task<IResult> SendAsync(
        HttpContext http, PendingSignIn signIn, IReadOnlyDictionary<string, string?> wishes, CancellationToken ct)
    {
        var metadata = await provider.GetMetadataAsync(ct);
        pending.Keep(http, signIn);
        return Results.Redirect(QueryHelpers.AddQueryString(metadata.AuthorizationEndpoint,
            new Dictionary<string, string?>(wishes)
            {
                ["response_type"] = "code",
                ["client_id"] = client.ClientId,
                ["redirect_uri"] = client.RedirectUri,
                ["scope"] = client.Scopes,
                ["state"] = signIn.State,
                ["nonce"] = signIn.Nonce,
                ["code_challenge"] = signIn.CodeChallenge,
                ["code_challenge_method"] = "S256",
                // RFC 8707 §2.1: the API for which access tokens are going to be asked.
                ["resource"] = client.Resource,
            }));
    }
}
