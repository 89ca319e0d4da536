using System.Text;
using IdP.Storage.Database;

namespace IdP.Storage.Audit;

/// <summary>Adds audit events inside the transaction of what they tell about.</summary>
public static class AuditLog
{
    private const string Insert = """
        INSERT INTO audit_events (at, event, actor, user_id, resource, outcome, reason, address, user_agent, reference, seal)
        VALUES (@p0, @p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8, @p9, @p10)
        """;

    /// <summary>On the hot path: one statement, whose seal asks the database nothing.</summary>
    public static async ValueTask AuditAsync(this Statements statements, AuditEvent row)
    {
        var kept = AsKept(row, statements.Seals);
        await statements.ExecuteAsync(Insert, kept.At, kept.Event, kept.Actor, kept.UserId, kept.Resource, kept.Outcome,
            kept.Reason, kept.Address, kept.UserAgent, kept.Reference, kept.Seal);
    }

    /// <summary>With EF Core.</summary>
    public static void Audit(this IdPDbContext db, AuditEvent row) => db.AuditEvents.Add(AsKept(row, db.Seals));

    private static AuditEvent AsKept(AuditEvent row, AuditSeals? seals)
    {
        var kept = Copy(row, null);
        AuditMetrics.Noted(kept);
        return seals is null ? kept : Copy(kept, seals.Seal(kept));
    }

    private static AuditEvent Copy(AuditEvent row, string? seal) => new()
    {
        At = row.At, Event = row.Event, Actor = Kept(row.Actor, 128)!, UserId = row.UserId, Resource = Kept(row.Resource, 160), Outcome = row.Outcome,
        Reason = Kept(row.Reason, 512, mark: "…"), Address = Kept(row.Address, 64), UserAgent = Kept(row.UserAgent, 256), Reference = Kept(row.Reference, 32), Seal = seal,
    };

    // What no database keeps as it was given (NUL, half a pair) is replaced before it is sealed, and no pair is cut in two.
    // What is written for people shows where it was cut.
    private static string? Kept(string? text, int length, string mark = "")
    {
        if (text is null) return null;
        if (text.Length > length)
        {
            var room = length - mark.Length;
            text = text[..(char.IsHighSurrogate(text[room - 1]) ? room - 1 : room)] + mark;
        }

        if (!text.AsSpan().ContainsAnyInRange('\ud800', '\udfff')) return text.Replace('\0', '\ufffd');
        // The encoding replaces what is no pair.
        return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)).Replace('\0', '\ufffd');
    }
}
