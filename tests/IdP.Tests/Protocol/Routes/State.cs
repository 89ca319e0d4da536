using IdP.Storage;
using IdP.Storage.Enrollments;
using Microsoft.EntityFrameworkCore;

namespace IdP.Tests.Protocol.Routes;

internal enum Enrolled
{
    No,
    InPeriod,
    Yes,
}

/// <summary>What the session has proven besides the password.</summary>
internal enum Proven
{
    Nothing,
    Skip,
    Code,
}

/// <summary>A row of the tables: how the person begins, what their session proved then (null: there is none), and what happens to them.</summary>
internal sealed record State(Enrolled Begin, Proven? Session = Proven.Nothing, Func<IdPDbContext, string, DateTimeOffset, Task>? Happens = null)
{
    public static State Of(string name) => All[name];

    private static Dictionary<string, State> All { get; } = new()
    {
        ["nobody"] = new(Enrolled.No, Session: null),
        ["not required"] = new(Enrolled.No),
        ["in period"] = new(Enrolled.InPeriod),
        ["in period, skipped"] = new(Enrolled.InPeriod, Proven.Skip),
        ["expired"] = new(Enrolled.InPeriod, Proven.Skip, async (db, id, now) =>
            (await db.Enrollments.SingleAsync(e => e.UserId == id)).Deadline = now.AddHours(-1)),
        ["enrolled"] = new(Enrolled.Yes),
        ["enrolled, verified"] = new(Enrolled.Yes, Proven.Code),
        ["locked"] = new(Enrolled.Yes, Proven.Code, (db, id, now) =>
        {
            db.AttemptCounts.Add(new AttemptCount { Kind = AttemptKind.Verification, Owner = id, Failures = 5, LastAt = now, LockedAt = now, Reference = "LK-TEST" });
            return Task.CompletedTask;
        }),
        ["reset"] = new(Enrolled.Yes, Proven.Code, async (db, id, now) =>
        {
            await db.TotpAuthenticators.Where(a => a.UserId == id).ExecuteDeleteAsync();
            (await db.Users.SingleAsync(u => u.Id == id)).CredentialGeneration++;
            var enrollment = await db.Enrollments.SingleAsync(e => e.UserId == id);
            (enrollment.RequiredAt, enrollment.RequiredBy, enrollment.ActiveSince) = (now, "admin", null);
            (enrollment.Cause, enrollment.MustEnroll) = (EnrollmentCause.Reset, true);
        }),
        // As if they had enrolled again with the same phone, in another browser.
        ["reset, enrolled anew"] = new(Enrolled.Yes, Proven.Code, async (db, id, now) =>
            (await db.Users.SingleAsync(u => u.Id == id)).CredentialGeneration++),
        ["disabled"] = new(Enrolled.Yes, Proven.Code, async (db, id, now) =>
            (await db.Users.SingleAsync(u => u.Id == id)).DisabledAt = now),
    };
}
