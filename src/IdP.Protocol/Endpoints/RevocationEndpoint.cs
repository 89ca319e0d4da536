using IdP.Protocol.ClientAuthentication;
using IdP.Protocol.Grants;
using IdP.Protocol.Requests;
using IdP.Protocol.Tokens;
using IdP.Storage.Audit;
using IdP.Storage.Changes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace IdP.Protocol.Endpoints;

/// <summary>Revokes a token; a refresh token with everything issued with it. RFC 7009.</summary>
internal static class RevocationEndpoint
{
    public const string Path = "/connect/revoke";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost(Path, HandleAsync).DisableAntiforgery().AllowRegisteredOrigins();
        routes.MapPreflight(Path, "POST");
    }

    private static async Task<IResult> HandleAsync(
        HttpRequest http, ClientAuthenticator clients, RefreshTokens refreshTokens, Authorizations authorizations, AccessTokenRevocation accessTokens,
        Catalog catalog, CancellationToken ct)
    {
        if ((await OAuthForm.ReadAsync(http, ct)).Failed(out var error, out var form)) return OAuthResults.Json(error);
        var snapshot = await catalog.GetAsync();
        if ((await clients.AuthenticateAsync(http, form, snapshot, ct)).Failed(out error, out var client)) return OAuthResults.Json(error);
        if (form["token"] is not { } token) return OAuthResults.Json(OAuthError.InvalidRequest("The parameter token is missing."));

        // §2.1: token_type_hint is only a hint; what a token is can be seen.
        if (await refreshTokens.FamilyOfAsync(token, client.ClientId) is { } family)
        {
            await authorizations.RevokeAsync(family, AuditEvents.AuthorizationRevoked, "client:" + client.ClientId, "The application revoked its refresh token.");
        }
        else
        {
            await accessTokens.RevokeAsync(snapshot, token, client.ClientId);
        }

        // §2.2: an unknown token, and one of somebody else, gets the same answer as a revoked one.
        return OAuthResults.Empty;
    }
}
