using IdP.Protocol.Requests;
using IdP.Protocol.Tokens;
using IdP.Storage.Changes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace IdP.Protocol.Endpoints;

/// <summary>Claims about the person, for an access token. OIDC Core §5.3, RFC 6750.</summary>
internal static class UserInfoEndpoint
{
    public const string Path = "/connect/userinfo";

    private const string Scheme = "Bearer ";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods(Path, [HttpMethods.Get, HttpMethods.Head, HttpMethods.Post], HandleAsync).DisableAntiforgery().AllowRegisteredOrigins();
        routes.MapPreflight(Path, "GET, POST");
    }

    private static async Task<IResult> HandleAsync(HttpRequest http, PresentedTokens tokens, Catalog catalog, CancellationToken ct)
    {
        if ((await ReadTokenAsync(http, ct)).Failed(out var error, out var token)) return OAuthResults.Json(error);
        var snapshot = await catalog.GetAsync();
        if (await tokens.FindAsync(snapshot, token) is not { Grant: { } grant } live)
        {
            return OAuthResults.Json(Refused("invalid_token", "The access token is unknown, has expired or was revoked.", 401));
        }

        if (!Scopes.Contains(live.Scope, Scopes.OpenId))
        {
            return OAuthResults.Json(Refused("insufficient_scope", "The access token was not issued for the scope openid.", 403));
        }

        var requested = ClaimsRequest.Read(grant.Claims).Failed(out _, out var claims) ? [] : claims.UserInfo;
        var names = UserClaims.NamesFor(Scopes.Split(live.Scope))
            .Concat(UserClaims.Allowed(requested, snapshot.Clients[live.ClientId], grant.Scope));
        return OAuthResults.Json((grant.Person, live.UpdatedAt, names), static (json, answer) =>
        {
            json.WriteString("sub", answer.Person.Id);
            UserClaims.Write(json, answer.Person, answer.UpdatedAt, answer.names);
        });
    }

    // RFC 6750 §2: in the header or in the form, in one of them only; in the address it would end up in logs (§2.3).
    private static async ValueTask<Result<string>> ReadTokenAsync(HttpRequest http, CancellationToken ct)
    {
        if (http.QueryString.HasValue && Parameters.Parse(http.QueryString.Value)["access_token"] is not null)
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
        if (headers.Count == 0) return inForm is null ? NoToken : inForm;
        if (inForm is not null || headers.Count > 1) return Refused("invalid_request", "The access token was sent more than once.", 400);
        var header = headers[0]!;
        if (!header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) return NoToken;
        return header[Scheme.Length..].Trim() is { Length: > 0 } token ? token : Refused("invalid_request", "The access token is missing.", 400);
    }

    // §3.1: who sent no token is told how to, and no error.
    private static OAuthError NoToken { get; } =
        new("invalid_token", "An access token is needed.", 401) { Challenge = "Bearer realm=\"idp\"" };

    private static OAuthError Refused(string code, string description, int status)
    {
        var error = new OAuthError(code, description, status);
        var scope = code == "insufficient_scope" ? ", scope=\"openid\"" : "";
        return error with { Challenge = $"Bearer realm=\"idp\", error=\"{code}\", error_description=\"{error.SafeDescription}\"{scope}" };
    }
}
