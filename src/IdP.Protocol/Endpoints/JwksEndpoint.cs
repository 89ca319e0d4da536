using IdP.Protocol.Tokens;
using IdP.Storage.Changes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace IdP.Protocol.Endpoints;

/// <summary>The public keys. RFC 7517, OIDC Discovery §3.</summary>
internal static class JwksEndpoint
{
    public const string Path = "/.well-known/jwks";

    public static void Map(IEndpointRouteBuilder routes) => routes.MapMethods(Path, [HttpMethods.Get, HttpMethods.Head], HandleAsync).AllowAnyOrigin();

    private static async Task<IResult> HandleAsync(Catalog catalog, JwksDocument document) => document.For(await catalog.GetAsync());
}

/// <summary>Written once for each change of the catalog.</summary>
internal sealed class JwksDocument(KeyRing keys, ProtocolOptions options)
{
    public IResult For(CatalogSnapshot catalog) => catalog.Derived(Write).Answer;

    private Written Write(CatalogSnapshot catalog) => new(OAuthResults.Public(
        JwtWriter.Json(keys.Published(catalog), static (json, published) =>
        {
            json.WriteStartArray("keys");
            foreach (var key in published) key.WriteJwk(json);
            json.WriteEndArray();
        }).ToArray(),
        "application/jwk-set+json", options.JwksMaxAge));

    private sealed record Written(IResult Answer);
}
