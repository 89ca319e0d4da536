using System.Net.Http.Headers;
using Samples.RelyingParty.Provider;

namespace Samples.RelyingParty.Tokens;

/// <summary>Asks the provider about the person the access token stands for. OIDC Core §5.3.</summary>
internal sealed class UserInfo(HttpClient http, ProviderDocuments provider)
{
    public async Task<ClaimSet> GetAsync(string accessToken, string subject, CancellationToken ct)
    {
        var endpoint = (await provider.GetMetadataAsync(ct)).UserInfoEndpoint
            ?? throw new ProviderException("The identity provider has no UserInfo endpoint.");
        using var request = new HttpRequestMessage(HttpMethod.Get, endpoint)
        {
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", accessToken) },
        };

        var (status, json) = await http.SendForJsonAsync(request, ct);
        if (status != 200)
            throw new ProviderException(
                $"UserInfo answered {status} ({TokenSet.Text(json, "error") ?? "without an error code"}).");
        // OIDC Core §5.3.2: an answer about someone else must not be used.
        return TokenSet.Text(json, "sub") == subject
            ? new ClaimSet(json)
            : throw new ProviderException("UserInfo answered about another person.");
    }
}
