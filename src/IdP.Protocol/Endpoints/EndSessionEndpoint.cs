using System.Text.Json;
using IdP.Protocol.Interactions;
using IdP.Protocol.Logout;
using IdP.Protocol.Requests;
using IdP.Protocol.Tokens;
using IdP.Storage.Changes;
using IdP.Storage.Clients;
using IdP.Verification.SignIn;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace IdP.Protocol.Endpoints;

/// <summary>An application signs the person out. OpenID Connect RP-Initiated Logout 1.0.</summary>
internal static class EndSessionEndpoint
{
    public const string Path = "/connect/logout";

    private const int LongestState = 4096;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapMethods(Path, [HttpMethods.Get, HttpMethods.Post], HandleAsync).DisableAntiforgery();

    private static async Task<IResult> HandleAsync(
        HttpRequest http, Catalog catalog, OwnTokens ownTokens, CurrentSignIn current, EndSessions sessions, LogoutRequests logoutRequests,
        TimeProvider clock, ProtocolOptions options, CancellationToken ct)
    {
        var parameters = Parameters.Parse(http.QueryString.Value);
        // §2: GET and POST must both be supported.
        if (HttpMethods.IsPost(http.Method) && (await OAuthForm.ReadParametersAsync(http, ct)).Failed(out _, out parameters)) return ErrorPages.Show(options, ErrorReasons.Request);
        if (parameters.Problem is not null) return ErrorPages.Show(options, ErrorReasons.Request);

        var snapshot = await catalog.GetAsync();
        var hint = parameters["id_token_hint"] is { } token ? ownTokens.Read(snapshot, token, IdTokens.Type) : null;
        var client = FindClient(parameters, hint, snapshot);
        var request = new LogoutRequest
        {
            ClientId = client?.ClientId,
            DisplayName = client?.DisplayName,
            RedirectUrl = RedirectUrl(parameters, client),
            UiLocales = parameters["ui_locales"] is { Length: <= 256 } locales ? locales : null,
            CreatedAt = clock.GetUtcNow(),
        };
        if (request.RedirectUrl is { } url) request = request with { FormActionSource = RedirectUris.CspSource(url) };

        // §2: without a hint that fits this session, the person is asked; nobody can be signed out by a link.
        var who = await current.SessionAsync();
        var same = hint is { } payload && client is not null && who is not null && OwnTokens.Text(payload, "sid") == who.Session.Id;
        if (who is not null && !same) return new SeeOther(logoutRequests.ConfirmUrl(request));
        // The session's cookie is not sent with a form from another site: asked again by a GET, it is.
        if (who is null && HttpMethods.IsPost(http.Method)) return new SeeOther(AsGet(parameters, options) ?? logoutRequests.ConfirmUrl(request));

        await sessions.EndCurrentAsync();
        return new SeeOther(request.RedirectUrl ?? logoutRequests.SignedOutUrl);
    }

    private static string? AsGet(Parameters parameters, ProtocolOptions options)
    {
        var url = AuthorizationResponse.WithQuery(options.PathBase + Path, parameters.All.Select(p => (Uri.EscapeDataString(p.Key), p.Value)));
        return url.Length < 8000 ? url : null;
    }

    // §2: client_id and the audience of the hint must agree; a hint that is not ours makes the whole request doubtful.
    private static Client? FindClient(Parameters parameters, JsonElement? hint, CatalogSnapshot catalog)
    {
        var named = parameters["client_id"];
        if (parameters["id_token_hint"] is not null)
        {
            var audience = hint is { } payload ? OwnTokens.Text(payload, "aud") : null;
            if (audience is null || (named is not null && named != audience)) return null;
            named = audience;
        }

        return named is not null && catalog.Clients.GetValueOrDefault(named) is { DisabledAt: null } client ? client : null;
    }

    // §3: exactly one of the registered, or no redirect at all.
    private static string? RedirectUrl(Parameters parameters, Client? client)
    {
        if (parameters["post_logout_redirect_uri"] is not { } uri || client is null || !client.PostLogoutRedirectUris.Contains(uri)) return null;
        var state = parameters["state"];
        return state is { Length: <= LongestState } ? AuthorizationResponse.WithQuery(uri, [("state", state)]) : uri;
    }
}
