using Samples.RelyingParty.Sessions;
using Samples.RelyingParty.Tokens;

namespace Samples.RelyingParty.Apis;

/// <summary>Access tokens for the API that the app calls.</summary>
internal sealed class ApiTokens(TokenEndpoint endpoint, ClientSettings client, TimeProvider clock)
{
    // A token must not expire on its way.
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(30);

    /// <summary>The token at hand, or a new one for the refresh token.</summary>
    /// <returns>Null when the provider gives none any more: the person has to sign in again.</returns>
    public async Task<string?> GetAsync(AppSession session, CancellationToken ct)
    {
        await session.BeginRefreshAsync(ct);
        try
        {
            if (session.ApiToken is { } kept && clock.GetUtcNow() < kept.ExpiresAt - Margin) return kept.Value;
            if (session.Tokens.RefreshToken is not { } refreshToken) return null;

            // Not cancelled with the request: the old refresh token is spent once it was sent, and the new one must be kept.
            var answer = await endpoint.RefreshAsync(refreshToken, client.Resource, CancellationToken.None);
            if (answer is not TokenAnswer.Issued { Tokens: var tokens }) return null;
            session.KeepForApi(tokens, clock.GetUtcNow());
            return tokens.AccessToken;
        }
        finally
        {
            session.EndRefresh();
        }
    }
}
