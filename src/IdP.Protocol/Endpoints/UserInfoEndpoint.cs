using IdP.Protocol.ProofOfPossession;
using IdP.Protocol.Requests;
using IdP.Protocol.Tokens;
using IdP.Storage.Changes;
using IdP.Storage.Clients;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace IdP.Protocol.Endpoints;

/// <summary>Claims about the person, for an access token. OIDC Core §5.3, RFC 6750.</summary>
internal static class UserInfoEndpoint
{
    public const string Path = "/connect/userinfo";

    private const string Bearer = "Bearer";
    private const string Dpop = "DPoP";

    private static string DpopAlgorithms { get; } = $"DPoP algs=\"{string.Join(' ', SigningAlgorithms.Supported)}\"";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods(Path, [HttpMethods.Get, HttpMethods.Head, HttpMethods.Post], HandleAsync).DisableAntiforgery().AllowRegisteredOrigins();
        routes.MapPreflight(Path, "GET, POST");
    }

    private static async Task<IResult> HandleAsync(HttpRequest http, PresentedTokens tokens, DpopProofs proofs, Catalog catalog, ProtocolOptions options, CancellationToken ct)
    {
        if ((await ReadTokenAsync(http, ct)).Failed(out var error, out var presented)) return OAuthResults.Json(error);
        var snapshot = await catalog.GetAsync();
        if (await tokens.FindAsync(snapshot, presented.Token) is not { Grant: { } grant } live)
        {
            return OAuthResults.Json(Refused("invalid_token", "The access token is unknown, has expired or was revoked.", 401, presented.Scheme));
        }

        if (await CheckPossessionAsync(http, presented, live, proofs, snapshot.Clients[live.ClientId]) is { } unproven) return OAuthResults.Json(unproven);

        // A token for an API is none for us (RFC 8707 §3).
        if (!OwnTokens.HasAudience(live.Claims, options.Issuer))
        {
            return OAuthResults.Json(Refused("invalid_token", "The access token is for another API.", 401, presented.Scheme));
        }

        if (!Scopes.Contains(live.Scope, Scopes.OpenId))
        {
            return OAuthResults.Json(Refused("insufficient_scope", "The access token was not issued for the scope openid.", 403));
        }

        var requested = ClaimsRequest.Read(grant.Claims).Failed(out _, out var claims) ? [] : claims.UserInfo;
        var names = UserClaims.NamesFor(Scopes.Split(live.Scope))
            .Concat(UserClaims.Allowed(requested, snapshot.Clients[live.ClientId], grant.Scope));
        return OAuthResults.Json((grant.Person, live.UpdatedAt, names, snapshot.Groups), static (json, answer) =>
        {
            json.WriteString("sub", answer.Person.Id);
            UserClaims.Write(json, answer.Person, answer.UpdatedAt, answer.names, answer.Groups);
        });
    }

    // RFC 6750 §2: in the header or in the form, in one of them only; in the address it would end up in logs (§2.3).
    private static async ValueTask<Result<Presented>> ReadTokenAsync(HttpRequest http, CancellationToken ct)
    {
        var query = Parameters.Parse(http.QueryString.Value);
        if (query.Problem is not null || query["access_token"] is not null)
        {
            return Refused("invalid_request", "The access token must be sent in the Authorization header.", 400);
        }

        string? inForm = null;
        if (HttpMethods.IsPost(http.Method) && http.ContentLength is not 0 && OAuthForm.IsForm(http.ContentType))
        {
            if ((await OAuthForm.ReadAsync(http, ct)).Failed(out var error, out var form)) return Refused(error.Code, error.Description, 400);
            inForm = form["access_token"];
        }

        var headers = http.Headers.Authorization;
        if (headers.Count == 0) return inForm is null ? NoToken : new Presented(Bearer, inForm);
        if (inForm is not null || headers.Count > 1) return Refused("invalid_request", "The access token was sent more than once.", 400);
        var header = headers[0]!;
        foreach (var scheme in (string[])[Bearer, Dpop])
        {
            if (!header.StartsWith(scheme + " ", StringComparison.OrdinalIgnoreCase)) continue;
            return header[scheme.Length..].Trim() is { Length: > 0 } token
                ? new Presented(scheme, token)
                : Refused("invalid_request", "The access token is missing.", 400, scheme);
        }

        return NoToken;
    }

    // RFC 9449 §7.1, §7.2: a bound token is no bearer token, and the other way round.
    private static async ValueTask<OAuthError?> CheckPossessionAsync(
        HttpRequest http, Presented presented, LiveAccessToken live, DpopProofs proofs, Client client)
    {
        if (presented.Scheme == Bearer)
        {
            return live.Jkt is null ? null : Refused("invalid_token", "The access token is bound to a key: send it as DPoP with a proof.", 401, Dpop);
        }

        if (live.Jkt is null) return Refused("invalid_token", "The access token is not bound to a key: send it as Bearer.", 401, Dpop);
        var read = await proofs.ReadAsync(http, Path, client, presented.Token);
        if (read.Failed(out var error, out var possession)) return Refused(error.Code, error.Description, 401, Dpop);
        if (possession.Jkt is null) return Refused(DpopProofs.Invalid, "The DPoP header is missing.", 401, Dpop);
        return possession.Jkt == live.Jkt ? null : Refused("invalid_token", "The access token is bound to another key.", 401, Dpop);
    }

    // §3.1: who sent no token is told how to, and no error.
    private static OAuthError NoToken { get; } =
        new("invalid_token", "An access token is needed.", 401) { Challenge = $"Bearer realm=\"idp\", {DpopAlgorithms}" };

    private static OAuthError Refused(string code, string description, int status, string scheme = Bearer)
    {
        var error = new OAuthError(code, description, status);
        var scope = code == "insufficient_scope" ? ", scope=\"openid\"" : "";
        // RFC 9449 §7.1: with DPoP the algorithms are told.
        var start = scheme == Bearer ? "Bearer realm=\"idp\"" : DpopAlgorithms;
        return error with { Challenge = $"{start}, error=\"{code}\", error_description=\"{error.SafeDescription}\"{scope}" };
    }

    private sealed record Presented(string Scheme, string Token);
}
