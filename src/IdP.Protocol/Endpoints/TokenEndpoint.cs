using IdP.Protocol.ClientAuthentication;
using IdP.Protocol.Grants;
using IdP.Protocol.Requests;
using IdP.Protocol.Tokens;
using IdP.Storage.Changes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace IdP.Protocol.Endpoints;

/// <summary>Exchanges a grant for tokens. RFC 6749 §3.2.</summary>
internal static class TokenEndpoint
{
    public const string Path = "/connect/token";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost(Path, HandleAsync).DisableAntiforgery().AllowRegisteredOrigins();
        routes.MapPreflight(Path, "POST");
    }

    private static async Task<IResult> HandleAsync(
        HttpRequest http, ClientAuthenticator clients, GrantTypes grants, TokenIssuer issuer, Catalog catalog, ProtocolMetrics metrics,
        CancellationToken ct)
    {
        var result = await IssueAsync(http, clients, grants, issuer, catalog, metrics, ct);
        if (!result.Failed(out var error, out var response)) return OAuthResults.Json(response);
        metrics.Refused(error.Code);
        return OAuthResults.Json(error);
    }

    private static async ValueTask<Result<TokenResponse>> IssueAsync(
        HttpRequest http, ClientAuthenticator clients, GrantTypes grants, TokenIssuer issuer, Catalog catalog, ProtocolMetrics metrics,
        CancellationToken ct)
    {
        if ((await OAuthForm.ReadAsync(http, ct)).Failed(out var error, out var form)) return error;

        var snapshot = await catalog.GetAsync();
        if ((await clients.AuthenticateAsync(http, form, snapshot, ct)).Failed(out error, out var client)) return error;

        if (form["grant_type"] is not { } grantType) return OAuthError.InvalidRequest("The parameter grant_type is missing.");
        if (grants.Find(grantType) is not { } grant) return OAuthError.UnsupportedGrantType("This server does not know the grant_type.");
        if (!client.GrantTypes.Contains(grant.GrantType)) return OAuthError.UnauthorizedClient("The application is not registered for this grant_type.");

        // RFC 9449 §5.2: who is registered for bound tokens gets no others.
        if (client.DpopBoundAccessTokens || client.Profile is not null) return new OAuthError("invalid_dpop_proof", "This application must prove possession of a key.");

        if ((await grant.RedeemAsync(form, client, snapshot, ct)).Failed(out error, out var issuance)) return error;
        var issued = await issuer.IssueAsync(issuance, snapshot);
        if (!issued.Failed(out _, out _)) metrics.Issued(grant.GrantType);
        return issued;
    }
}
