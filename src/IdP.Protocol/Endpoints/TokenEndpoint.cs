using IdP.Protocol.ClientAuthentication;
using IdP.Protocol.Grants;
using IdP.Protocol.ProofOfPossession;
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
        HttpRequest http, ClientAuthenticator clients, GrantTypes grants, DpopProofs proofs, TokenIssuer issuer, Catalog catalog, ProtocolMetrics metrics, ProtocolOptions options,
        CancellationToken ct)
    {
        var result = await IssueAsync(http, clients, grants, proofs, issuer, catalog, metrics, options, ct);
        if (!result.Failed(out var error, out var response)) return OAuthResults.Json(response);
        metrics.Refused(error.Code);
        return OAuthResults.Json(error);
    }

    private static async ValueTask<Result<TokenResponse>> IssueAsync(
        HttpRequest http, ClientAuthenticator clients, GrantTypes grants, DpopProofs proofs, TokenIssuer issuer, Catalog catalog, ProtocolMetrics metrics, ProtocolOptions options,
        CancellationToken ct)
    {
        if ((await OAuthForm.ReadAsync(http, ct)).Failed(out var error, out var form)) return error;

        var snapshot = await catalog.GetAsync();
        if ((await clients.AuthenticateAsync(http, form, snapshot, ct)).Failed(out error, out var client)) return error;

        if (form["grant_type"] is not { } grantType) return OAuthError.InvalidRequest("The parameter grant_type is missing.");
        if (grants.Find(grantType) is not { } grant) return OAuthError.UnsupportedGrantType("This server does not know the grant_type.");
        if (!client.GrantTypes.Contains(grant.GrantType)) return OAuthError.UnauthorizedClient("The application is not registered for this grant_type.");

        // Before the grant: a proof that is refused, for the want of a nonce at least, leaves the code as it is.
        if ((await proofs.ReadAsync(http, Path, client)).Failed(out error, out var possession)) return error;

        if ((await grant.RedeemAsync(form, client, snapshot, ct)).Failed(out error, out var issuance)) return error;
        if (CheckBinding(issuance, possession) is { } unbound) return unbound;
        if (Targets.Aim(form, issuance, snapshot, options.Issuer).Failed(out error, out issuance)) return error;
        issuance = issuance with { Jkt = possession.Jkt };
        var issued = await issuer.IssueAsync(issuance, snapshot);
        if (!issued.Failed(out _, out _)) metrics.Issued(grant.GrantType);
        return issued;
    }
    // RFC 9449 §5, §10: what is bound to a key is redeemed with that key only. Nothing was taken yet.
    private static OAuthError? CheckBinding(Issuance issuance, Possession possession)
    {
        if (issuance.BoundTo is not { } jkt || jkt == possession.Jkt) return null;
        return possession.Jkt is null
            ? new OAuthError(DpopProofs.Invalid, "This grant is bound to a key: send a DPoP header.")
            : OAuthError.InvalidGrant("This grant is bound to another key than that of the DPoP proof.");
    }
}
