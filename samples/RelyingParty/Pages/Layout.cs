using Microsoft.AspNetCore.Http;
using Samples.RelyingParty.Sessions;

namespace Samples.RelyingParty.Pages;

/// <summary>The frame of every page. Nothing in it needs a script.</summary>
internal sealed class Layout(SampleApp app)
{
    public IResult Page(string title, Html content, AppSession? session = null, int status = 200) =>
        Results.Content(Document(title, content, session).ToString(), "text/html; charset=utf-8", statusCode: status);

    /// <summary>A page that only says something and where to go next.</summary>
    public IResult Message(string title, string text, int status = 200, Html? detail = null) =>
        Page(title, Html.Of($"""
            <section class="card flow">
            <h2>{title}</h2>
            <p>{text}</p>
            {detail}
            <p><a class="btn go" href="/">Go to {app.Name}</a></p>
            </section>
            """), status: status);

    /// <summary>What the provider said when it refused, in its own words, as text.</summary>
    public IResult Refused(string error, string? description) =>
        Message(
            "The identity provider refused",
            "Nothing was changed in this app. You can try again.",
            StatusCodes.Status400BadRequest,
            Html.Of($"""
                <dl class="kv">
                <dt>Error</dt><dd class="mono" id="error">{error}</dd>
                <dt>Description</dt><dd id="error-description">{description ?? "none given"}</dd>
                </dl>
                """));

    public IResult FormExpired() => Message(
        "This page is out of date",
        "You were signed out, or the form came from somewhere else. Nothing was changed.",
        StatusCodes.Status400BadRequest);

    private Html Document(string title, Html content, AppSession? session) => Html.Of($"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="robots" content="noindex">
        <title>{(title == app.Name ? title : $"{title} – {app.Name}")}</title>
        <link rel="stylesheet" href="/ui.css">
        <link rel="icon" href="/mark.svg" type="image/svg+xml">
        </head>
        <body>
        <a class="skip" href="#main">Skip to content</a>
        <header class="top"><div>
        <a class="brand" href="/">{app.Name} sample</a>
        {(session is null ? null : SignedIn(session))}
        </div></header>
        <main class="page" id="main">
        <h1>{app.Name}</h1>
        {content}
        </main>
        </body>
        </html>
        """);

    private static Html SignedIn(AppSession session) => Html.Of($"""
        <div class="end row">
        <span id="signed-in-as">{session.DisplayName}</span>
        {Form.Button(session, "/logout", "Sign out", "signout")}
        </div>
        """);
}
