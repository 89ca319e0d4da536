using IdP.Storage;
using IdP.Storage.Audit;
using IdP.Storage.Users;

namespace IdP.Server.Admin;

/// <summary>Audit events of admin operations: always a success, always with what was done and why.</summary>
internal static class Auditing
{
    /// <summary>About a person.</summary>
    public static void Audit(this IdPDbContext db, User user, string name, Actor actor, string reason, string what, DateTimeOffset now) =>
        db.Audit(new AuditEvent { At = now, Event = name, Actor = actor.Name, UserId = user.Id, Outcome = "success", Reason = Join(what, reason) });

    /// <summary>About a resource or the settings.</summary>
    public static void Audit(this IdPDbContext db, string? resource, string name, Actor actor, string reason, string what, DateTimeOffset now) =>
        db.Audit(new AuditEvent { At = now, Event = name, Actor = actor.Name, Resource = resource, Outcome = "success", Reason = Join(what, reason) });

    // What was done comes first: a long reason is what gets clipped.
    private static string Join(string what, string reason) => reason.Length == 0 ? what : $"{what}. Reason: {reason}";
}
