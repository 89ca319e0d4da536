using IdP.Server.Admin;
using IdP.Server.Hosting;
using IdP.Storage.Changes;
using IdP.Storage.Database;
using IdP.Storage.Outbox;
using IdP.Verification.Decisions;
using IdP.Verification.SignIn;

namespace IdP.Server.Mail;

/// <summary>E9: on Monday at 08:00 of the organisation's time zone, how far people are, to admins.</summary>
internal sealed class WeeklyDigest(IdPDatabase database, Catalog catalog, MailWriter writer, IdPOptions options, TimeProvider clock)
{
    private const string Topic = "mail-digest";

    // Who registers applications has nothing to do with people.
    private static readonly string[] To = [Roles.Owner, "helpDesk", "auditor"];

    private const string Count = """
        SELECT
            COALESCE(SUM(CASE WHEN done = 1 THEN 1 ELSE 0 END), 0),
            COALESCE(SUM(CASE WHEN done = 0 AND locked_at IS NOT NULL THEN 1 ELSE 0 END), 0),
            COALESCE(SUM(CASE WHEN done = 0 AND locked_at IS NULL AND skips > 0 THEN 1 ELSE 0 END), 0),
            COUNT(*),
            MIN(CASE WHEN done = 0 AND locked_at IS NULL AND deadline > @p0 THEN deadline END)
        FROM (
            SELECT e.locked_at, e.skips, e.deadline, CASE WHEN EXISTS (SELECT 1 FROM totp_authenticators t WHERE t.user_id = e.user_id) THEN 1 ELSE 0 END AS done
            FROM enrollments e JOIN users u ON u.id = e.user_id WHERE e.required_at IS NOT NULL AND u.disabled_at IS NULL
        ) AS people
        """;

    private const string Admins = $"SELECT {PersonRow.Columns} FROM users u {PersonRow.Joins} WHERE u.roles <> '[]' AND u.disabled_at IS NULL AND u.email IS NOT NULL";

    /// <summary>Writes this week's mails when their time has come and nobody has written them.</summary>
    /// <returns>How many.</returns>
    internal async Task<int> RunOnceAsync(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var week = WeekOf(now);
        var seen = await database.ReadAsync(s => s.FirstAsync("SELECT version FROM change_versions WHERE topic = @p0", row => (long?)row.GetInt64(0), Topic));
        if (seen >= week) return 0;
        var messages = seen is null || !(await catalog.GetAsync()).Verification.WeeklyDigest ? [] : await WriteAsync(now, ct);
        return await database.WriteAsync(async s =>
        {
            // Of several nodes one writes; the first week of a new server has nothing to tell of.
            var won = seen is null
                ? await s.ExecuteAsync("INSERT INTO change_versions (topic, version) VALUES (@p0, @p1) ON CONFLICT (topic) DO NOTHING", Topic, week)
                : await s.ExecuteAsync("UPDATE change_versions SET version = @p1 WHERE topic = @p0 AND version = @p2", Topic, week, seen);
            if (won != 1) return 0;
            foreach (var message in messages) await s.AddMailAsync(message);
            return messages.Count;
        });
    }

    // The number of the last Monday, 08:00, that is over.
    private long WeekOf(DateTimeOffset now)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(options.Branding.TimeZone);
        var local = TimeZoneInfo.ConvertTime(now, zone).DateTime.AddHours(-8);
        // 1970-01-05 was a Monday.
        return (long)Math.Floor((local - new DateTime(1970, 1, 5)).TotalDays / 7);
    }

    private async Task<IReadOnlyList<OutboxMessage>> WriteAsync(DateTimeOffset now, CancellationToken ct)
    {
        var (enrolled, locked, skipped, total, next) = await database.ReadAsync(s => s.FirstAsync(
            Count, row => (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.NullableTime(4)), now));
        if (total == 0) return [];
        List<OutboxMessage> messages = [];
        foreach (var admin in await database.ReadAsync(s => s.AllAsync(Admins, row => PersonRow.Read(row))))
        {
            if (!admin.Roles.Any(To.Contains)) continue;
            messages.Add(await writer.WriteAsync("E9", admin, new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                ["percent"] = enrolled * 100 / total, ["total"] = total, ["enrolled"] = enrolled, ["skipped"] = skipped, ["locked"] = locked,
                ["waiting"] = total - enrolled - skipped - locked, ["next_deadline"] = next,
            }, ct));
        }

        return messages;
    }
}
