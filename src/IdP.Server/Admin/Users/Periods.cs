using System.Globalization;
using IdP.Storage.Enrollments;

namespace IdP.Server.Admin.Users;

/// <summary>How enrollment periods begin and end by an admin's hand (DESIGN §3).</summary>
internal static class Periods
{
    public static string Range => Sentence.Of($"days must be from 1 to 365.");

    /// <summary>Demands verification for the first time.</summary>
    public static void Require(Enrollment enrollment, bool hasAuthenticator, int days, DateTimeOffset now) =>
        Require(enrollment, hasAuthenticator, now.AddDays(days), now);

    /// <summary>As the other, with the end of the period.</summary>
    public static void Require(Enrollment enrollment, bool hasAuthenticator, DateTimeOffset deadline, DateTimeOffset now)
    {
        enrollment.RequiredAt = now;
        enrollment.RequiredBy = "admin";
        // Whoever is enrolled, or must enrol at once, has no use for a period: it could only be skipped in.
        if (hasAuthenticator || enrollment.MustEnroll) return;
        Begin(enrollment, EnrollmentCause.New, deadline);
    }

    /// <summary>Begins a period with an end.</summary>
    public static void Begin(Enrollment enrollment, EnrollmentCause cause, DateTimeOffset deadline)
    {
        enrollment.Deadline = deadline;
        enrollment.Cause = cause;
        enrollment.MustEnroll = false;
        enrollment.Skips = 0;
        enrollment.RemindedDays = null;
        Unlock(enrollment);
    }

    /// <summary>Lets the person in to enrol at the next sign-in and for nothing else.</summary>
    public static void AtNextSignIn(Enrollment enrollment, EnrollmentCause cause)
    {
        enrollment.Deadline = null;
        enrollment.Cause = cause;
        enrollment.MustEnroll = true;
        Unlock(enrollment);
    }

    /// <summary>Takes the demand away; authenticators stay.</summary>
    public static void Lift(Enrollment enrollment)
    {
        enrollment.RequiredAt = null;
        enrollment.RequiredBy = null;
        enrollment.Deadline = null;
        enrollment.MustEnroll = false;
        enrollment.Skips = 0;
        enrollment.RemindedDays = null;
        Unlock(enrollment);
    }

    /// <summary>A time for people and for the audit log: UTC to the minute.</summary>
    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    private static void Unlock(Enrollment enrollment)
    {
        enrollment.LockedAt = null;
        enrollment.LockReference = null;
    }
}
