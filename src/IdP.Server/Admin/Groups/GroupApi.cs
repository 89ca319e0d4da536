using System.Text.Json;
using IdP.Server.Admin.Access;
using IdP.Server.Admin.Api;

namespace IdP.Server.Admin.Groups;

/// <summary><c>/api/v1/groups</c>.</summary>
internal static class GroupApi
{
    public sealed record New(string Name, string? Description = null, Dictionary<string, JsonElement>? Claims = null, string? Reason = null);

    public sealed record Patch(string? Description = null, Dictionary<string, JsonElement>? Claims = null, string? Reason = null);

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/groups", ListAsync).Needs(Right.GroupsRead).Produces<ApiPage<ShowGroup.Registration>>()
            .Takes("search", "Part of a name.").Pages("name");
        api.MapPost("/groups", AddAsync).Needs(Right.GroupsWrite).Accepts<New>("application/json").Produces<ShowGroup.Registration>(StatusCodes.Status201Created).Refuses(StatusCodes.Status409Conflict);
        api.MapGet("/groups/{name}", ShowAsync).Needs(Right.GroupsRead).Produces<ShowGroup.Registration>();
        api.MapPatch("/groups/{name}", SetAsync).Needs(Right.GroupsWrite).Accepts<Patch>("application/json").Produces<ShowGroup.Registration>().Conditional();
        api.MapDelete("/groups/{name}", RemoveAsync).Needs(Right.GroupsWrite).Produces(StatusCodes.Status204NoContent).Conditional().Explains();
    }

    private static async Task<IResult> ListAsync(ApiRequest request)
    {
        var groups = await request.Get<ListGroups>().HandleAsync(request.Query("search"));
        return ApiRequest.Json(ApiPage.Of(groups, request.Page(), g => g.Name));
    }

    private static async Task<IResult> AddAsync(ApiRequest request)
    {
        var body = await request.BodyAsync<New>();
        var patch = new GroupPatch { Description = body.Description, Claims = body.Claims };
        return await request.Get<AddGroup>().HandleAsync(new(body.Name, patch, body.Reason ?? ApiRequest.DefaultReason), request.Actor, request.Ct) == AddGroup.Outcome.Added
            ? request.Created($"/groups/{Uri.EscapeDataString(body.Name)}", (await request.Get<ShowGroup>().HandleAsync(body.Name))!)
            : ApiProblem.Conflict("nameTaken", $"The group {body.Name} is registered already.");
    }

    private static async Task<IResult> ShowAsync(ApiRequest request, string name) =>
        await request.Get<ShowGroup>().HandleAsync(name) is { } group ? request.One(group) : ApiProblem.NotFound("such group");

    private static async Task<IResult> SetAsync(ApiRequest request, string name)
    {
        var body = await request.BodyAsync<Patch>();
        var patch = new GroupPatch { Description = body.Description, Claims = body.Claims };
        var outcome = await request.Get<SetGroup>().HandleAsync(new(name, patch, body.Reason ?? ApiRequest.DefaultReason) { IfMatch = request.IfMatch }, request.Actor, request.Ct);
        return outcome is SetGroup.Outcome.NoSuchGroup ? ApiProblem.NotFound("such group") : await ShowAsync(request, name);
    }

    private static async Task<IResult> RemoveAsync(ApiRequest request, string name) =>
        await request.Get<RemoveGroup>().HandleAsync(new(name, request.Query("reason") ?? ApiRequest.DefaultReason) { IfMatch = request.IfMatch }, request.Actor, request.Ct) == RemoveGroup.Outcome.Removed
            ? Results.NoContent()
            : ApiProblem.NotFound("such group");
}
