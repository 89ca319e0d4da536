using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Samples.RelyingParty.Pages;
using Samples.RelyingParty.Sessions;
using Samples.RelyingParty.SignIn;

namespace Samples.RelyingParty.Apis;

/// <summary>
/// Pages that show what an API gave. When the API asks for a stronger or newer sign-in, the person is sent to the
/// provider for just that, comes back to the page, and the API is asked once more. RFC 9470 §4.
/// </summary>
public static class ApiPages
{
    /// <param name="routes">The app.</param>
    /// <param name="page">The path of the page.</param>
    /// <param name="path">The path at the API.</param>
    /// <param name="title">The heading.</param>
    /// <param name="content">Makes markup of the API's JSON.</param>
    public static void MapApiPage(
        this IEndpointRouteBuilder routes, string page, string path, string title, Func<JsonElement, Html> content) =>
        routes.MapGet(page, async (HttpContext http, AppSessions sessions, ApiTokens tokens, ApiClient api,
            SignInRequests requests, Layout layout, CancellationToken ct) =>
        {
            if (sessions.Find(http.Request) is not { } session) return Results.Redirect("/");
            var cameBack = session.TakeSignedInFor(page);

            var answer = await tokens.GetAsync(session, ct) is { } token ? await api.GetAsync(path, token, ct) : null;
            return answer switch
            {
                ApiAnswer.Data { Json: var json } => layout.Page(title, Card(title, content(json)), session),
                ApiAnswer.Away => layout.Message("The API does not answer", "Please try again in a moment.", StatusCodes.Status502BadGateway),
                // Once: what was asked for and not reached will not be reached by asking again.
                ApiAnswer.Refused { Challenge: { DemandsStepUp: true } challenge } when !cameBack =>
                    await requests.SendAsync(http, For(page), Wishes(challenge), ct),
                ApiAnswer.Refused refused => Refused(session, refused, layout),
                // No access token: the provider wants to see the person again.
                null when !cameBack => await requests.SendAsync(http, For(page), Nothing, ct),
                _ => layout.Message("There is no access to the API", "The identity provider gave this app no access token for it.", StatusCodes.Status403Forbidden),
            };
        });

    private static Dictionary<string, string?> Nothing => [];

    private static PendingSignIn For(string page) => PendingSignIn.Begin(demanded: null, returnTo: page);

    // RFC 9470 §4: what the challenge says goes into the authorization request as it is.
    private static Dictionary<string, string?> Wishes(BearerChallenge challenge) => new()
    {
        ["acr_values"] = challenge.AcrValues,
        ["max_age"] = challenge.MaxAge?.ToString(CultureInfo.InvariantCulture),
    };

    private static Html Card(string title, Html content) => Html.Of($"""
        <section class="card flow" id="from-api">
        <h2>{title}</h2>
        {content}
        <p><a class="btn" href="/">Back</a></p>
        </section>
        """);

    private static IResult Refused(AppSession session, ApiAnswer.Refused refused, Layout layout)
    {
        // The next try gets a new token.
        session.ApiToken = null;
        var (error, description, _, _) = refused.Challenge;
        return layout.Message("The API refused", description ?? "It gave no reason.", StatusCodes.Status403Forbidden,
            Html.Of($"""<p class="mono" id="error">{refused.Status} {error}</p>"""));
    }
}
