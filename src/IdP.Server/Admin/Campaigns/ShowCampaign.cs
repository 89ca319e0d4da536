using System.Text.Json.Serialization;
using IdP.Server.Admin.Users;
using IdP.Storage.Database;
using IdP.Storage.Outbox;
using Microsoft.EntityFrameworkCore;

namespace IdP.Server.Admin.Campaigns;

/// <summary>How far a campaign is.</summary>
internal sealed class ShowCampaign(IdPDatabase database, CountCampaign count, ListUsers list, TimeProvider clock)
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

    /// <param name="DaysLeft">Only of people whose time runs towards a deadline.</param>
    /// <param name="LockNext">Whose time ends within a day, the next one first.</param>
    public sealed record Board(Campaign Campaign, IReadOnlyList<Bar> DaysLeft, IReadOnlyList<ListUsers.Row> LockNext, Mails Asked, Mails Reminders)
    {
        /// <summary>Of the people whose time runs, those whom somebody demands it of and whose accounts are turned on.</summary>
        [JsonIgnore]
        public int Remindable { get; init; }
    }

    /// <summary>From so many days on they share one bar.</summary>
    public const int MostDays = 15;

    // Whose time ends first, read from the deadlines in their order: of a large campaign nearly everybody may lock tomorrow.
    private const string Next = """
        SELECT e.user_id, e.deadline FROM enrollments e
        WHERE e.deadline > @p0 AND e.deadline <= @p1 AND e.locked_at IS NULL AND (e.required_at IS NOT NULL OR e.must_enroll)
            AND EXISTS (SELECT 1 FROM campaign_members m WHERE m.campaign_id = @p2 AND m.user_id = e.user_id)
            AND NOT EXISTS (SELECT 1 FROM totp_authenticators t WHERE t.user_id = e.user_id)
            AND NOT EXISTS (SELECT 1 FROM passkeys k WHERE k.user_id = e.user_id)
        ORDER BY e.deadline LIMIT @p3
        """;

    // Read from one index, in its order.
    private const string MailCount = $"""
        SELECT o.kind, SUM(CASE WHEN o.state = '{nameof(OutboxState.Sent)}' THEN 1 ELSE 0 END), SUM(CASE WHEN o.state = '{nameof(OutboxState.Waiting)}' THEN 1 ELSE 0 END),
            SUM(CASE WHEN o.state = '{nameof(OutboxState.Failed)}' THEN 1 ELSE 0 END), SUM(CASE WHEN o.state = '{nameof(OutboxState.Kept)}' THEN 1 ELSE 0 END)
        FROM outbox_messages o
        WHERE o.created_at >= @p0 AND o.kind IN ('E1', 'E2')
            AND EXISTS (SELECT 1 FROM campaign_members m WHERE m.campaign_id = @p1 AND m.user_id = o.user_id)
        GROUP BY o.kind
        """;

    /// <returns>Null when there is no such campaign.</returns>
    public async Task<Board?> HandleAsync(string id, CancellationToken ct)
    {
        await using var db = database.CreateContext();
        if (await db.Campaigns.FindAsync([id], ct) is not { } campaign) return null;
        var now = clock.GetUtcNow();
        var mails = await database.ReadAsync(s => s.AllAsync(
            MailCount, row => (Kind: row.GetString(0), Mails: new Mails((int)row.GetInt64(1), (int)row.GetInt64(2), (int)row.GetInt64(3), (int)row.GetInt64(4))), campaign.CreatedAt, id));
        if (campaign.ClosedAt is not null) return new Board(Of(campaign, await count.ProgressAsync(campaign, now)), [], [], MailsOf("E1"), MailsOf("E2"));

        var counted = await count.HandleAsync(id, now);
        return new Board(Of(campaign, counted.Progress), counted.DaysLeft, await NextAsync(id, now, ct), MailsOf("E1"), MailsOf("E2")) { Remindable = counted.Remindable };

        Mails MailsOf(string kind) => mails.Find(m => m.Kind == kind).Mails ?? new Mails(0, 0, 0, 0);
    }

    private async Task<IReadOnlyList<ListUsers.Row>> NextAsync(string id, DateTimeOffset now, CancellationToken ct)
    {
        var next = await database.ReadAsync(s => s.AllAsync(Next, row => row.GetString(0), now, now.AddDays(1), id, MostNamed));
        if (next.Count == 0) return [];
        var people = await list.HandleAsync(new ListUsers.Request(null, null, MostNamed) { Ids = next }, ct);
        return [.. people.Users.OrderBy(p => p.Deadline)];
    }

    /// <summary>What a line of the console's lists shows of one.</summary>
    public sealed record Line(string Id, string Name, DateTimeOffset Deadline, DateTimeOffset? ClosedAt, int Enrolled, int Total)
    {
        public int Percent => Total == 0 ? 0 : (int)(Enrolled * 100L / Total);
    }

    public static Campaign Of(Storage.Campaigns.Campaign campaign, Progress progress) => new(
        campaign.Id, campaign.Name, campaign.Deadline, campaign.CreatedAt, campaign.CreatedBy, campaign.RemindedAt, campaign.ClosedAt, progress);
}
