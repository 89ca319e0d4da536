using IdP.Storage;
using IdP.Storage.Database;
using IdP.Storage.Users;
using Microsoft.AspNetCore.Http;

namespace IdP.Verification.SignIn;

/// <summary>Who is at this browser: reads and writes the two cookies, once per request.</summary>
public sealed class CurrentSignIn(IHttpContextAccessor accessor, IdPDatabase database, Sessions sessions, RememberedBrowsers browsers, TimeProvider clock, SignInOptions options)
{
    private const string PendingQuery = $"""
        SELECT p.id, p.handle_hash, p.user_id, p.password_at, p.expires_at, p.credential_generation, p.address, p.user_agent,
            p.password_for, p.verified_at, p.verified_for, p.amr, {PersonRow.Columns}
        FROM pending_sign_ins p JOIN users u ON u.id = p.user_id {PersonRow.Joins}
        WHERE p.handle_hash = @p0 AND p.expires_at > @p1 AND p.credential_generation = u.credential_generation
        """;

    private SignedIn? session;
    private bool sessionRead;
    private SigningIn? pending;
    private bool pendingRead;

    private HttpContext Http => accessor.HttpContext ?? throw new InvalidOperationException("There is no request.");

    private string SessionCookie => options.SecureCookies ? "__Host-idp_session" : "idp_session";

    private string RememberedCookie => options.SecureCookies ? "__Host-idp_remembered" : "idp_remembered";

    private string PendingCookie => options.SecureCookies ? "__Host-idp_pending" : "idp_pending";

    /// <summary>From where this request comes.</summary>
    public RequestOrigin Origin => RequestOrigin.Of(Http);

    /// <summary>The live session, or null.</summary>
    public async ValueTask<SignedIn?> SessionAsync()
    {
        if (sessionRead) return session;
        if (Http.Request.Cookies[SessionCookie] is { Length: 43 } handle && await sessions.FindAsync(handle) is { } found)
        {
            session = found with { Remembered = await RememberedAsync(found.Person) };
        }

        sessionRead = true;
        return session;
    }

    /// <summary>The pending sign-in, or null.</summary>
    public async ValueTask<SigningIn?> PendingAsync()
    {
        if (pendingRead) return pending;
        if (Http.Request.Cookies[PendingCookie] is { Length: 43 } handle)
        {
            var (hash, now) = (Handle.HashOf(handle), clock.GetUtcNow());
            pending = await database.ReadAsync(s => s.FirstAsync(PendingQuery, row => new SigningIn(PersonRow.Read(row, 12), new PendingSignIn
            {
                Id = row.GetString(0),
                HandleHash = row.GetString(1),
                UserId = row.GetString(2),
                PasswordAt = row.Time(3),
                ExpiresAt = row.Time(4),
                CredentialGeneration = row.GetInt32(5),
                Address = row.NullableString(6),
                UserAgent = row.NullableString(7),
                PasswordFor = row.NullableString(8),
                VerifiedAt = row.NullableTime(9),
                VerifiedFor = row.NullableString(10),
                Amr = row.NullableString(11),
            }, null), hash, now));
            if (pending is not null) pending = pending with { Remembered = await RememberedAsync(pending.Person) };
        }

        pendingRead = true;
        return pending;
    }

    /// <summary>Who is at the verification step: the pending sign-in, else the session, else null.</summary>
    public async ValueTask<SigningIn?> SigningInAsync()
    {
        if (await PendingAsync() is { } waiting) return waiting;
        return await SessionAsync() is { } signedIn ? new SigningIn(signedIn.Person, null, signedIn) : null;
    }

    /// <summary>The value of this browser's cookie that remembers it, whoever it was made for; null: there is none.</summary>
    internal string? RememberedHandle => Http.Request.Cookies[RememberedCookie] is { Length: 43 } handle ? handle : null;

    /// <summary>This browser, when it is remembered for the person; else null.</summary>
    internal async ValueTask<RememberedBrowser?> RememberedAsync(Person person) =>
        RememberedHandle is { } handle ? await browsers.FindAsync(handle, person) : null;

    /// <summary>Keeps the browser remembered when it is closed.</summary>
    internal void SetRemembered(string handle, int days)
    {
        var cookie = Cookie();
        cookie.MaxAge = TimeSpan.FromDays(days);
        Http.Response.Cookies.Append(RememberedCookie, handle, cookie);
    }

    internal void SetPending(string handle)
    {
        Http.Response.Cookies.Append(PendingCookie, handle, Cookie());
        (pending, pendingRead) = (null, false);
    }

    /// <summary>The sign-in is complete: the session's cookie takes the place of the pending one.</summary>
    internal void SetSession(string handle)
    {
        ClearPending();
        // Gone with the browser; the row has the last word on how long it lives.
        Http.Response.Cookies.Append(SessionCookie, handle, Cookie());
        (session, sessionRead) = (null, true);
    }

    /// <summary>Forgets the pending sign-in's cookie.</summary>
    public void ClearPending()
    {
        if (Http.Request.Cookies.ContainsKey(PendingCookie)) Http.Response.Cookies.Delete(PendingCookie, Cookie());
        (pending, pendingRead) = (null, true);
    }

    /// <summary>Forgets both cookies; the rows are ended by their services.</summary>
    public void Clear()
    {
        ClearPending();
        if (Http.Request.Cookies.ContainsKey(SessionCookie)) Http.Response.Cookies.Delete(SessionCookie, Cookie());
        (session, sessionRead) = (null, true);
    }

    // Lax: the browser must send it when an application redirects here.
    private CookieOptions Cookie() => new() { HttpOnly = true, Secure = options.SecureCookies, SameSite = SameSiteMode.Lax, Path = "/", IsEssential = true };
}
