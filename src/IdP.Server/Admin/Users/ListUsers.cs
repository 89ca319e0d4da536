using System.Data.Common;
using System.Text.Json;
using IdP.Storage.Database;
using IdP.Storage.Enrollments;
using IdP.Storage.Users;

namespace IdP.Server.Admin.Users;

/// <summary>People with how far they are, by user name. All of it is asked of the database: nothing here looks at everybody.</summary>
internal sealed class ListUsers(IdPDatabase database, TimeProvider clock)
{
    /// <param name="Search">Part of a user name, address or display name, or a reference number such as LK-7F3Q-29; null: everybody.</param>
    /// <param name="State">One of <see cref="PeopleFilter.All"/>; null: all.</param>
    /// <param name="Limit">The most rows.</param>
    public sealed record Request(string? Search, string? State, int Limit)
    {
        /// <summary>Only people whose user names come after this one; null: from the first.</summary>
        public string? After { get; init; }

        /// <summary>Only people with at least so many days left; null: any.</summary>
        public int? FewestDays { get; init; }

        /// <summary>Only people with at most so many days left; null: any.</summary>
        public int? MostDays { get; init; }

        /// <summary>Only people who have this admin role, <c>any</c>: who have one; null: all.</summary>
        public string? Role { get; init; }

        /// <summary>Only people of this group; null: all.</summary>
        public string? Group { get; init; }

        /// <summary>Only people of this campaign, by its id; null: all.</summary>
        public string? Campaign { get; init; }

        /// <summary>Only people who are turned off, or not; null: all.</summary>
        public bool? Disabled { get; init; }

        /// <summary>Only these, by id; null: all.</summary>
        public IReadOnlyCollection<string>? Ids { get; init; }
    }

    public sealed record Row(
        string Username, string DisplayName, string? Email, string State, DateTimeOffset? Deadline, int? DaysLeft, bool Locked, bool Disabled, IReadOnlyList<string> Roles, string Id)
    {
        public DateTimeOffset? LastSignInAt { get; init; }

        /// <summary>Somebody demands identity verification of the person.</summary>
        public bool Required { get; init; }

        public int Skips { get; init; }
    }

    /// <param name="Users">The first ones.</param>
    /// <param name="More">There are others that were not listed: the next part comes after the last one's user name.</param>
    public sealed record Page(IReadOnlyList<Row> Users, bool More);

    private const string Columns = $"""
        SELECT u.id, u.user_name, u.display_name, u.email, u.roles, u.disabled_at, u.last_sign_in_at,
            e.user_id, e.required_at, e.deadline, e.must_enroll, e.locked_at, e.skips, CASE WHEN {PeopleFilter.Enrolled} THEN 1 ELSE 0 END,
            CASE WHEN u.id IN {PeopleFilter.AttemptsUsedUp} OR u.id IN {PeopleFilter.PasswordsUsedUp} THEN 1 ELSE 0 END
        FROM users u LEFT JOIN enrollments e ON e.user_id = u.id
        """;

    public Task<Page> HandleAsync(Request request, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        return database.ReadAsync(async s =>
        {
            var now = clock.GetUtcNow();
            var query = await QueryAsync(s, request, now);
            var rows = await s.AllAsync($"{Columns} WHERE {query.Where} ORDER BY u.normalized_user_name LIMIT {query.Value(request.Limit + 1)}", row => Read(row, now), query.Arguments);
            return rows.Count > request.Limit ? new Page(rows[..request.Limit], More: true) : new Page(rows, More: false);
        }).AsTask();
    }

    /// <summary>How many people there are; none is read.</summary>
    public Task<long> CountAsync(Request request) => database.ReadAsync(async s =>
    {
        var query = await QueryAsync(s, request, clock.GetUtcNow());
        return await s.FirstAsync($"SELECT COUNT(*) FROM users u LEFT JOIN enrollments e ON e.user_id = u.id WHERE {query.Where}", row => row.GetInt64(0), query.Arguments);
    }).AsTask();

    private static async ValueTask<PeopleQuery> QueryAsync(Statements s, Request request, DateTimeOffset now)
    {
        var query = new PeopleQuery(now);
        if (request.State is { } state) query.Add(PeopleFilter.Conditions.GetValueOrDefault(state, "1 = 0"));
        if (request.FewestDays is { } fewest) query.Add($"(e.deadline + 0) > {query.Value(now.AddDays(fewest - 1))}");
        if (request.MostDays is { } most) query.Add($"(e.deadline + 0) <= {query.Value(now.AddDays(most))}");
        if (request.FewestDays is not null || request.MostDays is not null) query.Add($"(({PeopleFilter.Conditions[EnrollmentView.Period]}) OR ({PeopleFilter.Conditions[EnrollmentView.MustEnroll]}))");
        if (request.Role is "any") query.Add("u.roles <> '[]'");
        else if (request.Role is { } role) query.AddElement("u.roles", role);
        if (request.Group is { } group) query.AddElement("u.groups", group);
        if (request.Campaign is { } campaign) query.Add($"EXISTS (SELECT 1 FROM campaign_members m WHERE m.campaign_id = {query.Value(campaign)} AND m.user_id = u.id)");
        if (request.Disabled is { } disabled) query.Add($"u.disabled_at IS {(disabled ? "NOT " : "")}NULL");
        if (request.Ids is { } ids) query.Add($"u.id IN {query.Values(ids)}");
        if (!string.IsNullOrWhiteSpace(request.Search)) await SearchAsync(s, query, request.Search.Trim());
        if (request.After is { } after) query.Add($"u.normalized_user_name > {query.Value(UserNames.Normalize(after))}");
        return query;
    }

    // What is typed beside the list is looked up as a reference number first, if it can be one.
    private static async ValueTask SearchAsync(Statements s, PeopleQuery query, string search)
    {
        if (IsReferenceNumber(search) && await PersonOfReferenceAsync(s, search.ToUpperInvariant()) is { } id)
        {
            query.Add($"u.id = {query.Value(id)}");
            return;
        }

        // The databases raise letters of other alphabets differently, so a display name is also looked for as it was typed.
        var part = query.Value(PeopleQuery.Part(UserNames.Normalize(search)));
        var typed = query.Value(PeopleQuery.Part(search.Replace("\0", "", StringComparison.Ordinal)));
        query.Add($"""
            (u.normalized_user_name LIKE {part} ESCAPE '\' OR u.normalized_email LIKE {part} ESCAPE '\'
                OR upper(u.display_name) LIKE {part} ESCAPE '\' OR u.display_name LIKE {typed} ESCAPE '\')
            """);
    }

    private static async ValueTask<string?> PersonOfReferenceAsync(Statements s, string reference) =>
        await s.FirstAsync("SELECT user_id FROM enrollments WHERE lock_reference = @p0", row => row.GetString(0), reference)
        ?? await s.FirstAsync("SELECT owner FROM attempt_counts WHERE reference = @p0 AND kind IN ('verification', 'password')", row => row.GetString(0), reference)
        ?? await s.FirstAsync("SELECT user_id FROM audit_events WHERE reference = @p0 AND user_id IS NOT NULL", row => row.GetString(0), reference);

    private static Row Read(DbDataReader row, DateTimeOffset now)
    {
        var enrollment = row.IsDBNull(7) ? null : new Enrollment
        {
            UserId = row.GetString(7), RequiredAt = row.NullableTime(8), Deadline = row.NullableTime(9), MustEnroll = row.GetBoolean(10),
            LockedAt = row.NullableTime(11), Skips = row.GetInt32(12),
        };
        var state = EnrollmentView.Of(enrollment, row.GetInt32(13) != 0, now);
        return new Row(
            row.GetString(1), row.GetString(2), row.NullableString(3), state.State, state.Deadline, state.DaysLeft,
            row.GetInt32(14) != 0 || state.State == EnrollmentView.Expired, !row.IsDBNull(5), JsonSerializer.Deserialize<List<string>>(row.GetString(4))!, row.GetString(0))
        {
            LastSignInAt = row.NullableTime(6), Required = enrollment?.RequiredAt is not null, Skips = enrollment?.Skips ?? 0,
        };
    }

    /// <summary>Whether a text looks like a number that a person was told: of a lock, a request for help, a frozen account, an error.</summary>
    public static bool IsReferenceNumber(string text) =>
        text is [_, _, '-', _, _, _, _, '-', _, _] && text.All(c => c == '-' || char.IsAsciiLetterOrDigit(c));
}
