using IdP.Storage.Enrollments;
using IdP.Storage.Users;
using Microsoft.EntityFrameworkCore;

namespace IdP.Storage.Database;

/// <summary>
/// What counting many people at once reads, in the order of their ids. SQLite joins by looking each person up: in the table
/// that is a page read for each, in these indexes the next entry mostly. PostgreSQL joins whole tables and has no use for
/// them, where they would make each sign-in write every index of a person anew.
/// </summary>
public static class ProgressIndexes
{
    private const string UsersIndex = "IX_users_progress";
    private const string EnrollmentsIndex = "IX_enrollments_progress";

    /// <summary>How a counting query names the tables, <c>u</c> and <c>e</c>.</summary>
    /// <remarks>Without statistics, which nobody collects in a SQLite file, the planner takes the shorter index and then the row.</remarks>
    public static (string Users, string Enrollments) Tables(DatabaseProvider provider) => provider == DatabaseProvider.Sqlite
        ? ($"users u INDEXED BY \"{UsersIndex}\"", $"enrollments e INDEXED BY \"{EnrollmentsIndex}\"")
        : ("users u", "enrollments e");

    internal static void Add(ModelBuilder model)
    {
        model.Entity<User>().HasIndex(u => new { u.Id, u.LastSignInAt, u.DisabledAt }, UsersIndex);
        model.Entity<Enrollment>().HasIndex(e => new { e.UserId, e.RequiredAt, e.Deadline, e.MustEnroll, e.LockedAt, e.Skips }, EnrollmentsIndex);
    }
}
