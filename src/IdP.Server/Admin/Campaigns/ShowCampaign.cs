using IdP.Server.Admin.Users;
using IdP.Storage.Database;
using IdP.Storage.Outbox;
using Microsoft.EntityFrameworkCore;

namespace IdP.Server.Admin.Campaigns;

/// <summary>How far a campaign is.</summary>
internal sealed class ShowCampaign(IdPDatabase database, ListUsers list, TimeProvider clock)
{
    private const int MostNamed = 20;

    /// <summary>The seven that add up to <see cref="Total"/>; each is a state that people can be listed by.</summary>
    public sealed record Progress(int Enrolled, int Begun, int Skipped, int Waiting, int Late, int Blocked, int NotRequired)
    {
        public int Total => Enrolled + Begun + Skipped + Waiting + Late + Blocked + NotRequired;

        public int Percent => Total == 0 ? 0 : Enrolled * 100 / Total;
    }

    /// <param name="Days">Days left; the last one stands for all from it on.</param>
    public sealed record Bar(int Days, int People);

    /// <summary>Mails of the campaign's kinds to its people since it began.</summary>
    public sealed record Mails(int Sent, int Waiting, int Failed, int Kept);

    /// <summary>What the API and the command line show of one.</summary>
    public sealed record Campaign(
        string Id, string Name, DateTimeOffset Deadline, DateTimeOffset CreatedAt, string CreatedBy, DateTimeOffset? RemindedAt, DateTimeOffset? ClosedAt, Progress Progress);

    /// <param name="DaysLeft">Only of people whose time runs; null of those who must enrol at the next sign-in.</param>
    public sealed record Board(Campaign Campaign, IReadOnlyList<Bar> DaysLeft, IReadOnlyList<ListUsers.Row> LockNext, Mails Asked, Mails Reminders);

    /// <summary>From so many days on they share one bar.</summary>
    public const int MostDays = 15;

    // Whether somebody is enrolled is looked up once; who signed in is asked only of those whose time runs. A test holds
    // that the numbers are those of the lists. 999: without a deadline.
    private const string Count = """
        SELECT code, COUNT(*) FROM (
            SELECT CASE
                WHEN e.active_since IS NOT NULL OR EXISTS (SELECT 1 FROM totp_authenticators t WHERE t.user_id = m.user_id) OR EXISTS (SELECT 1 FROM passkeys k WHERE k.user_id = m.user_id) THEN 0
                WHEN e.locked_at IS NOT NULL OR ((e.deadline + 0) <= @p0 AND (e.must_enroll OR e.required_at IS NOT NULL)) THEN 1
                WHEN e.user_id IS NULL OR (e.required_at IS NULL AND NOT e.must_enroll) THEN 2
                ELSE COALESCE((e.deadline - @p0 + 86399999) / 86400000, 999) * 10 + (
                    SELECT CASE
                        WHEN u.disabled_at IS NOT NULL OR u.id IN (SELECT c.owner FROM attempt_counts c WHERE c.kind = 'verification' AND c.locked_at IS NOT NULL AND (c.locked_until IS NULL OR c.locked_until > @p0)) THEN 3
                        WHEN e.skips > 0 THEN 4
                        WHEN u.last_sign_in_at >= e.required_at THEN 5
                        ELSE 6 END
                    FROM users u WHERE u.id = m.user_id)
                END AS code
            FROM campaign_members m LEFT JOIN enrollments e ON e.user_id = m.user_id WHERE m.campaign_id = @p1
        ) AS people GROUP BY code
        """;

    private const string MailCount = """
        SELECT kind, state, COUNT(*) FROM outbox_messages
        WHERE created_at >= @p0 AND kind IN ('E1', 'E2') AND user_id IN (SELECT user_id FROM campaign_members WHERE campaign_id = @p1)
        GROUP BY kind, state
        """;

    /// <returns>Null when there is no such campaign.</returns>
    public async Task<Board?> HandleAsync(string id, CancellationToken ct)
    {
        await using var db = database.CreateContext();
        if (await db.Campaigns.FindAsync([id], ct) is not { } campaign) return null;
        var now = clock.GetUtcNow();
        var (progress, days) = await ProgressAsync(id, now);
        var mails = await database.ReadAsync(s => s.AllAsync(MailCount, row => (Kind: row.GetString(0), State: row.GetString(1), Count: (int)row.GetInt64(2)), campaign.CreatedAt, id));
        var next = await list.HandleAsync(new ListUsers.Request(null, null, MostNamed) { Campaign = id, MostDays = 1 }, ct);
        return new Board(Of(campaign, progress), days, next.Users, MailsOf("E1"), MailsOf("E2"));

        Mails MailsOf(string kind)
        {
            return new Mails(Of(OutboxState.Sent), Of(OutboxState.Waiting), Of(OutboxState.Failed), Of(OutboxState.Kept));
            int Of(OutboxState state) => mails.Where(m => m.Kind == kind && m.State == state.ToString()).Sum(m => m.Count);
        }
    }

    /// <summary>The numbers alone.</summary>
    public async Task<(Progress Progress, IReadOnlyList<Bar> DaysLeft)> ProgressAsync(string id, DateTimeOffset now)
    {
        var codes = await database.ReadAsync(s => s.AllAsync(Count, row => (Code: (int)row.GetInt64(0), People: (int)row.GetInt64(1)), now, id));
        var progress = new Progress(Alone(0), OfKind(5), OfKind(4), OfKind(6), Alone(1), OfKind(3), Alone(2));
        var bars = codes.Where(c => c.Code is > 2 and < 9990).GroupBy(c => Math.Min(c.Code / 10, MostDays)).Select(g => new Bar(g.Key, g.Sum(c => c.People))).OrderBy(b => b.Days);
        return (progress, [.. bars]);

        int Alone(int code) => codes.Where(c => c.Code == code).Sum(c => c.People);
        int OfKind(int kind) => codes.Where(c => c.Code > 2 && c.Code % 10 == kind).Sum(c => c.People);
    }

    public static Campaign Of(Storage.Campaigns.Campaign campaign, Progress progress) => new(
        campaign.Id, campaign.Name, campaign.Deadline, campaign.CreatedAt, campaign.CreatedBy, campaign.RemindedAt, campaign.ClosedAt, progress);
}
