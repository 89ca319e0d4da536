using IdP.Server.Admin.Access;
using IdP.Server.Admin.Api;
using IdP.Server.Admin.Users;

namespace IdP.Server.Admin.Campaigns;

/// <summary><c>/api/v1/campaigns</c>.</summary>
internal static class CampaignApi
{
    /// <param name="Deadline">Or <paramref name="Days"/> from now; one of the two.</param>
    /// <param name="Users">User names, addresses or ids.</param>
    /// <param name="Group">Everybody who is in it now.</param>
    public sealed record New(string Name, DateTimeOffset? Deadline = null, int? Days = null, List<string>? Users = null, string? Group = null, string? Reason = null);

    public sealed record More(List<string>? Users = null, string? Group = null, string? Reason = null);

    /// <param name="UnlockLate">Also gives those a new period whose time is over; false when it is missing.</param>
    public sealed record Longer(DateTimeOffset? Deadline = null, int? Days = null, bool? UnlockLate = null, string? Reason = null);

    public sealed record Why(string? Reason = null);

    /// <param name="People">What became of those who were chosen.</param>
    public sealed record Started(ShowCampaign.Campaign Campaign, Added People);

    public sealed record Extended(ShowCampaign.Campaign Campaign, int More, int Unlocked, int StillLate, int OnlyOwner);

    public sealed record Reminded(int People);

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/campaigns", ListAsync).Needs(Right.CampaignsRead).Produces<ApiPage<ShowCampaign.Campaign>>()
            .Takes("state", "Only those that run.", "running").Pages("campaign's id");
        api.MapPost("/campaigns", StartAsync).Needs(Right.CampaignsWrite).Accepts<New>("application/json").Produces<Started>(StatusCodes.Status201Created);
        api.MapGet("/campaigns/{id}", ShowAsync).Needs(Right.CampaignsRead).Produces<ShowCampaign.Board>();
        api.MapGet("/campaigns/{id}/export", ExportAsync).Needs(Right.CampaignsRead).Produces<string>(StatusCodes.Status200OK, "text/csv");
        api.MapPost("/campaigns/{id}/members", AddAsync).Needs(Right.CampaignsWrite).Accepts<More>("application/json").Produces<Added>();
        api.MapPost("/campaigns/{id}/extend", ExtendAsync).Needs(Right.CampaignsWrite).Accepts<Longer>("application/json").Produces<Extended>().Refuses(StatusCodes.Status409Conflict);
        api.MapPost("/campaigns/{id}/remind", RemindAsync).Needs(Right.CampaignsWrite).Accepts<Why>("application/json").Produces<Reminded>().Refuses(StatusCodes.Status409Conflict);
        api.MapPost("/campaigns/{id}/close", CloseAsync).Needs(Right.CampaignsWrite).Accepts<Why>("application/json").Produces<ShowCampaign.Board>();
    }

    private static async Task<IResult> ListAsync(ApiRequest request)
    {
        var (limit, after) = request.Page();
        return await request.Get<ListCampaigns>().HandleAsync(new(request.Choice("state", ["running"]) is not null, limit, after), request.Ct) is { } page
            ? ApiRequest.Json(new ApiPage<ShowCampaign.Campaign>(page.Campaigns, page.More ? page.Campaigns[^1].Id : null))
            : throw new ApiInputException("after", "is no campaign's id.");
    }

    private static async Task<IResult> StartAsync(ApiRequest request)
    {
        var body = await request.BodyAsync<New>();
        var outcome = await request.Get<StartCampaign>().HandleAsync(
            new(body.Name, Deadline(request, body.Deadline, body.Days), new Chosen(body.Users, body.Group), body.Reason ?? ApiRequest.DefaultReason), request.Actor, request.Ct);
        return outcome switch
        {
            StartCampaign.Outcome.Started started => request.Created(
                "/campaigns/" + started.Id, new Started((await request.Get<ShowCampaign>().HandleAsync(started.Id, request.Ct))!.Campaign, started.People)),
            StartCampaign.Outcome.NoSuchPeople nobody => Unknown(nobody.Names),
            _ => ApiProblem.Field("users", "Name people, or a group that somebody is in."),
        };
    }

    // The names of those who lock next are people's business.
    private static async Task<IResult> ShowAsync(ApiRequest request, string id) =>
        await request.Get<ShowCampaign>().HandleAsync(id, request.Ct) is { } board
            ? ApiRequest.Json(request.Actor.Has(Right.PeopleRead) ? board : board with { LockNext = [] })
            : ApiProblem.NotFound("such campaign");

    private static async Task<IResult> ExportAsync(ApiRequest request, string id)
    {
        request.Actor.Demand(Right.PeopleRead);
        return await request.Get<ShowCampaign>().HandleAsync(id, request.Ct) is { } board
            ? new CsvResult(board.Campaign.Name, request.Get<ExportCampaign>().LinesAsync(id, request.Ct))
            : ApiProblem.NotFound("such campaign");
    }

    private static async Task<IResult> AddAsync(ApiRequest request, string id)
    {
        var body = await request.BodyAsync<More>();
        return await request.Get<AddMembers>().HandleAsync(new(id, new Chosen(body.Users, body.Group), body.Reason ?? ApiRequest.DefaultReason), request.Actor, request.Ct) switch
        {
            AddMembers.Outcome.Done done => ApiRequest.Json(done.People),
            AddMembers.Outcome.NoSuchPeople nobody => Unknown(nobody.Names),
            _ => NotRunning(),
        };
    }

    private static async Task<IResult> ExtendAsync(ApiRequest request, string id)
    {
        var body = await request.BodyAsync<Longer>();
        var outcome = await request.Get<ExtendCampaign>().HandleAsync(
            new(id, Deadline(request, body.Deadline, body.Days), body.UnlockLate ?? false, body.Reason ?? ApiRequest.DefaultReason), request.Actor, request.Ct);
        return outcome switch
        {
            ExtendCampaign.Outcome.Extended e => ApiRequest.Json(
                new Extended((await request.Get<ShowCampaign>().HandleAsync(id, request.Ct))!.Campaign, e.More, e.Unlocked, e.StillLate, e.OnlyOwner)),
            ExtendCampaign.Outcome.NotLater => ApiProblem.Conflict("notLater", "The campaign lasts that long already."),
            _ => NotRunning(),
        };
    }

    private static async Task<IResult> RemindAsync(ApiRequest request, string id) =>
        await request.Get<RemindCampaign>().HandleAsync(new(id, (await request.BodyAsync<Why>()).Reason ?? ApiRequest.DefaultReason), request.Actor, request.Ct) switch
        {
            RemindCampaign.Outcome.Reminded reminded => ApiRequest.Json(new Reminded(reminded.People)),
            RemindCampaign.Outcome.TooSoon => ApiProblem.Conflict("tooSoon", "They were reminded within the last hour."),
            _ => NotRunning(),
        };

    private static async Task<IResult> CloseAsync(ApiRequest request, string id) =>
        await request.Get<CloseCampaign>().HandleAsync(new(id, (await request.BodyAsync<Why>()).Reason ?? ApiRequest.DefaultReason), request.Actor, request.Ct) == CloseCampaign.Outcome.Closed
            ? await ShowAsync(request, id)
            : NotRunning();

    private static DateTimeOffset Deadline(ApiRequest request, DateTimeOffset? deadline, int? days) => (deadline, days) switch
    {
        ({ } time, null) => time,
        (null, >= 1 and <= 365) => request.Get<TimeProvider>().GetUtcNow().AddDays(days.Value),
        (null, { }) => throw new ApiInputException("days", Periods.Range),
        _ => throw new ApiInputException("deadline", "Give deadline or days, one of the two."),
    };

    private static ApiProblem Unknown(IReadOnlyList<string> names) => ApiProblem.Field("users", $"Nobody has these names: {string.Join(", ", names.Take(20))}{(names.Count > 20 ? ", …" : "")}");

    private static ApiProblem NotRunning() => ApiProblem.NotFound("such campaign that runs");
}
