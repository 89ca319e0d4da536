using System.Globalization;
using IdP.Storage.Changes;
using IdP.Storage.Clients;
using IdP.Verification.Decisions;

namespace IdP.Protocol.Requests;

/// <summary>
/// The checks of an authorization request, in the order of the standards. Client and redirect URI come first, because
/// only then an error may be sent anywhere.
/// </summary>
internal static class AuthorizationChecks
{
    private static readonly (string Name, int Most)[] Lengths =
    [
        ("state", 4096), ("nonce", 1024), ("scope", 1024), ("login_hint", 320), ("id_token_hint", 8192), ("ui_locales", 256),
        ("claims", 8192), ("acr_values", 256), ("prompt", 64), ("max_age", 10), ("response_type", 64), ("response_mode", 64),
        ("resource", 4096), ("code_challenge", 128), ("code_challenge_method", 16), ("display", 32),
    ];

    private static readonly Func<AuthorizationRequest, Client, OAuthError?>[] All =
    [
        CheckForm, CheckPushed, CheckRequestObject, CheckResponseType, CheckGrantType, CheckResponseMode, CheckScope, CheckPkce,
        CheckDpopJkt, CheckPrompt, CheckMaxAge, CheckClaims, CheckAcr,
    ];

    /// <summary>The first thing that is wrong, which may be told to the client; null: nothing.</summary>
    public static OAuthError? Check(AuthorizationRequest request, Client client)
    {
        foreach (var check in All)
        {
            if (check(request, client) is { } error) return error;
        }

        return null;
    }

    /// <summary>Everything that is wrong, each with the name of its check; for whoever asks why, since a client is told the first only.</summary>
    public static IEnumerable<(string Check, OAuthError Error)> CheckAll(AuthorizationRequest request, Client client)
    {
        foreach (var check in All)
        {
            if (check(request, client) is { } error) yield return (check.Method.Name["Check".Length..], error);
        }
    }

    /// <summary>Reads the APIs that the token is to be for; what they demand is demanded from now on.</summary>
    public static OAuthError? CheckResource(AuthorizationRequest request, Client client, CatalogSnapshot catalog, string issuer)
    {
        if (Resources.Read(request.Parameters[Resources.Parameter], client, catalog, issuer).Failed(out var error, out var resources)) return error;
        if (resources.Length > 0 && Resources.Limit(request.Scopes, resources, catalog, issuer).Length == 0)
        {
            return Resources.InvalidTarget("None of the requested scopes is one of the resource.");
        }

        request.Resources = resources;
        request.RequiredAcr = Resources.RequiredAcr(resources, catalog);
        return null;
    }

    /// <summary>What must not be answered by a redirect (RFC 6749 §4.1.2.1).</summary>
    public static OAuthError? CheckRedirectUri(AuthorizationRequest request, Client client)
    {
        if (request.RedirectUri is not { } uri) return OAuthError.InvalidRequest("The parameter redirect_uri is missing or was sent twice.");
        return RedirectUris.Matches(client.RedirectUris, uri)
            ? null
            : OAuthError.InvalidRequest("The redirect_uri is not registered for this application.");
    }

    // A request may become a row: what nobody reads shall not fill the table.
    private const int MostCharacters = 32 * 1024;

    private static OAuthError? CheckForm(AuthorizationRequest request, Client client)
    {
        if (request.Parameters.Problem is { } problem) return problem;
        if (request.Parameters.All.Sum(p => p.Key.Length + p.Value.Length) > MostCharacters) return OAuthError.InvalidRequest("The request is too long.");
        foreach (var (name, most) in Lengths)
        {
            if (request.Parameters[name]?.Length > most) return OAuthError.InvalidRequest($"The parameter {name} is too long.");
        }

        return null;
    }

    // RFC 9126 §4; FAPI 2.0 Security Profile §5.3.2.2
    private static OAuthError? CheckPushed(AuthorizationRequest request, Client client) =>
        !request.IsPushed && (client.RequirePar || client.Profile is not null)
            ? OAuthError.InvalidRequest("This application must push its authorization requests.")
            : null;

    // OIDC Core §6.1, §6.2, §7.2.1
    private static OAuthError? CheckRequestObject(AuthorizationRequest request, Client client)
    {
        if (request.Parameters["request"] is not null) return new("request_not_supported", "Request objects are not supported.");
        if (request.Parameters["request_uri"] is not null) return new("request_uri_not_supported", "The parameter request_uri is not supported.");
        return request.Parameters["registration"] is not null
            ? new("registration_not_supported", "The parameter registration is not supported.")
            : null;
    }

    private static OAuthError? CheckResponseType(AuthorizationRequest request, Client client) => request.ResponseType switch
    {
        null => OAuthError.InvalidRequest("The parameter response_type is missing."),
        "code" => null,
        _ => new("unsupported_response_type", "The only response_type is code."),
    };

    private static OAuthError? CheckGrantType(AuthorizationRequest request, Client client) =>
        client.GrantTypes.Contains("authorization_code")
            ? null
            : OAuthError.UnauthorizedClient("This application is not registered for the authorization code flow.");

    private static OAuthError? CheckResponseMode(AuthorizationRequest request, Client client) =>
        request.Parameters["response_mode"] is { } mode && !ResponseModes.Supported.Contains(mode)
            ? OAuthError.InvalidRequest("The response_mode must be query or form_post.")
            : null;

    private static OAuthError? CheckScope(AuthorizationRequest request, Client client)
    {
        if (request.Scope is not { } scope) return OAuthError.InvalidScope("The parameter scope is missing.");
        if (Scopes.Read(scope, client.Scopes).Failed(out var error, out var scopes)) return error;
        // OIDC Core §11: ignored where no refresh token can follow.
        request.Scopes = client.GrantTypes.Contains("refresh_token") ? scopes : [.. scopes.Where(s => s != Scopes.OfflineAccess)];
        return null;
    }

    // RFC 7636 §4.4.1; RFC 9700 §2.1.1
    private static OAuthError? CheckPkce(AuthorizationRequest request, Client client)
    {
        if (request.CodeChallenge is not { } challenge)
        {
            if (request.CodeChallengeMethod is not null) return OAuthError.InvalidRequest("The parameter code_challenge is missing.");
            return client.RequirePkce || client.Type == ClientType.Public || client.Profile is not null
                ? OAuthError.InvalidRequest("The parameter code_challenge is missing: this application must use PKCE with S256.")
                : null;
        }

        // §4.3: without the method it would be "plain".
        if (request.CodeChallengeMethod != Pkce.Method) return OAuthError.InvalidRequest("The code_challenge_method must be S256.");
        return Pkce.IsChallenge(challenge) ? null : OAuthError.InvalidRequest("The code_challenge must be 43 characters of base64url.");
    }

    // RFC 9449 §10: the base64url of a SHA-256, as a code_challenge is.
    private static OAuthError? CheckDpopJkt(AuthorizationRequest request, Client client) =>
        request.DpopJkt is { } jkt && !Pkce.IsChallenge(jkt)
            ? OAuthError.InvalidRequest("The dpop_jkt must be 43 characters of base64url.")
            : null;

    // OIDC Core §3.1.2.1
    private static OAuthError? CheckPrompt(AuthorizationRequest request, Client client)
    {
        foreach (var value in Scopes.Split(request.Prompt ?? ""))
        {
            Prompts? prompt = value switch
            {
                "none" => Prompts.None,
                "login" => Prompts.Login,
                "consent" => Prompts.Consent,
                "select_account" => Prompts.SelectAccount,
                _ => null,
            };
            if (prompt is not { } known) return OAuthError.InvalidRequest("The prompt must be none, login, consent or select_account.");
            request.Prompts |= known;
        }

        return request.Prompts.HasFlag(Prompts.None) && request.Prompts != Prompts.None
            ? OAuthError.InvalidRequest("The prompt none cannot be combined with another.")
            : null;
    }

    private static OAuthError? CheckMaxAge(AuthorizationRequest request, Client client)
    {
        if (request.MaxAge is not { } text) return null;
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
        {
            return OAuthError.InvalidRequest("The max_age must be a whole number of seconds, 0 or more.");
        }

        request.MaxAgeLimit = TimeSpan.FromSeconds(seconds);
        return null;
    }

    private static OAuthError? CheckClaims(AuthorizationRequest request, Client client)
    {
        if (ClaimsRequest.Read(request.Parameters["claims"]).Failed(out var error, out var claims)) return error;
        request.Claims = claims;
        return null;
    }

    // OIDC Core §5.5.1.1; the code is from OpenID Connect Core Unmet Authentication Requirements 1.0.
    private static OAuthError? CheckAcr(AuthorizationRequest request, Client client) =>
        request.Claims.AcrIsEssential && !request.Claims.AcrValues.Any(Acr.Supported.Contains)
            ? UnmetRequirements
            : null;

    public static OAuthError UnmetRequirements { get; } =
        new("unmet_authentication_requirements", "The level that the request demands cannot be reached.");
}
