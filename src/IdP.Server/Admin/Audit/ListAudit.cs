using System.Data.Common;
using System.Runtime.CompilerServices;
using FluentValidation;
using IdP.Server.Admin.Access;
using IdP.Storage.Database;

namespace IdP.Server.Admin.Audit;

/// <summary>What was done and decided: a part of it, newest first, or all of it for an export, oldest first.</summary>
internal sealed class ListAudit(IdPDatabase database)
{
    private const int Batch = 1000;

    // Names as they are now; who was removed has none.
    private const string Query = """
        SELECT e.id, e.at, e.event, e.outcome, e.actor, COALESCE(a.user_name, o.user_name), t.name, e.user_id, u.user_name, e.resource, e.reason, e.address, e.user_agent, e.reference
        FROM audit_events e
        LEFT JOIN users u ON u.id = e.user_id
        LEFT JOIN users a ON e.actor LIKE 'user:%' AND a.id = SUBSTR(e.actor, 6)
        LEFT JOIN api_tokens t ON e.actor LIKE 'token:%' AND t.id = SUBSTR(e.actor, 7)
        LEFT JOIN users o ON o.id = t.user_id
        """;

    /// <param name="Limit">The most rows.</param>
    /// <param name="Before">Only rows older than this one; null: from the newest.</param>
    public sealed record Request(AuditFilter Filter, int Limit, long? Before = null);

    /// <param name="ActorName">The person's user name; of an API token its owner's.</param>
    /// <param name="TokenName">What the actor's API token is called.</param>
    public sealed record Row(
        long Id, DateTimeOffset At, string Event, string Outcome, string Actor, string? ActorName, string? TokenName, string? UserId, string? Username, string? Resource,
        string? Reason, string? Address, string? UserAgent, string? Reference);

    /// <param name="More">There are older ones.</param>
    public sealed record Page(IReadOnlyList<Row> Rows, bool More);

    public async Task<Page> HandleAsync(Request request, Actor actor, CancellationToken ct)
    {
        var condition = await ConditionAsync(request.Filter, actor, ct);
        if (request.Before is { } before) condition.Add($"e.id < {condition.Value(before)}");
        var sql = $"{Query} WHERE {condition.Where} ORDER BY e.id DESC LIMIT {condition.Value(request.Limit + 1)}";
        var rows = await database.ReadAsync(s => s.AllAsync(sql, Read, condition.Arguments));
        return rows.Count > request.Limit ? new Page(rows[..request.Limit], More: true) : new Page(rows, More: false);
    }

    /// <summary>Everything up to now, part by part: whoever reads slowly holds nothing open in the database.</summary>
    /// <param name="condition">Of <see cref="ConditionAsync"/>.</param>
    public async IAsyncEnumerable<Row> AllAsync(AuditCondition condition, [EnumeratorCancellation] CancellationToken ct)
    {
        var last = await database.ReadAsync(s => s.FirstAsync("SELECT COALESCE(MAX(id), 0) FROM audit_events", row => row.GetInt64(0)));
        var after = 0L;
        condition.Add($"e.id <= {condition.Value(last)}");
        var given = condition.Arguments;
        var sql = $"{Query} WHERE {condition.Where} AND e.id > @p{given.Length} ORDER BY e.id LIMIT {Batch}";
        while (true)
        {
            ct.ThrowIfCancellationRequested();
            var rows = await database.ReadAsync(s => s.AllAsync(sql, Read, [.. given, after]));
            foreach (var row in rows) yield return row;
            if (rows.Count < Batch) yield break;
            after = rows[^1].Id;
        }
    }

    /// <exception cref="ValidationException">The filter cannot be used.</exception>
    public async Task<AuditCondition> ConditionAsync(AuditFilter filter, Actor actor, CancellationToken ct)
    {
        actor.Demand(Right.AuditRead);
        await new AuditFilter.Validator().ValidateAndThrowAsync(filter, ct);
        return await filter.ConditionAsync(database);
    }

    private static Row Read(DbDataReader row) => new(
        row.GetInt64(0), row.Time(1), row.GetString(2), row.GetString(3), row.GetString(4), row.NullableString(5), row.NullableString(6), row.NullableString(7),
        row.NullableString(8), row.NullableString(9), row.NullableString(10), row.NullableString(11), row.NullableString(12), row.NullableString(13));
}
