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

    private const int NoDeadline = 999;

    // Whatever else is left of the members has enrolled.
    private const int Everybody = 0;

    private const string Members = "(SELECT COUNT(*) FROM campaign_members m WHERE m.campaign_id = @p1)";

    private const string Enrolled = "(m.user_id IN (SELECT t.user_id FROM totp_authenticators t) OR m.user_id IN (SELECT k.user_id FROM passkeys k))";

    private const string Short = $"SELECT COUNT(*), COALESCE(SUM(CASE WHEN {Enrolled} THEN 1 ELSE 0 END), 0) FROM campaign_members m WHERE m.campaign_id = @p0";

    private static readonly string DaysOnSqlite = Days(DatabaseProvider.Sqlite);
    private static readonly string DaysOnPostgres = Days(DatabaseProvider.PostgreSql);
    private static readonly string KindsOnSqlite = Kinds(DatabaseProvider.Sqlite);
    private static readonly string KindsOnPostgres = Kinds(DatabaseProvider.PostgreSql);

    // How far somebody is who has not enrolled.
    private enum Kind
    {
        Late = 1,
        NotRequired,
        Disabled,
        Guessed,
        Skipped,
        Begun,
        Waiting,
    }

    /// <summary>The same as the conditions of <see cref="PeopleFilter"/>, which a test holds for each row that there can be.</summary>
    public async Task<Counted> HandleAsync(string id, DateTimeOffset now)
    {
        var sql = database.Provider == DatabaseProvider.Sqlite ? DaysOnSqlite : DaysOnPostgres;
        var rows = await database.ReadAsync(s => s.AllAsync(sql, row => (Code: (int)row.GetInt64(0), People: (int)row.GetInt64(1)), now, id));
        var open = rows.Where(r => r.Code > (int)Kind.NotRequired)
            .Select(r => (Days: r.Code / 20, Kind: (Kind)(r.Code % 10), Demanded: r.Code % 20 < 10, r.People)).ToList();
        var bars = open.Where(r => r.Days != NoDeadline).GroupBy(r => Math.Min(r.Days, ShowCampaign.MostDays))
            .Select(g => new ShowCampaign.Bar(g.Key, g.Sum(r => r.People))).OrderBy(b => b.Days);
        return new Counted(
            ProgressOf(rows.Single(r => r.Code == Everybody).People, kind => kind <= Kind.NotRequired ? rows.Find(r => r.Code == (int)kind).People : open.Where(r => r.Kind == kind).Sum(r => r.People)),
            [.. bars], open.Where(r => r.Days != NoDeadline && r.Demanded && r.Kind != Kind.Disabled).Sum(r => r.People));
    }

    /// <summary>How far they are; of a campaign that was put away, how far they were then.</summary>
    public async Task<ShowCampaign.Progress> ProgressAsync(Storage.Campaigns.Campaign campaign, DateTimeOffset now)
    {
        if (campaign is { ClosedAt: not null, ClosedWith: { } kept }) return Read(kept);
        var sql = database.Provider == DatabaseProvider.Sqlite ? KindsOnSqlite : KindsOnPostgres;
        var counts = await database.ReadAsync(s => s.FirstAsync(sql, row => Enumerable.Range(0, 8).Select(i => (int)row.GetInt64(i)).ToArray(), now, campaign.Id));
        return ProgressOf(counts![0], kind => counts[(int)kind]);
    }

    /// <summary>How many are in it, and how many of them have enrolled: for a line in a list, at a fraction of the price of all numbers.</summary>
    public async Task<(int Enrolled, int Total)> ShortAsync(Storage.Campaigns.Campaign campaign) =>
        campaign is { ClosedAt: not null, ClosedWith: { } kept } && Read(kept) is var progress
            ? (progress.Enrolled, progress.Total)
            : await database.ReadAsync(s => s.FirstAsync(Short, row => ((int)row.GetInt64(1), (int)row.GetInt64(0)), campaign.Id));

    /// <summary>The numbers as they are kept.</summary>
    public static string Write(ShowCampaign.Progress p) => JsonSerializer.Serialize((int[])[p.Enrolled, p.Begun, p.Skipped, p.Waiting, p.Late, p.Blocked, p.NotRequired]);

    private static ShowCampaign.Progress Read(string kept) =>
        JsonSerializer.Deserialize<int[]>(kept) is [var enrolled, var begun, var skipped, var waiting, var late, var blocked, var notRequired]
            ? new(enrolled, begun, skipped, waiting, late, blocked, notRequired) : throw new InvalidOperationException("The numbers of a closed campaign cannot be read.");

    private static ShowCampaign.Progress ProgressOf(int members, Func<Kind, int> count) => new(
        members - Enum.GetValues<Kind>().Sum(count), count(Kind.Begun), count(Kind.Skipped), count(Kind.Waiting), count(Kind.Late),
        count(Kind.Disabled) + count(Kind.Guessed), count(Kind.NotRequired));

    private static string Days(DatabaseProvider provider) =>
        $"SELECT code, COUNT(*) FROM ({Codes(provider, days: true)}) AS people GROUP BY code UNION ALL SELECT {Everybody}, {Members}";

    // The limit, which cuts nothing off, has SQLite find each code once; grouping would sort them all.
    private static string Kinds(DatabaseProvider provider) => $"""
        SELECT {Members}, {string.Join(", ", Enum.GetValues<Kind>().Select(k => $"COALESCE(SUM(CASE code WHEN {(int)k} THEN 1 ELSE 0 END), 0)"))}
        FROM ({Codes(provider, days: false)} LIMIT {long.MaxValue}) AS people
        """;

    // A kind for whoever has not enrolled; with days, of whoever has time the days in twenties, and ten more where nobody
    // demands it and the next sign-in does. SQLite looks each person up in four indexes, always the next entry; PostgreSQL
    // joins by hash. CROSS JOIN keeps SQLite from beginning at the other end.
    private static string Codes(DatabaseProvider provider, bool days)
    {
        var (users, enrollments) = ProgressIndexes.Tables(provider);
        var left = days ? $"COALESCE((e.deadline - @p0 + 86399999) / 86400000, {NoDeadline}) * 20 + CASE WHEN e.required_at IS NULL THEN 10 ELSE 0 END + " : "";
        return $"""
            SELECT CASE
                WHEN e.locked_at IS NOT NULL OR (e.deadline <= @p0 AND (e.must_enroll OR e.required_at IS NOT NULL)) THEN {(int)Kind.Late}
                WHEN e.user_id IS NULL OR (e.required_at IS NULL AND NOT e.must_enroll) THEN {(int)Kind.NotRequired}
                ELSE {left}CASE
                    WHEN u.disabled_at IS NOT NULL THEN {(int)Kind.Disabled}
                    WHEN m.user_id IN {PeopleFilter.AttemptsUsedUp} THEN {(int)Kind.Guessed}
                    WHEN e.skips > 0 THEN {(int)Kind.Skipped}
                    WHEN u.last_sign_in_at >= e.required_at THEN {(int)Kind.Begun}
                    ELSE {(int)Kind.Waiting} END
                END AS code
            FROM campaign_members m CROSS JOIN {users} LEFT JOIN {enrollments} ON e.user_id = m.user_id
            WHERE m.campaign_id = @p1 AND NOT {Enrolled} AND u.id = m.user_id
            """;
    }
}
