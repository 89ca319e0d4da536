using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Samples.RelyingParty.Provider;

namespace Samples.RelyingParty.Tokens;

/// <summary>Redeems codes and refresh tokens, and gives tokens back when they are no longer needed.</summary>
internal sealed class TokenEndpoint(HttpClient http, ProviderDocuments provider, ClientSettings client)
{
    /// <summary>RFC 6749 §4.1.3 with the code verifier of RFC 7636 §4.5.</summary>
    public Task<TokenAnswer> RedeemCodeAsync(string code, string codeVerifier, CancellationToken ct) =>
        SendAsync(new()
        {
            ["grant_type"] = "authorization_code",
            ["code"] = code,
            ["redirect_uri"] = client.RedirectUri,
            ["code_verifier"] = codeVerifier,
        }, OwnResource, ct);

    /// <summary>RFC 6749 §6; the access token is for the provider's UserInfo.</summary>
    public Task<TokenAnswer> RefreshAsync(string refreshToken, CancellationToken ct) =>
        RefreshAsync(refreshToken, OwnResource, ct);

    /// <summary>RFC 8707 §2.2: the access token is for one of the resources that the authorization request named.</summary>
    public Task<TokenAnswer> RefreshAsync(string refreshToken, string? resource, CancellationToken ct) =>
        SendAsync(new() { ["grant_type"] = "refresh_token", ["refresh_token"] = refreshToken }, resource, ct);

    /// <summary>
    /// Gives a refresh token back (RFC 7009); a failure is not told, the person signs out either way.
    /// </summary>
    public async Task TryRevokeAsync(string refreshToken, CancellationToken ct)
    {
        try
        {
            if ((await provider.GetMetadataAsync(ct)).RevocationEndpoint is not { } endpoint) return;
            using var request = Post(endpoint, new()
            {
                ["token"] = refreshToken,
                ["token_type_hint"] = "refresh_token",
            });
            using var _ = await http.SendAsync(request, ct);
        }
        catch (Exception e) when (e is ProviderException or HttpRequestException or TaskCanceledException)
        {
            // Signing out goes on at the provider's end session endpoint.
        }
    }

    // An access token for one place each: the API could otherwise show it at UserInfo, and the other way round. An app
    // without an API names nothing and gets one for UserInfo.
    private string? OwnResource => client.Resource is null ? null : client.Authority;

    private async Task<TokenAnswer> SendAsync(Dictionary<string, string> form, string? resource, CancellationToken ct)
    {
        if (resource is not null) form["resource"] = resource;
        using var request = Post((await provider.GetMetadataAsync(ct)).TokenEndpoint, form);
        var (status, json) = await http.SendForJsonAsync(request, ct);
        if (status == 200) return new TokenAnswer.Issued(TokenSet.Read(json));
        return TokenSet.Text(json, "error") is { } error
            ? new TokenAnswer.Refused(error, TokenSet.Text(json, "error_description"))
            : throw new ProviderException($"The token endpoint answered {status} without an error code.");
    }

    private HttpRequestMessage Post(string endpoint, Dictionary<string, string> form) => new(HttpMethod.Post, endpoint)
    {
        Content = new FormUrlEncodedContent(form),
        Headers =
        {
            Authorization = ClientSecretBasic(client),
            Accept = { new MediaTypeWithQualityHeaderValue("application/json") },
        },
    };

    // RFC 6749 §2.3.1: id and secret are form-encoded before they are joined, so that a colon in one cannot split them.
    private static AuthenticationHeaderValue ClientSecretBasic(ClientSettings client) =>
        new("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes(
            $"{WebUtility.UrlEncode(client.ClientId)}:{WebUtility.UrlEncode(client.ClientSecret)}")));
}
