using System.Text.Json;
using System.Text.Json.Nodes;
using FluentValidation;
using IdP.Server.Admin.Access;
using IdP.Server.Admin.Api;
using FluentValidation.Results;
using IdP.Storage;
using IdP.Storage.Audit;
using IdP.Storage.Changes;
using IdP.Storage.Database;
using IdP.Storage.Settings;
using IdP.Verification;
using Microsoft.EntityFrameworkCore;

namespace IdP.Server.Admin.Settings;

/// <summary>Changes settings; they count at once, on every node.</summary>
internal sealed class SetSettings(IdPDatabase database, Catalog catalog, TimeProvider clock)
{
    /// <param name="Values">Name to JSON value; null takes an optional text away.</param>
    public sealed record Request(JsonObject Values, string Reason)
    {
        /// <summary>The ETag of the settings that the caller saw; null: whatever they are.</summary>
        public string? IfMatch { get; init; }
    }

    public abstract record Outcome
    {
        public sealed record Changed(IReadOnlyList<Change> Changes) : Outcome;

        public sealed record NothingToDo : Outcome;
    }

    public sealed class Validator : AbstractValidator<Request>
    {
        public Validator()
        {
            RuleFor(r => r.Values).Custom((values, context) =>
            {
                foreach (var failure in Problems(values)) context.AddFailure(failure);
            });
            RuleFor(r => r.Reason).IsReason();
        }
    }

    /// <summary>Every name there is.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. new VerificationSettings().ToJson().Select(s => s.Key)];

    public async Task<Outcome> HandleAsync(Request request, Actor actor, CancellationToken ct)
    {
        actor.Demand(Right.SettingsWrite);
        await new Validator().ValidateAndThrowAsync(request, ct);
        await using (var tried = database.CreateContext())
        {
            if ((await ApplyAsync(tried, request, actor, ct)).Count == 0) return new Outcome.NothingToDo();
        }

        return new Outcome.Changed(await catalog.ChangeAsync(db => ApplyAsync(db, request, actor, ct), ct));
    }

    private async Task<ChangeList> ApplyAsync(IdPDbContext db, Request request, Actor actor, CancellationToken ct)
    {
        if (request.IfMatch is not null) ETags.Demand(request.IfMatch, await EffectiveAsync(db, ct));
        return await ApplyAsync(db, request.Values, actor, request.Reason, clock.GetUtcNow(), ct);
    }

    /// <summary>Stores what differs from the default, judges the whole and writes the audit event.</summary>
    /// <exception cref="ValidationException">The settings would not fit together.</exception>
    public static async Task<ChangeList> ApplyAsync(IdPDbContext db, JsonObject values, Actor actor, string reason, DateTimeOffset now, CancellationToken ct)
    {
        var rows = await db.Settings.ToDictionaryAsync(s => s.Name, ct);
        var defaults = new VerificationSettings().ToJson();
        var effective = new VerificationSettings().ToJson();
        foreach (var row in rows.Values) effective[row.Name] = JsonNode.Parse(row.Value);
        var before = VerificationSettings.FromJson(effective);

        var changes = new ChangeList();
        foreach (var (name, value) in values)
        {
            // An empty text is no text; a word has one spelling.
            var given = value is JsonValue text && text.TryGetValue<string>(out var s) && s.Length == 0
                ? null
                : VerificationSettings.FromJson(new JsonObject { [name] = value?.DeepClone() }).ToJson()[name]?.DeepClone();
            if (JsonNode.DeepEquals(effective[name], given)) continue;
            changes.Add(new Change($"{name}: {Words(effective[name])} -> {Words(given)}", WeakerSettings.Words(name, effective[name], given)));
            effective[name] = given;
            Store(db, rows.GetValueOrDefault(name), name, given, JsonNode.DeepEquals(defaults[name], given));
        }

        if (changes.Count == 0) return changes;
        // Only what this change breaks is its fault: one that mends something else must pass.
        var known = before.Problems().Select(FormattableString.Invariant).ToHashSet();
        var problems = VerificationSettings.FromJson(effective).Problems().Where(p => !known.Contains(FormattableString.Invariant(p))).ToList();
        if (problems.Count > 0) throw new ValidationException(problems.Select(p => new ValidationFailure(p.Format.Split(' ')[0], Sentence.Of(p))));
        db.Audit("settings", AuditEvents.SettingChanged, actor, reason, string.Join("; ", changes.Select(c => c.Text)), now);
        return changes;
    }

    /// <summary>The settings as they are in a unit of work, with what it has not saved yet.</summary>
    public static async Task<VerificationSettings> EffectiveAsync(IdPDbContext db, CancellationToken ct)
    {
        await db.Settings.LoadAsync(ct);
        return VerificationSettings.FromJson(new JsonObject(db.Settings.Local.Select(s => KeyValuePair.Create(s.Name, JsonNode.Parse(s.Value)))));
    }

    /// <summary>Unknown names and values of the wrong type.</summary>
    public static IEnumerable<ValidationFailure> Problems(JsonObject values)
    {
        foreach (var (name, value) in values)
        {
            if (!Names.Contains(name))
            {
                yield return new ValidationFailure(name, Sentence.Of($"There is no setting {name}."));
                continue;
            }

            if (TypeProblem(name, value) is { } problem) yield return new ValidationFailure(name, problem);
        }
    }

    private static string? TypeProblem(string name, JsonNode? value)
    {
        try
        {
            // A number where a word is due would be taken for the word's position, and "7" for 7.
            if (new VerificationSettings().ToJson()[name] is { } normal && Kind(normal) != Kind(value)) return Sentence.Of($"{name} cannot be {Typed(value)}; {Expected(name)}.");
            if (value is JsonArray numbers && numbers.Any(number => Kind(number) != JsonValueKind.Number)) return Sentence.Of($"{name} cannot be {Typed(value)}; {Expected(name)}.");
            var read = VerificationSettings.FromJson(new JsonObject { [name] = value?.DeepClone() }).ToJson()[name];
            if (value is JsonValue given && given.TryGetValue<string>(out var typed) && read?.GetValue<string>() is var meant
                && !string.Equals(typed, meant, StringComparison.OrdinalIgnoreCase)) return Sentence.Of($"{name} cannot be \"{typed}\"; {Expected(name)}.");
            return value is JsonValue text && text.GetValueKind() == JsonValueKind.String && text.GetValue<string>() is { } s && (s.Length > 500 || Texts.HasControls(s))
                ? Sentence.Of($"{name} must have at most 500 characters and no control characters.")
                : null;
        }
        catch (JsonException)
        {
            return Sentence.Of($"{name} cannot be {Typed(value)}; {Expected(name)}.");
        }
    }

    private static string Typed(JsonNode? value) => value is JsonValue text && text.TryGetValue<string>(out var typed) ? $"\"{typed}\"" : value?.ToJsonString() ?? "null";

    private static JsonValueKind? Kind(JsonNode? value) => value?.GetValueKind() is JsonValueKind.False ? JsonValueKind.True : value?.GetValueKind();

    private static string Expected(string name) => new VerificationSettings().ToJson()[name]?.GetValueKind() switch
    {
        JsonValueKind.Number => Sentence.Of($"it is a whole number"),
        JsonValueKind.True or JsonValueKind.False => Sentence.Of($"it is true or false"),
        JsonValueKind.Array => Sentence.Of($"it is a list of whole numbers, such as [3, 1]"),
        _ => name switch
        {
            "expiryLocks" => Sentence.Of($"it is one of {"account, guardedResources"}"),
            "enrollmentProof" => Sentence.Of($"it is one of {"none, automatic, mail, admin"}"),
            "portalIdentityVerification" => Sentence.Of($"it is one of {"notRequired, whenEnrolled, required, always"}"),
            _ => Sentence.Of($"it is a text"),
        },
    };

    private static void Store(IdPDbContext db, Setting? row, string name, JsonNode? value, bool isDefault)
    {
        if (isDefault && row is not null) db.Settings.Remove(row);
        else if (!isDefault && row is not null) row.Value = value?.ToJsonString() ?? "null";
        else if (!isDefault) db.Settings.Add(new Setting { Name = name, Value = value?.ToJsonString() ?? "null" });
    }

    private static string Words(JsonNode? value) => value is null ? "(none)" : value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : value.ToJsonString();
}
