using IdP.Storage.Database;

namespace IdP.Storage.Audit;

/// <summary>Adds audit events inside the transaction of what they tell about.</summary>
public static class AuditLog
{
    private const string Insert = """
        INSERT INTO audit_events (at, event, actor, user_id, resource, outcome, reason, address, user_agent, reference)
        VALUES (@p0, @p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8, @p9)
        """;

    /// <summary>On the hot path.</summary>
    public static async ValueTask AuditAsync(this Statements statements, AuditEvent row) =>
        await statements.ExecuteAsync(Insert, row.At, row.Event, row.Actor, row.UserId, row.Resource, row.Outcome,
            Clip(row.Reason, 512), Clip(row.Address, 64), Clip(row.UserAgent, 256), row.Reference);

    /// <summary>With EF Core.</summary>
    public static void Audit(this IdPDbContext db, AuditEvent row) => db.AuditEvents.Add(new AuditEvent
    {
        At = row.At, Event = row.Event, Actor = row.Actor, UserId = row.UserId, Resource = row.Resource, Outcome = row.Outcome,
        Reason = Clip(row.Reason, 512), Address = Clip(row.Address, 64), UserAgent = Clip(row.UserAgent, 256), Reference = row.Reference,
    });

    private static string? Clip(string? text, int length) => text is { } && text.Length > length ? text[..length] : text;
}
