using System.Globalization;
using FluentValidation;
using IdP.Storage.Audit;
using IdP.Storage.Database;
using IdP.Storage.Users;

namespace IdP.Server.Admin.Audit;

/// <summary>Which rows of the audit log; every part that is null lets all through.</summary>
/// <param name="Person">Whom it is about: id, user name or e-mail address. The id of somebody who was removed finds their rows, too.</param>
/// <param name="Actor">Who did it: as the log names them (<c>user:ID</c>, <c>cli:root</c>, <c>system</c>), or the name of a person, whose API tokens count as theirs.</param>
/// <param name="Event">A name, or <c>enrollment.*</c> for all that begin so.</param>
/// <param name="Outcome"><c>success</c>, <c>failure</c> or <c>denied</c>.</param>
/// <param name="Resource">As <c>client:payroll</c>, or <c>client:*</c>.</param>
/// <param name="Reference">The number that a person read out.</param>
/// <param name="From">A time, or a day (UTC).</param>
/// <param name="Until">A time before which it was, or a last day (UTC).</param>
internal sealed record AuditFilter(
    string? Person = null, string? Actor = null, string? Event = null, string? Outcome = null, string? Resource = null, string? Reference = null,
    string? From = null, string? Until = null)
{
    public static IReadOnlyList<string> Names { get; } = ["person", "actor", "event", "outcome", "resource", "reference", "from", "until"];

    public static IReadOnlyList<string> Outcomes { get; } = ["success", "failure", "denied"];

    public sealed class Validator : AbstractValidator<AuditFilter>
    {
        public Validator()
        {
            // PostgreSQL cannot even compare it.
            RuleFor(f => f).Custom((filter, context) =>
            {
                foreach (var part in filter.Parts.Where(part => part.Value.Contains('\0'))) context.AddFailure(part.Key, Sentence.Of($"{part.Key} must not have the character U+0000."));
            });
            RuleFor(f => f.Person).MaximumLength(320).WithMessage(TooLong(320)).OverridePropertyName("person");
            RuleFor(f => f.Actor).MaximumLength(320).WithMessage(TooLong(320)).OverridePropertyName("actor");
            RuleFor(f => f.Event).Must(e => e is null || IsEvent(e)).WithMessage(Sentence.Of($"There is no such event. One is sign_in.completed; enrollment.* is every event that begins so.")).OverridePropertyName("event");
            RuleFor(f => f.Outcome).Must(o => o is null || Outcomes.Contains(o)).WithMessage(Sentence.Of($"outcome must be success, failure or denied.")).OverridePropertyName("outcome");
            RuleFor(f => f.Resource).MaximumLength(160).WithMessage(TooLong(160)).OverridePropertyName("resource");
            RuleFor(f => f.Reference).MaximumLength(32).WithMessage(TooLong(32)).OverridePropertyName("reference");
            RuleFor(f => f.From).Must(t => t is null || Time(t, endOfDay: false) is not null).WithMessage(NoTime("from")).OverridePropertyName("from");
            RuleFor(f => f.Until).Must(t => t is null || Time(t, endOfDay: true) is not null).WithMessage(NoTime("until")).OverridePropertyName("until");
        }

        private static bool IsEvent(string name) => name.EndsWith('*')
            ? AuditEvents.All.Any(known => known.StartsWith(name[..^1], StringComparison.Ordinal))
            : AuditEvents.All.Contains(name);

        private static string TooLong(int most) => Sentence.Of($"At most {most} characters.");

        private static string NoTime(string name) => Sentence.Of($"{name} must be a day such as 2026-11-28, or a time such as 2026-11-28T17:00:00Z.");
    }

    /// <summary>Name and value of each part that is set.</summary>
    public IEnumerable<KeyValuePair<string, string>> Parts => Names
        .Zip([Person, Actor, Event, Outcome, Resource, Reference, From, Until], (name, value) => new KeyValuePair<string, string>(name, value!))
        .Where(part => part.Value is not null);

    /// <param name="value">Gives the text of a part; empty counts as not set.</param>
    public static AuditFilter Read(Func<string, string?> value)
    {
        return new(Of("person"), Of("actor"), Of("event"), Of("outcome"), Of("resource"), Of("reference"), Of("from"), Of("until"));
        string? Of(string name) => value(name)?.Trim() is { Length: > 0 } text ? text : null;
    }

    /// <summary>The filter as a condition on <c>audit_events e</c>.</summary>
    public async Task<AuditCondition> ConditionAsync(IdPDatabase database)
    {
        var condition = new AuditCondition();
        if (Person is not null) condition.Add($"e.user_id = {condition.Value(await IdOfAsync(database, Person) ?? Person)}");
        if (Actor is not null) await AddActorAsync(condition, database);
        if (Event is not null) condition.Add(condition.Match("e.event", Event));
        if (Outcome is not null) condition.Add($"e.outcome = {condition.Value(Outcome)}");
        if (Resource is not null) condition.Add(condition.Match("e.resource", Resource));
        if (Reference is not null) condition.Add($"e.reference = {condition.Value(Reference.ToUpperInvariant())}");
        if (From is not null) condition.Add($"e.at >= {condition.Value(Time(From, endOfDay: false))}");
        if (Until is not null) condition.Add($"e.at < {condition.Value(Time(Until, endOfDay: true))}");
        return condition;
    }

    private async Task AddActorAsync(AuditCondition condition, IdPDatabase database)
    {
        if (Actor!.Contains(':', StringComparison.Ordinal) || await IdOfAsync(database, Actor) is not { } id) condition.Add(condition.Match("e.actor", Actor));
        else condition.Add($"(e.actor = {condition.Value("user:" + id)} OR e.actor IN (SELECT 'token:' || t.id FROM api_tokens t WHERE t.user_id = {condition.Value(id)}))");
    }

    private static async Task<string?> IdOfAsync(IdPDatabase database, string name)
    {
        var normalized = UserNames.Normalize(name);
        return await database.ReadAsync(s => s.FirstAsync("""
            SELECT id FROM users WHERE id = @p0 OR normalized_user_name = @p1 OR normalized_email = @p1
            ORDER BY CASE WHEN id = @p0 THEN 0 WHEN normalized_user_name = @p1 THEN 1 ELSE 2 END LIMIT 1
            """, row => row.GetString(0), name, normalized));
    }

    private static DateTimeOffset? Time(string text, bool endOfDay)
    {
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
            return day == DateOnly.MaxValue ? null : new DateTimeOffset(endOfDay ? day.AddDays(1) : day, TimeOnly.MinValue, TimeSpan.Zero);
        // Without an offset it is UTC, never the server's zone.
        return text.Contains('T', StringComparison.Ordinal)
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time.ToUniversalTime() : null;
    }
}

/// <summary>A condition with its arguments, in the order of their numbers.</summary>
internal sealed class AuditCondition
{
    private readonly List<string> parts = [];
    private readonly List<object?> arguments = [];

    public object?[] Arguments => [.. arguments];

    public string Where => parts.Count == 0 ? "1 = 1" : string.Join(" AND ", parts);

    public void Add(string part) => parts.Add(part);

    /// <summary>The parameter that stands for a value.</summary>
    public string Value(object? value)
    {
        arguments.Add(value);
        return "@p" + (arguments.Count - 1);
    }

    /// <summary>Equal, or with a star at the end: begins so.</summary>
    public string Match(string column, string value) => value.EndsWith('*')
        ? $"{column} LIKE {Value(value[..^1].Replace(@"\", @"\\").Replace("%", @"\%").Replace("_", @"\_") + "%")} ESCAPE '\\'"
        : $"{column} = {Value(value)}";
}
