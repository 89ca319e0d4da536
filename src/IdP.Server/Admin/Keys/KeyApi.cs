using IdP.Server.Admin.Access;
using IdP.Server.Admin.Api;

namespace IdP.Server.Admin.Keys;

/// <summary><c>/api/v1/keys</c>.</summary>
internal static class KeyApi
{
    /// <param name="Algorithm">RS256 or ES256; null: each.</param>
    public sealed record Rotate(string? Algorithm = null, string? Reason = null);

    public sealed record Revoke(string? Reason = null);

    /// <param name="Keys">Those that were announced.</param>
    public sealed record Announced(IReadOnlyList<ListKeys.Key> Keys);

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/keys", async (ApiRequest request) =>
        {
            var keys = await request.Get<ListKeys>().HandleAsync();
            return ApiRequest.Json(ApiPage.Of(keys.OrderBy(k => k.Kid, StringComparer.Ordinal), request.Page(), k => k.Kid));
        }).Needs(Right.KeysRead).Produces<ApiPage<ListKeys.Key>>().Pages("key id");
        api.MapPost("/keys/rotate", async (ApiRequest request) =>
        {
            var body = await request.OptionalBodyAsync<Rotate>();
            return await request.Get<RotateKeys>().HandleAsync(new(body.Algorithm, body.Reason ?? ApiRequest.DefaultReason), request.Actor, request.Ct) is RotateKeys.Outcome.Announced announced
                ? ApiRequest.Json(new Announced(announced.Keys))
                : ApiProblem.Conflict("announcedBefore", "The next key is announced already.");
        }).Needs(Right.KeysWrite).Accepts<Rotate>(isOptional: true, "application/json").Produces<Announced>().Refuses(StatusCodes.Status409Conflict);
        api.MapPost("/keys/{kid}/revoke", async (ApiRequest request, string kid) =>
        {
            var body = await request.OptionalBodyAsync<Revoke>();
            return await request.Get<RevokeKey>().HandleAsync(new(kid, body.Reason ?? ApiRequest.DefaultReason), request.Actor, request.Ct) == RevokeKey.Outcome.Revoked
                ? Results.NoContent()
                : ApiProblem.NotFound("such key");
        }).Needs(Right.KeysWrite).Accepts<Revoke>(isOptional: true, "application/json").Produces(StatusCodes.Status204NoContent);
    }
}
