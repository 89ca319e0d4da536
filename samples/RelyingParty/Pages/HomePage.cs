using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Samples.RelyingParty.Sessions;

namespace Samples.RelyingParty.Pages;

/// <summary>The app's one page, before and after signing in.</summary>
internal static class HomePage
{
    public static Html SignedOut(SampleApp app) => Html.Of($"""
        <section class="card flow">
        <h2>You are not signed in</h2>
        <p>{app.Purpose}</p>
        <p><a class="btn go" id="signin" href="/login">Sign in</a></p>
        </section>
        """);

    public static Html SignedIn(SampleApp app, AppSession session, string? notice) => Html.Of($"""
        {(notice is null ? null : Html.Of($"""<p class="note" id="notice" role="status">{notice}</p>"""))}
        {app.Content(session)}
        <section class="card flow">
        <h2>What the identity provider said</h2>
        <p class="soft">These are the claims of the ID token, after its signature, issuer, audience, nonce and expiry were
        checked.</p>
        {ClaimTable.Of(session.Claims, "claim", session.Profile)}
        </section>
        {Tokens(session)}
        <section class="card flow">
        <h2>Sign in again</h2>
        <p>Asks the identity provider once more: for your identity verification (<code>acr_values=mfa</code>), or for your
        password even though you are signed in (<code>prompt=login</code>).</p>
        <div class="row">
        <a class="btn" id="step-up" href="/step-up">Sign in again with identity verification</a>
        <a class="btn" id="reauthenticate" href="/login?prompt=login">Sign in again</a>
        </div>
        </section>
        """);

    private static Html Tokens(AppSession session) => Html.Of($"""
        <section class="card flow">
        <h2>Tokens</h2>
        <p class="soft">The tokens stay in the app. Only the beginning of their SHA-256 is shown, which changes when a token
        is replaced.</p>
        <dl class="kv">
        <dt>Access token</dt><dd class="mono" id="access-token">{Fingerprint(session.Tokens.AccessToken)}</dd>
        <dt>Refresh token</dt><dd class="mono" id="refresh-token">{Fingerprint(session.Tokens.RefreshToken)}</dd>
        <dt>Refreshes</dt><dd><span id="refresh-count">{session.Refreshes}</span>{LastRefresh(session)}</dd>
        </dl>
        <div class="row">
        {Form.Button(session, "/refresh", "Refresh tokens", "refresh")}
        <a class="btn sm" id="userinfo" href="/userinfo">Call UserInfo</a>
        </div>
        </section>
        """);

    private static string LastRefresh(AppSession session) =>
        session.RefreshedAt is { } at
            ? string.Create(CultureInfo.InvariantCulture, $", last at {at:HH:mm:ss} UTC")
            : "";

    private static string Fingerprint(string? token) =>
        token is null ? "none" : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)))[..12];
}
