using IdP.Server.Admin.Access;
using IdP.Storage;
using IdP.Storage.Database;
using IdP.Storage.Enrollments;
using IdP.Storage.Users;
using Microsoft.EntityFrameworkCore;

namespace IdP.Server.Admin.Users;

/// <summary>Everything stored about one person that operations change.</summary>
internal sealed class StoredPerson(User user, Enrollment? enrollment, bool hasAuthenticator, AttemptCount? verification, AttemptCount? password)
{
    public User User { get; } = user;

    /// <summary>Null while nothing about it was decided.</summary>
    public Enrollment? Enrollment { get; private set; } = enrollment;

    public bool HasAuthenticator { get; } = hasAuthenticator;

    /// <summary>Counted codes; null: none.</summary>
    public AttemptCount? Verification { get; } = verification;

    /// <summary>Counted passwords; null: none.</summary>
    public AttemptCount? Password { get; } = password;

    public EnrollmentView State(DateTimeOffset now) => EnrollmentView.Of(Enrollment, HasAuthenticator, now);

    /// <summary>The row, made when there is none yet.</summary>
    public Enrollment EnrollmentIn(IdPDbContext db) => Enrollment ??= db.Enrollments.Add(new Enrollment { UserId = User.Id }).Entity;
}

internal static class StoredPeople
{
    /// <summary>Finds a person on whom somebody is about to act, and keeps everybody else from it until the transaction ends.</summary>
    /// <exception cref="ForbiddenException">They may not, or not on this person.</exception>
    public static async Task<StoredPerson?> FindPersonAsync(this IdPDbContext db, string name, Actor actor, Right right, CancellationToken ct)
    {
        actor.Demand(right);
        await db.LockPersonAsync(name, ct);
        var person = await db.FindPersonAsync(name, ct);
        if (person is not null) actor.DemandOver(person.User, right);
        return person;
    }

    // On PostgreSQL two changes of one person would each see the state before the other; on SQLite writers stand in one line.
    private static async Task LockPersonAsync(this IdPDbContext db, string name, CancellationToken ct)
    {
        if (db is not PostgresDbContext) return;
        var normalized = UserNames.Normalize(name);
        await db.Database.ExecuteSqlAsync(
            $"SELECT 1 FROM users WHERE id = {name} OR normalized_user_name = {normalized} OR normalized_email = {normalized} FOR NO KEY UPDATE", ct);
        // Whose time is over is locked by a statement that looks at no user.
        await db.Database.ExecuteSqlAsync(
            $"SELECT 1 FROM enrollments WHERE user_id IN (SELECT id FROM users WHERE id = {name} OR normalized_user_name = {normalized} OR normalized_email = {normalized}) FOR UPDATE", ct);
    }

    /// <summary>Keeps everybody else from these people's enrollments until the transaction ends, as finding a person does.</summary>
    public static async Task LockEnrollmentsAsync(this IdPDbContext db, string[] userIds, CancellationToken ct)
    {
        // In one order: of two who lock several, one waits and none is in the way of the other.
        if (db is PostgresDbContext) await db.Database.ExecuteSqlAsync($"SELECT 1 FROM enrollments WHERE user_id = ANY ({userIds}) ORDER BY user_id FOR UPDATE", ct);
    }

    /// <summary>Finds a person by id, or by user name or e-mail address in any spelling.</summary>
    public static async Task<StoredPerson?> FindPersonAsync(this IdPDbContext db, string name, CancellationToken ct)
    {
        var normalized = UserNames.Normalize(name);
        var user = await db.Users.FirstOrDefaultAsync(u => u.Id == name, ct)
            ?? await db.Users.FirstOrDefaultAsync(u => u.NormalizedUserName == normalized, ct)
            ?? await db.Users.FirstOrDefaultAsync(u => u.NormalizedEmail == normalized, ct);
        return user is null ? null : await db.PersonAsync(user, ct);
    }

    public static async Task<StoredPerson> PersonAsync(this IdPDbContext db, User user, CancellationToken ct)
    {
        var counts = await db.AttemptCounts.Where(a => a.Owner == user.Id).ToListAsync(ct);
        return new StoredPerson(
            user,
            await db.Enrollments.FirstOrDefaultAsync(e => e.UserId == user.Id, ct),
            await db.TotpAuthenticators.AnyAsync(a => a.UserId == user.Id, ct) || await db.Passkeys.AnyAsync(p => p.UserId == user.Id, ct),
            counts.Find(c => c.Kind == AttemptKind.Verification),
            counts.Find(c => c.Kind == AttemptKind.Password));
    }

    /// <summary>Whether the attempts are used up at this moment.</summary>
    public static bool IsLocked(this AttemptCount? count, DateTimeOffset now) =>
        count is { LockedAt: not null } && (count.LockedUntil is null || now < count.LockedUntil);

    /// <summary>Whether a name or address belongs to somebody else: both are typed into one field.</summary>
    public static async Task<bool> IsTakenAsync(this IdPDbContext db, string nameOrAddress, string? byOtherThan, CancellationToken ct)
    {
        var normalized = UserNames.Normalize(nameOrAddress);
        return await db.Users.AnyAsync(u => u.Id != byOtherThan && (u.NormalizedUserName == normalized || u.NormalizedEmail == normalized), ct);
    }
}
