using System.Text.Json;
using IdP.Protocol.ClientAuthentication;
using IdP.Protocol.Grants;
using IdP.Protocol.Requests;
using IdP.Protocol.Tokens;
using IdP.Storage.Changes;
using IdP.Storage.Clients;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace IdP.Protocol.Endpoints;

/// <summary>Tells an API whether a token is good and what it says. RFC 7662.</summary>
internal static class IntrospectionEndpoint
{
    public const string Path = "/connect/introspect";

    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost(Path, HandleAsync).DisableAntiforgery();

    private static async Task<IResult> HandleAsync(
        HttpRequest http, ClientAuthenticator clients, PresentedTokens tokens, RefreshTokens refreshTokens, Catalog catalog,
        ProtocolOptions options, CancellationToken ct)
    {
        if ((await OAuthForm.ReadAsync(http, ct)).Failed(out var error, out var form)) return OAuthResults.Json(error);
        var snapshot = await catalog.GetAsync();
        if ((await clients.AuthenticateAsync(http, form, snapshot, ct)).Failed(out error, out var client)) return OAuthResults.Json(error);
        // §2.1: the endpoint is protected, so that nobody can try tokens.
        if (client.Type != ClientType.Confidential) return OAuthResults.Json(ClientAuthenticator.Failed);
        if (form["token"] is not { } token) return OAuthResults.Json(OAuthError.InvalidRequest("The parameter token is missing."));

        if (await tokens.FindAsync(snapshot, token) is { } live)
        {
            // §4: whoever the token is neither from nor for learns nothing.
            var concerned = live.ClientId == client.ClientId || OwnTokens.HasAudience(live.Claims, client.ClientId);
            return concerned ? OAuthResults.Json(live, Write) : Inactive;
        }

        return await refreshTokens.FindAsync(snapshot, token) is { } refresh && refresh.Grant.ClientId == client.ClientId
            ? OAuthResults.Json((refresh, options.Issuer), Write)
            : Inactive;
    }

    // §2.2: inactive, and not a word about why.
    private static IResult Inactive { get; } = OAuthResults.Json(0, static (json, _) => json.WriteBoolean("active", false));

    private static void Write(Utf8JsonWriter json, LiveAccessToken live)
    {
        json.WriteBoolean("active", true);
        json.WriteString("token_type", AccessTokens.TokenType(live.Jkt));
        if (live.Grant is { } grant) json.WriteString("username", grant.Person.UserName);
        foreach (var claim in live.Claims.EnumerateObject()) claim.WriteTo(json);
    }

    private static void Write(Utf8JsonWriter json, (LiveRefreshToken Token, string Issuer) answer)
    {
        var (token, grant) = (answer.Token, answer.Token.Grant);
        json.WriteBoolean("active", true);
        json.WriteString("iss", answer.Issuer);
        json.WriteString("sub", grant.Person.Id);
        json.WriteString("username", grant.Person.UserName);
        json.WriteString("client_id", grant.ClientId);
        json.WriteString("scope", grant.Scope);
        json.WriteNumber("iat", token.IssuedAt.ToUnixTimeSeconds());
        json.WriteNumber("exp", token.ExpiresAt.ToUnixTimeSeconds());
    }
}
