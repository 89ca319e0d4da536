using IdP.Server.Admin.Access;

namespace IdP.Server.Admin.Users;

/// <summary>What an admin can do to a person, by name: for one person and for many, the same operations.</summary>
internal sealed class PersonActs(IServiceProvider services, TimeProvider clock)
{
    public const string Require = "require";
    public const string Lift = "lift";
    public const string Extend = "extend";
    public const string Unlock = "unlock";
    public const string Reset = "reset";
    public const string Compromised = "compromised";
    public const string Pass = "pass";
    public const string Disable = "disable";
    public const string Enable = "enable";
    public const string Sessions = "sessions";
    public const string Remove = "remove";

    /// <summary>In the order in which they are offered.</summary>
    public static IReadOnlyList<string> All { get; } = [Unlock, Require, Extend, Pass, Reset, Compromised, Sessions, Disable, Enable, Lift, Remove];

    /// <summary>Acts that take from people what nobody gives back by one click, or that shut them out. Their buttons say so.</summary>
    public static bool IsHarsh(string act) => act is Compromised or Disable or Remove;

    /// <summary>Those for several people at once.</summary>
    public static IReadOnlyList<string> ForMany { get; } = [Require, Extend, Unlock, Reset, Disable, Sessions];

    /// <param name="Days">Of the period; null: what the act does without.</param>
    /// <param name="Hours">That a pass works.</param>
    public sealed record Request(string UserId, int? Days, int Hours, string Reason);

    /// <param name="Done">Something was changed.</param>
    /// <param name="Word">What happened, or why nothing did; the end of a text's key.</param>
    public sealed record Result(bool Done, string Word)
    {
        public DateTimeOffset? Date { get; init; }

        /// <summary>Shown this once.</summary>
        public string? Pass { get; init; }
    }

    public static Right Needs(string act) => act is Lift or Remove ? Right.PeopleWrite : Right.PeopleSupport;

    /// <summary>Why the act would leave the person out, as far as can be told before it is tried; null: it would not.</summary>
    public string? WhyNot(string act, ListUsers.Row person, Actor actor, int? days)
    {
        if (!actor.Has(Needs(act))) return "notAllowed";
        if (person.Roles.Count > 0 && !actor.Has(Right.RolesWrite)) return "onlyOwner";
        return act switch
        {
            Require => person.Required ? "alreadyRequired" : null,
            Lift => person.Required || person.State == EnrollmentView.MustEnroll ? null : "notRequired",
            Extend when person.State == EnrollmentView.Expired => "periodOver",
            Extend => person.Deadline is not { } end ? "noPeriod" : days is { } given && clock.GetUtcNow().AddDays(given) <= end ? "longer" : null,
            Unlock => person.Locked ? null : "notLocked",
            Reset when person.State == EnrollmentView.NotRequired => "nothingToReset",
            Reset => person.State == EnrollmentView.Expired && days is not null ? "periodOver" : null,
            Pass => person.State == EnrollmentView.Active ? "enrolled" : null,
            Disable => person.Disabled ? "alreadyDisabled" : null,
            Enable => person.Disabled ? null : "notDisabled",
            _ => null,
        };
    }

    /// <summary>Does it.</summary>
    /// <exception cref="ForbiddenException">They may not, or not to this person.</exception>
    public Task<Result> RunAsync(string act, Request request, Actor actor, CancellationToken ct) => act switch
    {
        Require => RequireAsync(request, actor, ct),
        Extend => ExtendAsync(request, actor, ct),
        Unlock => UnlockAsync(request, actor, ct),
        Reset or Compromised => ResetAsync(request, act == Compromised, actor, ct),
        Pass => PassAsync(request, actor, ct),
        _ => OtherAsync(act, request, actor, ct),
    };

    private T Get<T>()
        where T : notnull => services.GetRequiredService<T>();

    private static Result Gone { get; } = new(false, "gone");

    private async Task<Result> RequireAsync(Request request, Actor actor, CancellationToken ct) =>
        await Get<RequireVerification>().HandleAsync(new(request.UserId, request.Days, request.Reason), actor, ct) switch
        {
            RequireVerification.Outcome.Required required =>
                new(true, required.Enrolled ? "requiredEnrolled" : required.Deadline is null ? "requiredNext" : "required") { Date = required.Deadline },
            RequireVerification.Outcome.AlreadyRequired => new(false, "alreadyRequired"),
            _ => Gone,
        };

    private async Task<Result> ExtendAsync(Request request, Actor actor, CancellationToken ct) =>
        await Get<ExtendPeriod>().HandleAsync(new(request.UserId, request.Days ?? 0, request.Reason), actor, ct) switch
        {
            ExtendPeriod.Outcome.Extended extended => new(true, "extended") { Date = extended.Deadline },
            ExtendPeriod.Outcome.PeriodOver => new(false, "periodOver"),
            ExtendPeriod.Outcome.NotLonger => new(false, "longer"),
            ExtendPeriod.Outcome.NotInPeriod => new(false, "noPeriod"),
            _ => Gone,
        };

    private async Task<Result> UnlockAsync(Request request, Actor actor, CancellationToken ct) =>
        await Get<UnlockUser>().HandleAsync(new(request.UserId, request.Days, AtNextSignIn: request.Days is null, request.Reason), actor, ct) switch
        {
            UnlockUser.Outcome.Unlocked unlocked =>
                new(true, !unlocked.Ended.Contains("enrollmentExpired") ? "unlocked" : unlocked.Deadline is null ? "unlockedNext" : "unlockedDays") { Date = unlocked.Deadline },
            UnlockUser.Outcome.NotLocked => new(false, "notLocked"),
            _ => Gone,
        };

    private async Task<Result> ResetAsync(Request request, bool compromised, Actor actor, CancellationToken ct) =>
        await Get<ResetVerification>().HandleAsync(new(request.UserId, request.Days, compromised, request.Reason), actor, ct) switch
        {
            ResetVerification.Outcome.Done done => new(true, compromised ? "compromised" : done.StillLocked ? "resetLocked" : "reset"),
            ResetVerification.Outcome.NothingToReset => new(false, "nothingToReset"),
            ResetVerification.Outcome.PeriodOver => new(false, "periodOver"),
            _ => Gone,
        };

    private async Task<Result> PassAsync(Request request, Actor actor, CancellationToken ct) =>
        await Get<IssueEnrollmentPass>().HandleAsync(new(request.UserId, request.Hours, request.Reason), actor, ct) switch
        {
            IssueEnrollmentPass.Outcome.Issued issued => new(true, "pass") { Date = issued.ExpiresAt, Pass = issued.Pass },
            IssueEnrollmentPass.Outcome.Enrolled => new(false, "enrolled"),
            _ => Gone,
        };

    private async Task<Result> OtherAsync(string act, Request request, Actor actor, CancellationToken ct)
    {
        var (id, why) = (request.UserId, request.Reason);
        return act switch
        {
            Lift => await Get<LiftRequirement>().HandleAsync(new(id, why), actor, ct) switch
            {
                LiftRequirement.Outcome.Lifted => new(true, "lifted"),
                LiftRequirement.Outcome.NotRequired => new(false, "notRequired"),
                _ => Gone,
            },
            Disable => await Get<DisableUser>().HandleAsync(new(id, why), actor, ct) switch
            {
                DisableUser.Outcome.Disabled => new(true, "disabled"),
                DisableUser.Outcome.AlreadyDisabled => new(false, "alreadyDisabled"),
                DisableUser.Outcome.LastOwner => new(false, "lastOwner"),
                _ => Gone,
            },
            Enable => await Get<EnableUser>().HandleAsync(new(id, why), actor, ct) switch
            {
                EnableUser.Outcome.Enabled => new(true, "enabled"),
                EnableUser.Outcome.NotDisabled => new(false, "notDisabled"),
                _ => Gone,
            },
            Sessions => (await Get<EndSessions>().HandleAsync(new(id, why), actor, ct)).Sessions is null ? Gone : new(true, "sessions"),
            Remove => await Get<RemoveUser>().HandleAsync(new(id, why), actor, ct) switch
            {
                RemoveUser.Outcome.Removed => new(true, "removed"),
                RemoveUser.Outcome.LastOwner => new(false, "lastOwner"),
                _ => Gone,
            },
            _ => throw new ArgumentOutOfRangeException(nameof(act), act, "There is no such act."),
        };
    }
}
