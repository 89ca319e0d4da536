using IdP.Server.Admin.Access;
using IdP.Server.Admin.Api;

namespace IdP.Server.Admin.Tokens;

/// <summary><c>/api/v1/tokens</c>: one's own; everybody's with <c>tokens:write</c>.</summary>
internal static class TokenApi
{
    /// <param name="Username">Whose; the caller's own when missing.</param>
    /// <param name="Days">30 when missing.</param>
    public sealed record Body(string Name, List<string> Scopes, string? Username = null, int? Days = null, string? Reason = null);

    public sealed record Made(string Id, string Token, DateTimeOffset ExpiresAt);

    /// <param name="AlsoRevoked">How many tokens that were made with it went along.</param>
    public sealed record Revoked(int AlsoRevoked);

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/tokens", async (ApiRequest request) =>
        {
            var tokens = await request.Get<ListTokens>().HandleAsync(request.Actor, request.Ct);
            return ApiRequest.Json(ApiPage.Of(tokens.OrderBy(t => t.Id, StringComparer.Ordinal), request.Page(), t => t.Id));
        }).Needs(null).Produces<ApiPage<ListTokens.Row>>().Pages("token id");
        api.MapPost("/tokens", async (ApiRequest request) =>
        {
            var body = await request.BodyAsync<Body>();
            var made = await request.Get<AddToken>().HandleAsync(
                new(body.Username, body.Name, body.Scopes, body.Days ?? 30, body.Reason ?? ApiRequest.DefaultReason), request.Actor, request.Ct);
            return made switch
            {
                AddToken.Outcome.Added added => request.Created($"/tokens/{added.Id}", new Made(added.Id, added.Token, added.ExpiresAt)),
                AddToken.Outcome.NoRole => ApiProblem.Conflict("noRole", "The person has no admin role, so a token could do nothing."),
                _ => ApiProblem.Field("username", "There is no such person."),
            };
        }).Needs(null).Accepts<Body>("application/json").Produces<Made>(StatusCodes.Status201Created).Refuses(StatusCodes.Status409Conflict);
        api.MapDelete("/tokens/{id}", async (ApiRequest request, string id) =>
            await request.Get<RevokeToken>().HandleAsync(new(id, request.Query("reason") ?? ApiRequest.DefaultReason), request.Actor, request.Ct) is RevokeToken.Outcome.Revoked revoked
                ? ApiRequest.Json(new Revoked(revoked.AlsoRevoked))
                : ApiProblem.NotFound("such token")).Needs(null).Produces<Revoked>().Explains();
    }
}
