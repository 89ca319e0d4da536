using IdP.Storage;
using IdP.Storage.Audit;
using IdP.Storage.Changes;
using IdP.Storage.Database;
using IdP.Storage.Outbox;
using IdP.Verification.Decisions;
using IdP.Verification.SignIn;

namespace IdP.Server.Mail;

/// <summary>E2: reminds people some days before their enrollment period ends; how many is a setting.</summary>
internal sealed class Reminders(IdPDatabase database, Catalog catalog, People people, MailWriter writer, TimeProvider clock)
{
    // Of several nodes, and against an enrollment, an extension or a lock of this moment, one statement decides.
    private const string Take = """
        UPDATE enrollments SET reminded_days = @p0
        WHERE user_id = @p1 AND deadline = @p2 AND locked_at IS NULL AND required_at IS NOT NULL AND (reminded_days IS NULL OR reminded_days > @p0)
            AND NOT EXISTS (SELECT 1 FROM totp_authenticators t WHERE t.user_id = enrollments.user_id)
        """;

    // Whoever was told of the deadline within a day, by a mail or on the page where the period began, needs no second word.
    private const string ToldLately = """
        SELECT COUNT(*) FROM audit_events WHERE user_id = @p0 AND at > @p1 AND event IN (@p2, @p3, @p4, @p5)
        """;

    /// <summary>Writes the reminders that are due, now.</summary>
    /// <returns>How many.</returns>
    internal async Task<int> RunOnceAsync(CancellationToken ct)
    {
        var settings = (await catalog.GetAsync()).Verification;
        int[] before = [.. settings.ReminderDays.Order()];
        if (!settings.ReminderMails || before.Length == 0) return 0;
        var now = clock.GetUtcNow();
        var due = await database.ReadAsync(s => s.AllAsync(
            Due(before), row => (UserId: row.GetString(0), Deadline: row.Time(1), Days: row.GetInt32(2)), [now, .. before.Select(days => (object)now.AddDays(days))]));
        var written = 0;
        foreach (var (userId, deadline, days) in due)
        {
            if (await people.FindAsync(userId) is not { } person) continue;
            var told = await database.ReadAsync(s => s.FirstAsync(ToldLately, row => row.GetInt64(0), userId, now.AddDays(-1),
                AuditEvents.EnrollmentRequired, AuditEvents.EnrollmentExtended, AuditEvents.VerificationUnlocked, AuditEvents.Reset)) > 0;
            var message = told ? null : await writer.WriteAsync("E2", person, new Dictionary<string, object?> { ["deadline"] = deadline, ["left"] = deadline - now }, ct);
            if (await database.WriteAsync(async s =>
            {
                if (await s.ExecuteAsync(Take, days, userId, deadline) != 1 || message is null) return false;
                await s.AddMailAsync(message);
                return true;
            })) written++;
        }

        return written;
    }

    // Disabled people cannot set anything up. Whoever has an authenticator is done. A reminder of fewer days comes after one
    // of more, so what was sent last says which are left.
    private static string Due(int[] before)
    {
        var steps = string.Join(' ', before.Select((days, at) => FormattableString.Invariant($"WHEN e.deadline <= @p{at + 1} THEN {days}")));
        return $"""
            SELECT e.user_id, e.deadline, CASE {steps} END FROM enrollments e JOIN users u ON u.id = e.user_id
            WHERE e.deadline > @p0 AND e.deadline <= @p{before.Length} AND e.locked_at IS NULL AND e.required_at IS NOT NULL AND u.disabled_at IS NULL
                AND (e.reminded_days IS NULL OR e.reminded_days > CASE {steps} END)
                AND NOT EXISTS (SELECT 1 FROM totp_authenticators t WHERE t.user_id = e.user_id)
            ORDER BY e.deadline LIMIT 500
            """;
    }
}
