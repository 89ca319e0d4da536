using IdP.Server.Admin.Access;
using IdP.Server.Admin.Api;

namespace IdP.Server.Admin.Users;

/// <summary><c>/api/v1/users</c>. <c>{user}</c> is an id, a user name or an e-mail address; only the id fits every path.</summary>
internal static class UserApi
{
    /// <summary>A person to be added.</summary>
    public sealed record New : UserPatch
    {
        public required string Username { get; init; }

        /// <summary>Null: the person cannot sign in until one is set.</summary>
        public string? Password { get; init; }

        public bool? MustChangePassword { get; init; }

        public string? Reason { get; init; }
    }

    /// <summary>What is to be different.</summary>
    public sealed record Patch : UserPatch
    {
        public string? Reason { get; init; }
    }

    /// <param name="Changes">What became different; empty: nothing.</param>
    /// <param name="User">As they are now; null: the token may not read people.</param>
    public sealed record Changed(IReadOnlyList<Change> Changes, ShowUser.Person? User);

    /// <param name="Id">Of the new person.</param>
    /// <param name="User">Null: the token may not read people.</param>
    public sealed record Added(string Id, ShowUser.Person? User);

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/users", ListAsync).Needs(Right.PeopleRead).Produces<ApiPage<ListUsers.Row>>()
            .Takes("search", "Part of a user name, an e-mail address or a display name, or a reference number.")
            .Takes("state", "How far they are.", PeopleFilter.All)
            .Takes("role", "Only people who have this admin role; any: who have one.", RolesAsked)
            .Takes("group", "Only people of this group.")
            .Takes("disabled", "Only people who are turned off, or not.", Flags)
            .Takes("campaign", "Only people of this campaign, by its id.")
            .TakesNumber("daysLeftAtMost", "Only people whose time runs and who have at most so many days left, 1 to 365.")
            .TakesNumber("daysLeftAtLeast", "Only people whose time runs and who have at least so many days left, 1 to 365.")
            .Pages("user name");
        api.MapPost("/users", AddAsync).Needs(Right.PeopleWrite).Accepts<New>("application/json").Produces<Added>(StatusCodes.Status201Created).Refuses(StatusCodes.Status409Conflict);
        api.MapGet("/users/{user}", ShowAsync).Needs(Right.PeopleRead).Produces<ShowUser.Person>();
        api.MapPatch("/users/{user}", SetAsync).Needs(Right.PeopleWrite).Accepts<Patch>("application/json").Produces<Changed>().Refuses(StatusCodes.Status409Conflict).Conditional();
        api.MapDelete("/users/{user}", RemoveAsync).Needs(Right.PeopleWrite).Produces(StatusCodes.Status204NoContent).Refuses(StatusCodes.Status409Conflict).Conditional().Explains();
    }

    private static readonly string[] Flags = ["true", "false"];

    private static readonly string[] RolesAsked = ["any", .. Roles.All];

    /// <summary>There is no such person, in the words of every route.</summary>
    public static ApiProblem NoSuch => ApiProblem.NotFound("such person");

    public static ApiProblem LastOwner => ApiProblem.Conflict("lastOwner", "The person is the only owner. Make somebody else owner first.");

    /// <summary>The person as the caller may see them; null: not at all.</summary>
    public static Task<ShowUser.Person?> SeenAsync(this ApiRequest request, string user) =>
        request.Actor.Has(Right.PeopleRead) ? request.Get<ShowUser>().HandleAsync(user, request.Ct) : Task.FromResult<ShowUser.Person?>(null);

    private static async Task<IResult> ListAsync(ApiRequest request)
    {
        var (limit, after) = request.Page();
        var page = await request.Get<ListUsers>().HandleAsync(new(request.Query("search"), request.Choice("state", PeopleFilter.All), limit)
        {
            After = after, Role = request.Choice("role", RolesAsked), Group = request.Query("group"), Disabled = request.Choice("disabled", Flags) switch { null => null, var flag => flag == "true" },
            Campaign = request.Query("campaign"), MostDays = request.Number("daysLeftAtMost", 1, 365), FewestDays = request.Number("daysLeftAtLeast", 1, 365),
        }, request.Ct);
        return ApiRequest.Json(new ApiPage<ListUsers.Row>(page.Users, page.More ? page.Users[^1].Username : null));
    }

    private static async Task<IResult> AddAsync(ApiRequest request)
    {
        var body = await request.BodyAsync<New>();
        var outcome = await request.Get<AddUser>().HandleAsync(
            new(body.Username, body, body.Password, body.MustChangePassword ?? false, body.Reason ?? ApiRequest.DefaultReason), request.Actor, request.Ct);
        if (outcome is not AddUser.Outcome.Added added)
        {
            return outcome is AddUser.Outcome.EmailTaken ? EmailTaken
                : ApiProblem.Conflict("usernameTaken", "Somebody has this user name, or it as an e-mail address.");
        }

        var person = await request.SeenAsync(added.UserId);
        return request.Created($"/users/{added.UserId}", new Added(added.UserId, person), person?.ETag);
    }

    private static async Task<IResult> ShowAsync(ApiRequest request, string user) =>
        await request.Get<ShowUser>().HandleAsync(user, request.Ct) is { } person ? request.One(person, person.ETag) : NoSuch;

    private static async Task<IResult> SetAsync(ApiRequest request, string user)
    {
        var body = await request.BodyAsync<Patch>();
        var outcome = await request.Get<SetUser>().HandleAsync(new(user, body, body.Reason ?? ApiRequest.DefaultReason) { IfMatch = request.IfMatch }, request.Actor, request.Ct);
        switch (outcome)
        {
            case SetUser.Outcome.NoSuchUser: return NoSuch;
            case SetUser.Outcome.EmailTaken: return EmailTaken;
            case SetUser.Outcome.LastOwner: return LastOwner;
        }

        var person = await request.SeenAsync(user);
        var answer = new Changed(outcome is SetUser.Outcome.Changed changed ? changed.Changes : [], person);
        return person is null ? ApiRequest.Json(answer) : request.One(answer, person.ETag);
    }

    private static async Task<IResult> RemoveAsync(ApiRequest request, string user) =>
        await request.Get<RemoveUser>().HandleAsync(new(user, request.Query("reason") ?? ApiRequest.DefaultReason) { IfMatch = request.IfMatch }, request.Actor, request.Ct) switch
        {
            RemoveUser.Outcome.NoSuchUser => NoSuch,
            RemoveUser.Outcome.LastOwner => LastOwner,
            _ => Results.NoContent(),
        };

    private static ApiProblem EmailTaken => ApiProblem.Conflict("emailTaken", "Somebody has this e-mail address, or it as a user name.");
}
