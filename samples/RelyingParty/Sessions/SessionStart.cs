using Microsoft.AspNetCore.Http;
using Samples.RelyingParty.Provider;
using Samples.RelyingParty.SignIn;
using Samples.RelyingParty.Tokens;

namespace Samples.RelyingParty.Sessions;

/// <summary>Turns an accepted ID token into a session of the app.</summary>
internal sealed class SessionStart(AppSessions sessions, UserInfo userInfo)
{
    public async Task BeginAsync(
        HttpContext http, TokenSet tokens, ClaimSet claims, PendingSignIn signIn, CancellationToken ct)
    {
        var session = sessions.Begin(http, tokens, claims);
        session.SignedInFor = signIn.ReturnTo;
        // OIDC Core §5.5.1.1: acr_values is a wish, so the client looks at what it got.
        if (signIn.Demanded is not null && claims.Exact("acr") is not ("mfa" or "phr"))
            session.Notice =
                $"Identity verification was asked for, but the level reached is {claims["acr"] ?? "unknown"}.";
        // OIDC Core §5.4: with a code, a provider may leave the profile to UserInfo.
        if (claims["name"] is null) session.Profile = await ProfileAsync(tokens.AccessToken, session.Subject, ct);
    }

    private async Task<ClaimSet?> ProfileAsync(string accessToken, string subject, CancellationToken ct)
    {
        try
        {
            return await userInfo.GetAsync(accessToken, subject, ct);
        }
        catch (ProviderException)
        {
            return null;    // Only a name is missing then; the person is signed in.
        }
    }
}
