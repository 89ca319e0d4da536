using IdP.Server.Admin.Access;
using IdP.Server.Admin.Api;

namespace IdP.Server.Admin.Clients;

/// <summary><c>/api/v1/clients</c>.</summary>
internal static class ClientApi
{
    /// <summary>An application to be registered.</summary>
    public sealed record New : ClientPatch
    {
        public required string ClientId { get; init; }

        /// <summary>One of the caller's own; null: one is made where the client needs one.</summary>
        public string? ClientSecret { get; init; }

        public string? Reason { get; init; }
    }

    /// <summary>What is to be different.</summary>
    public sealed record Patch : ClientPatch
    {
        public string? Reason { get; init; }
    }

    /// <param name="OverlapHours">How long the present secret still works; null: 24.</param>
    public sealed record Rotate(int? OverlapHours = null, string? Reason = null);

    /// <param name="ClientSecret">The secret that was made, shown this once; null: none was.</param>
    /// <param name="Client">Null: the token may not read clients.</param>
    public sealed record Added(string ClientId, string? ClientSecret, ShowClient.Registration? Client)
    {
        public override string ToString() => "Added(redacted)";
    }

    /// <param name="Changes">What became different; empty: nothing.</param>
    /// <param name="Client">As it is now; null: the token may not read clients.</param>
    public sealed record Changed(IReadOnlyList<Change> Changes, ShowClient.Registration? Client);

    /// <param name="ClientSecret">Shown this once.</param>
    /// <param name="OldValidUntil">Null: the old one works no more, or there was none.</param>
    public sealed record Rotated(string ClientSecret, DateTimeOffset? OldValidUntil)
    {
        public override string ToString() => "Rotated(redacted)";
    }

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/clients", ListAsync).Needs(Right.ClientsRead).Produces<ApiPage<ShowClient.Registration>>()
            .Takes("search", "Part of a client id or a name.").Pages("client id");
        api.MapPost("/clients", AddAsync).Needs(Right.ClientsWrite).Accepts<New>("application/json").Produces<Added>(StatusCodes.Status201Created).Refuses(StatusCodes.Status409Conflict);
        api.MapGet("/clients/{id}", ShowAsync).Needs(Right.ClientsRead).Produces<ShowClient.Registration>();
        api.MapPatch("/clients/{id}", SetAsync).Needs(Right.ClientsWrite).Accepts<Patch>("application/json").Produces<Changed>().Conditional();
        api.MapDelete("/clients/{id}", RemoveAsync).Needs(Right.ClientsWrite).Produces(StatusCodes.Status204NoContent).Conditional().Explains();
        api.MapPost("/clients/{id}/rotate-secret", RotateAsync).Needs(Right.ClientsWrite)
            .Accepts<Rotate>(isOptional: true, "application/json").Produces<Rotated>().Refuses(StatusCodes.Status409Conflict);
    }

    private static ApiProblem NoSuch => ApiProblem.NotFound("such client");

    private static Task<ShowClient.Registration?> SeenAsync(ApiRequest request, string id) =>
        request.Actor.Has(Right.ClientsRead) ? request.Get<ShowClient>().HandleAsync(id) : Task.FromResult<ShowClient.Registration?>(null);

    private static async Task<IResult> ListAsync(ApiRequest request)
    {
        var clients = await request.Get<ListClients>().HandleAsync(request.Query("search"));
        return ApiRequest.Json(ApiPage.Of(clients, request.Page(), c => c.ClientId));
    }

    private static async Task<IResult> AddAsync(ApiRequest request)
    {
        var body = await request.BodyAsync<New>();
        var outcome = await request.Get<AddClient>().HandleAsync(new(body.ClientId, body, body.ClientSecret, body.Reason ?? ApiRequest.DefaultReason), request.Actor, request.Ct);
        if (outcome is not AddClient.Outcome.Added added) return ApiProblem.Conflict("clientIdTaken", $"The client {body.ClientId} is registered already.");
        var client = await SeenAsync(request, body.ClientId);
        return request.Created($"/clients/{Uri.EscapeDataString(body.ClientId)}", new Added(body.ClientId, added.Secret, client), client is null ? null : ShowClient.ETagOf(client));
    }

    private static async Task<IResult> ShowAsync(ApiRequest request, string id) =>
        await request.Get<ShowClient>().HandleAsync(id) is { } client ? request.One(client, ShowClient.ETagOf(client)) : NoSuch;

    private static async Task<IResult> SetAsync(ApiRequest request, string id)
    {
        var body = await request.BodyAsync<Patch>();
        var outcome = await request.Get<SetClient>().HandleAsync(new(id, body, body.Reason ?? ApiRequest.DefaultReason) { IfMatch = request.IfMatch }, request.Actor, request.Ct);
        if (outcome is SetClient.Outcome.NoSuchClient) return NoSuch;
        var client = await SeenAsync(request, id);
        var answer = new Changed(outcome is SetClient.Outcome.Changed changed ? changed.Changes : [], client);
        return client is null ? ApiRequest.Json(answer) : request.One(answer, ShowClient.ETagOf(client));
    }

    private static async Task<IResult> RemoveAsync(ApiRequest request, string id) =>
        await request.Get<RemoveClient>().HandleAsync(new(id, request.Query("reason") ?? ApiRequest.DefaultReason) { IfMatch = request.IfMatch }, request.Actor, request.Ct) == RemoveClient.Outcome.Removed
            ? Results.NoContent()
            : NoSuch;

    private static async Task<IResult> RotateAsync(ApiRequest request, string id)
    {
        var body = await request.OptionalBodyAsync<Rotate>();
        return await request.Get<RotateSecret>().HandleAsync(new(id, body.OverlapHours ?? 24, body.Reason ?? ApiRequest.DefaultReason), request.Actor, request.Ct) switch
        {
            RotateSecret.Outcome.Rotated rotated => ApiRequest.Json(new Rotated(rotated.Secret, rotated.OldValidUntil)),
            RotateSecret.Outcome.UsesNoSecret none => ApiProblem.Conflict("usesNoSecret", $"The client uses no secret: its tokenEndpointAuthMethod is {none.Method}."),
            _ => NoSuch,
        };
    }
}
