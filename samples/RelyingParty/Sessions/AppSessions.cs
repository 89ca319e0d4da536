using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Samples.RelyingParty.Tokens;

namespace Samples.RelyingParty.Sessions;

/// <summary>The sessions of this app, in memory: restarting a sample signs everybody out of it.</summary>
internal sealed class AppSessions(SampleApp app, TimeProvider clock)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(8);

    private readonly ConcurrentDictionary<string, AppSession> sessions = new();

    private string CookieName => app.ClientId + "_session";

    public AppSession? Find(HttpRequest request) =>
        request.Cookies[CookieName] is { } handle
        && sessions.TryGetValue(handle, out var session) && clock.GetUtcNow() < session.ExpiresAt ? session : null;

    /// <summary>Begins a session with a new handle; one that this browser had before ends.</summary>
    public AppSession Begin(HttpContext http, TokenSet tokens, ClaimSet claims)
    {
        Remove(session => session.ExpiresAt <= clock.GetUtcNow());
        if (Find(http.Request) is { } old) sessions.TryRemove(old.Handle, out _);
        var session = new AppSession(tokens, claims, clock.GetUtcNow() + Lifetime);
        sessions[session.Handle] = session;
        http.Response.Cookies.Append(CookieName, session.Handle, Options(http));
        return session;
    }

    public void End(HttpContext http, AppSession session)
    {
        sessions.TryRemove(session.Handle, out _);
        http.Response.Cookies.Delete(CookieName, Options(http));
    }

    /// <summary>Ends what a logout token names. OIDC Back-Channel Logout §2.7.</summary>
    /// <returns>How many sessions ended.</returns>
    public int End(ClaimSet logout) => Remove(session =>
        (logout.Exact("sid") is not { } sid || session.Claims.Exact("sid") == sid)
        && (logout.Exact("sub") is not { } sub || session.Subject == sub));

    private int Remove(Predicate<AppSession> ends) =>
        sessions.Values.Count(session => ends(session) && sessions.TryRemove(session.Handle, out _));

    private static CookieOptions Options(HttpContext http) => new()
    {
        HttpOnly = true,
        Secure = http.Request.IsHttps,
        SameSite = SameSiteMode.Lax,
        Path = "/",
    };
}
