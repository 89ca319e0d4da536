using IdP.Storage.Enrollments;
using IdP.Verification.Decisions;
using IdP.Verification.SignIn;

namespace IdP.Server.Admin.Users;

/// <summary>How far a person is with identity verification, as admins see it.</summary>
/// <param name="State"><c>notRequired</c>, <c>period</c>, <c>mustEnroll</c>, <c>expired</c> or <c>active</c>.</param>
/// <param name="Deadline">End of the period; null: there is none.</param>
/// <param name="DaysLeft">Begun days until then; null outside a running period.</param>
internal sealed record EnrollmentView(string State, DateTimeOffset? Deadline, int? DaysLeft)
{
    public const string NotRequired = "notRequired";
    public const string Period = "period";
    public const string MustEnroll = "mustEnroll";
    public const string Expired = "expired";
    public const string Active = "active";

    public static IReadOnlyList<string> All { get; } = [NotRequired, Period, MustEnroll, Expired, Active];

    public static EnrollmentView Of(Enrollment? enrollment, bool hasAuthenticator, DateTimeOffset now) =>
        EnrollmentStates.Of(enrollment, hasAuthenticator) switch
        {
            EnrollmentState.Active => new(Active, null, null),
            EnrollmentState.Period period => Running(Period, period.Deadline, now),
            EnrollmentState.MustEnroll must => Running(MustEnroll, must.Deadline, now),
            EnrollmentState.Expired expired => new(Expired, expired.Since, null),
            _ => new(NotRequired, null, null),
        };

    // At the deadline it is over, whether or not the sweep has been there.
    private static EnrollmentView Running(string state, DateTimeOffset? deadline, DateTimeOffset now) => deadline switch
    {
        null => new(state, null, null),
        { } end when now >= end => new(Expired, end, null),
        { } end => new(state, end, VerificationPolicy.DaysLeft(end - now)),
    };
}
