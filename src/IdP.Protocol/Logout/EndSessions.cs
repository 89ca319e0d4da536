using IdP.Verification.SignIn;

namespace IdP.Protocol.Logout;

/// <summary>
/// Ends the session at this browser: the row, the grants that live with it, the cookies. Applications
/// that took part are told (OpenID Connect Back-Channel Logout).
/// </summary>
public sealed class EndSessions(Sessions sessions, CurrentSignIn current)
{
    /// <summary>Signs out whoever is signed in here.</summary>
    /// <returns>Whether somebody was.</returns>
    public async Task<bool> EndCurrentAsync()
    {
        var who = await current.SessionAsync();
        var ended = who is not null && await sessions.EndAsync(who, who.Session.Id, current.Origin);
        current.Clear();
        return ended;
    }
}
