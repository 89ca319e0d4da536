using System.Text.Json;
using IdP.Server.Admin.Users;
using IdP.Storage.Database;

namespace IdP.Server.Admin.Campaigns;

/// <summary>
/// How far the people of a campaign are at this moment: one pass over them by id, in the database. Nothing is kept between
/// two looks, so the numbers are always those of the lists.
/// </summary>
internal sealed class CountCampaign(IdPDatabase database)
{
    /// <param name="DaysLeft">Only of people whose time runs towards a deadline.</param>
    /// <param name="Remindable">Those with a deadline ahead that somebody demands, and whose accounts are turned on.</param>
    public sealed record Counted(ShowCampaign.Progress Progress, IReadOnlyList<ShowCampaign.Bar> DaysLeft, int Remindable);

    private const int Enrolled = 0;
    private const int Late = 1;
    private const int NotRequired = 2;
    private const int NoDeadline = 999;

    private static readonly string OnSqlite = Count(DatabaseProvider.Sqlite);
    private static readonly string OnPostgres = Count(DatabaseProvider.PostgreSql);

    /// <summary>The same as the conditions of <see cref="PeopleFilter"/>, which a test holds for each row that there can be.</summary>
    public async Task<Counted> HandleAsync(string id, DateTimeOffset now)
    {
        var sql = database.Provider == DatabaseProvider.Sqlite ? OnSqlite : OnPostgres;
        var codes = await database.ReadAsync(s => s.AllAsync(sql, row => (Code: (int)row.GetInt64(0), People: (int)row.GetInt64(1)), now, id));
        var open = codes.Where(c => c.Code > NotRequired)
            .Select(c => (Days: c.Code / 20, Kind: (Kind)(c.Code % 10), Demanded: c.Code % 20 < 10, c.People)).ToList();
        var progress = new ShowCampaign.Progress(
            Of(Enrolled), OfKind(Kind.Begun), OfKind(Kind.Skipped), OfKind(Kind.Waiting), Of(Late), OfKind(Kind.Guessed) + OfKind(Kind.Disabled), Of(NotRequired));
        var bars = open.Where(c => c.Days != NoDeadline).GroupBy(c => Math.Min(c.Days, ShowCampaign.MostDays))
            .Select(g => new ShowCampaign.Bar(g.Key, g.Sum(c => c.People))).OrderBy(b => b.Days);
        return new Counted(progress, [.. bars], open.Where(c => c.Days != NoDeadline && c.Demanded && c.Kind != Kind.Disabled).Sum(c => c.People));

        int Of(int code) => codes.Where(c => c.Code == code).Sum(c => c.People);
        int OfKind(Kind kind) => open.Where(c => c.Kind == kind).Sum(c => c.People);
    }

    /// <summary>How far they are; of a campaign that was put away, how far they were then.</summary>
    public async Task<ShowCampaign.Progress> ProgressAsync(Storage.Campaigns.Campaign campaign, DateTimeOffset now) =>
        campaign is { ClosedAt: not null, ClosedWith: { } kept } ? Read(kept) : (await HandleAsync(campaign.Id, now)).Progress;

    /// <summary>The numbers as they are kept.</summary>
    public static string Write(ShowCampaign.Progress p) => JsonSerializer.Serialize((int[])[p.Enrolled, p.Begun, p.Skipped, p.Waiting, p.Late, p.Blocked, p.NotRequired]);

    private static ShowCampaign.Progress Read(string kept) =>
        JsonSerializer.Deserialize<int[]>(kept) is [var enrolled, var begun, var skipped, var waiting, var late, var blocked, var notRequired]
            ? new(enrolled, begun, skipped, waiting, late, blocked, notRequired) : throw new InvalidOperationException("The numbers of a closed campaign cannot be read.");

    // Of whoever has time: the days in twenties, a kind, and ten more where nobody demands it and the next sign-in does.
    // SQLite looks each person up in four indexes, always the next entry; PostgreSQL joins by hash. CROSS JOIN keeps
    // SQLite from beginning at the other end.
    private static string Count(DatabaseProvider provider)
    {
        var (users, enrollments) = ProgressIndexes.Tables(provider);
        return $"""
            SELECT code, COUNT(*) FROM (
                SELECT CASE
                    WHEN m.user_id IN (SELECT t.user_id FROM totp_authenticators t) OR m.user_id IN (SELECT k.user_id FROM passkeys k) THEN {Enrolled}
                    WHEN e.locked_at IS NOT NULL OR (e.deadline <= @p0 AND (e.must_enroll OR e.required_at IS NOT NULL)) THEN {Late}
                    WHEN e.user_id IS NULL OR (e.required_at IS NULL AND NOT e.must_enroll) THEN {NotRequired}
                    ELSE COALESCE((e.deadline - @p0 + 86399999) / 86400000, {NoDeadline}) * 20 + CASE WHEN e.required_at IS NULL THEN 10 ELSE 0 END + CASE
                        WHEN u.disabled_at IS NOT NULL THEN {(int)Kind.Disabled}
                        WHEN m.user_id IN {PeopleFilter.AttemptsUsedUp} THEN {(int)Kind.Guessed}
                        WHEN e.skips > 0 THEN {(int)Kind.Skipped}
                        WHEN u.last_sign_in_at >= e.required_at THEN {(int)Kind.Begun}
                        ELSE {(int)Kind.Waiting} END
                    END AS code
                FROM campaign_members m CROSS JOIN {users} LEFT JOIN {enrollments} ON e.user_id = m.user_id
                WHERE m.campaign_id = @p1 AND u.id = m.user_id
            ) AS people GROUP BY code
            """;
    }

    private enum Kind
    {
        Disabled = 3,
        Guessed,
        Skipped,
        Begun,
        Waiting,
    }
}
