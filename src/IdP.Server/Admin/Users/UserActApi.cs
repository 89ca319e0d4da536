using IdP.Server.Admin.Access;
using IdP.Server.Admin.Api;

namespace IdP.Server.Admin.Users;

/// <summary>What is done to a person, each act a sub-resource: <c>POST /api/v1/users/{user}/unlock</c>.</summary>
internal static class UserActApi
{
    public sealed record Because(string? Reason = null);

    /// <param name="Days">Length of the enrollment period; null: the setting.</param>
    public sealed record Require(int? Days = null, string? Reason = null);

    /// <param name="Days">Counted from now.</param>
    public sealed record Extend(int Days, string? Reason = null);

    /// <param name="Days">A new period, where the old one is over.</param>
    /// <param name="AtNextSignIn">Instead: the next sign-in leads to enrollment.</param>
    public sealed record Unlock(int? Days = null, bool? AtNextSignIn = null, string? Reason = null);

    /// <param name="Days">A new period; null: at the next sign-in.</param>
    /// <param name="Compromised">Also ends sessions and what applications hold; the password works no more.</param>
    /// <param name="Password">Of a compromised account, to be changed at the next sign-in.</param>
    public sealed record Reset(int? Days = null, bool? Compromised = null, string? Password = null, string? Reason = null);

    /// <param name="MustChange">The next sign-in asks for another one.</param>
    public sealed record NewPassword(string Password, bool? MustChange = null, string? Reason = null);

    /// <param name="Hours">How long the pass works; null: 24.</param>
    public sealed record Pass(int? Hours = null, string? Reason = null);

    /// <param name="Outcome">What was done.</param>
    /// <param name="User">As they are now; null: the token may not read people.</param>
    public sealed record Done(string Outcome, ShowUser.Person? User)
    {
        /// <summary>The locks that were ended; null: the act ends none.</summary>
        public IReadOnlyList<string>? Ended { get; init; }

        /// <summary>The end of the period that runs now; null: none, or the act begins none.</summary>
        public DateTimeOffset? Deadline { get; init; }

        public int? EndedSessions { get; init; }

        public int? RemovedAuthenticators { get; init; }

        public int? RemovedRecoveryCodes { get; init; }

        /// <summary>The verification attempts are used up: unlock as well.</summary>
        public bool? StillLocked { get; init; }
    }

    /// <param name="Pass">Shown this once; the one issued before works no more.</param>
    public sealed record IssuedPass(string Pass, DateTimeOffset ExpiresAt);

    public static void Map(RouteGroupBuilder api)
    {
        Act<Require>(api, "require", Right.PeopleSupport, RequireAsync);
        Act<Because>(api, "lift", Right.PeopleWrite, LiftAsync);
        Act<Extend>(api, "extend", Right.PeopleSupport, ExtendAsync, isOptional: false);
        Act<Unlock>(api, "unlock", Right.PeopleSupport, UnlockAsync);
        Act<Reset>(api, "reset", Right.PeopleSupport, ResetAsync);
        Act<Because>(api, "disable", Right.PeopleSupport, DisableAsync);
        Act<Because>(api, "enable", Right.PeopleSupport, EnableAsync);
        Act<Because>(api, "end-sessions", Right.PeopleSupport, EndSessionsAsync);
        Act<NewPassword>(api, "password", Right.PeopleWrite, PasswordAsync, isOptional: false);
        api.MapPost("/users/{user}/enrollment-pass", PassAsync).Needs(Right.PeopleSupport)
            .Accepts<Pass>(isOptional: true, "application/json").Produces<IssuedPass>().Refuses(StatusCodes.Status409Conflict);
    }

    private static void Act<T>(RouteGroupBuilder api, string name, Right right, Func<ApiRequest, string, Task<IResult>> act, bool isOptional = true)
        where T : notnull => api.MapPost("/users/{user}/" + name, act).Needs(right).Accepts<T>(isOptional, "application/json").Produces<Done>().Refuses(StatusCodes.Status409Conflict);

    private static async Task<IResult> RequireAsync(ApiRequest request, string user)
    {
        var body = await request.OptionalBodyAsync<Require>();
        return await request.Get<RequireVerification>().HandleAsync(new(user, body.Days, Why(body.Reason)), request.Actor, request.Ct) switch
        {
            RequireVerification.Outcome.Required required => await DoneAsync(request, user, new("required", null) { Deadline = required.Deadline }),
            RequireVerification.Outcome.AlreadyRequired => ApiProblem.Conflict("alreadyRequired", "It is required already, and the period stays as it is. Extend it with extend."),
            _ => UserApi.NoSuch,
        };
    }

    private static async Task<IResult> LiftAsync(ApiRequest request, string user)
    {
        var body = await request.OptionalBodyAsync<Because>();
        return await request.Get<LiftRequirement>().HandleAsync(new(user, Why(body.Reason)), request.Actor, request.Ct) switch
        {
            LiftRequirement.Outcome.Lifted => await DoneAsync(request, user, new("lifted", null)),
            LiftRequirement.Outcome.NotRequired => ApiProblem.Conflict("notRequired", "It is not required of the person."),
            _ => UserApi.NoSuch,
        };
    }

    private static async Task<IResult> ExtendAsync(ApiRequest request, string user)
    {
        var body = await request.BodyAsync<Extend>();
        return await request.Get<ExtendPeriod>().HandleAsync(new(user, body.Days, Why(body.Reason)), request.Actor, request.Ct) switch
        {
            ExtendPeriod.Outcome.Extended extended => await DoneAsync(request, user, new("extended", null) { Deadline = extended.Deadline }),
            ExtendPeriod.Outcome.NotInPeriod not => ApiProblem.Conflict("notInPeriod", $"No period with an end is running: the person's state is {not.State}."),
            ExtendPeriod.Outcome.NotLonger longer => ApiProblem.Conflict("notLonger", $"The period lasts longer already: until {Periods.Time(longer.Deadline)}."),
            ExtendPeriod.Outcome.PeriodOver => PeriodOver,
            _ => UserApi.NoSuch,
        };
    }

    private static async Task<IResult> UnlockAsync(ApiRequest request, string user)
    {
        var body = await request.OptionalBodyAsync<Unlock>();
        return await request.Get<UnlockUser>().HandleAsync(new(user, body.Days, body.AtNextSignIn ?? false, Why(body.Reason)), request.Actor, request.Ct) switch
        {
            UnlockUser.Outcome.Unlocked unlocked => await DoneAsync(request, user, new("unlocked", null) { Ended = unlocked.Ended, Deadline = unlocked.Deadline }),
            UnlockUser.Outcome.NotLocked => ApiProblem.Conflict("notLocked", "The person is not locked."),
            UnlockUser.Outcome.SayHowToGoOn => ApiProblem.Conflict("sayHowToGoOn", "The enrollment period is over. Send days for a new one, or atNextSignIn."),
            _ => UserApi.NoSuch,
        };
    }

    private static async Task<IResult> ResetAsync(ApiRequest request, string user)
    {
        var body = await request.OptionalBodyAsync<Reset>();
        return await request.Get<ResetVerification>().HandleAsync(new(user, body.Days, body.Compromised ?? false, Why(body.Reason), body.Password), request.Actor, request.Ct) switch
        {
            ResetVerification.Outcome.Done done => await DoneAsync(request, user, new("reset", null)
            {
                Deadline = done.Deadline, RemovedAuthenticators = done.Authenticators, RemovedRecoveryCodes = done.RecoveryCodes, StillLocked = done.StillLocked,
            }),
            ResetVerification.Outcome.NothingToReset => ApiProblem.Conflict("nothingToReset", "Nothing was ever set up or required."),
            ResetVerification.Outcome.PeriodOver => PeriodOver,
            _ => UserApi.NoSuch,
        };
    }

    private static async Task<IResult> DisableAsync(ApiRequest request, string user)
    {
        var body = await request.OptionalBodyAsync<Because>();
        return await request.Get<DisableUser>().HandleAsync(new(user, Why(body.Reason)), request.Actor, request.Ct) switch
        {
            DisableUser.Outcome.Disabled => await DoneAsync(request, user, new("disabled", null)),
            DisableUser.Outcome.AlreadyDisabled => ApiProblem.Conflict("alreadyDisabled", "The account is turned off already."),
            DisableUser.Outcome.LastOwner => UserApi.LastOwner,
            _ => UserApi.NoSuch,
        };
    }

    private static async Task<IResult> EnableAsync(ApiRequest request, string user)
    {
        var body = await request.OptionalBodyAsync<Because>();
        return await request.Get<EnableUser>().HandleAsync(new(user, Why(body.Reason)), request.Actor, request.Ct) switch
        {
            EnableUser.Outcome.Enabled => await DoneAsync(request, user, new("enabled", null)),
            EnableUser.Outcome.NotDisabled => ApiProblem.Conflict("notDisabled", "The account is not turned off."),
            _ => UserApi.NoSuch,
        };
    }

    private static async Task<IResult> EndSessionsAsync(ApiRequest request, string user)
    {
        var body = await request.OptionalBodyAsync<Because>();
        var outcome = await request.Get<EndSessions>().HandleAsync(new(user, Why(body.Reason)), request.Actor, request.Ct);
        return outcome.Sessions is { } ended ? await DoneAsync(request, user, new("sessionsEnded", null) { EndedSessions = ended }) : UserApi.NoSuch;
    }

    private static async Task<IResult> PasswordAsync(ApiRequest request, string user)
    {
        var body = await request.BodyAsync<NewPassword>();
        return await request.Get<SetPassword>().HandleAsync(new(user, body.Password, body.MustChange ?? false, Why(body.Reason)), request.Actor, request.Ct) == SetPassword.Outcome.PasswordSet
            ? await DoneAsync(request, user, new("passwordSet", null))
            : UserApi.NoSuch;
    }

    private static async Task<IResult> PassAsync(ApiRequest request, string user)
    {
        var body = await request.OptionalBodyAsync<Pass>();
        return await request.Get<IssueEnrollmentPass>().HandleAsync(new(user, body.Hours ?? 24, Why(body.Reason)), request.Actor, request.Ct) switch
        {
            IssueEnrollmentPass.Outcome.Issued issued => ApiRequest.Json(new IssuedPass(issued.Pass, issued.ExpiresAt)),
            IssueEnrollmentPass.Outcome.Enrolled => ApiProblem.Conflict("enrolled", "The person has set up identity verification and needs no pass. Reset it first."),
            _ => UserApi.NoSuch,
        };
    }

    private static async Task<IResult> DoneAsync(ApiRequest request, string user, Done done)
    {
        var person = await request.SeenAsync(user);
        return person is null ? ApiRequest.Json(done) : request.One(done with { User = person }, person.ETag);
    }

    private static string Why(string? reason) => reason ?? ApiRequest.DefaultReason;

    private static ApiProblem PeriodOver => ApiProblem.Conflict("periodOver", "The enrollment period is over: unlock, with days or at the next sign-in.");
}
