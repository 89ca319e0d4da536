using System.Text.Json.Nodes;
using IdP.Server.Admin;
using IdP.Server.Admin.Clients;
using IdP.Server.Admin.Groups;
using IdP.Server.Admin.Users;
using IdP.Storage;
using IdP.Storage.Clients;
using IdP.Storage.Users;
using IdP.Verification;

namespace IdP.Server.Configuration;

/// <summary>
/// What somebody changed past a document: what it says and is stored otherwise, and what is stored and it does not say.
/// A document speaks for the sections it has.
/// </summary>
internal sealed class DocumentDrift(DocumentApply apply, DocumentExport export, RandomSource random, TimeProvider clock)
{
    /// <summary>People who are missing in it are named one by one up to here; those with a role always.</summary>
    private const int MostNames = 20;

    /// <param name="Differs">What applying the document would change, as stored -> document.</param>
    /// <param name="OnlyStored">What it does not say.</param>
    public sealed record Result(IReadOnlyList<Difference> Differs, IReadOnlyList<Difference> OnlyStored, IReadOnlyList<DocumentError> Errors)
    {
        public bool Any => Differs.Count + OnlyStored.Count > 0;
    }

    public async Task<Result> HandleAsync(ApplyDocument document, Actor actor, Action<double>? progress, CancellationToken ct)
    {
        var differs = await apply.HandleAsync(document, new ApplyMode(actor, "drift", KeepPasswords: false), dryRun: true, ct);
        if (differs.Errors.Count > 0) return new Result([], [], differs.Errors);
        var stored = await export.HandleAsync(document.Sections.Contains("users"), actor, progress, ct);
        return new Result(differs.Differences, [.. OnlyStored(document, stored)], []);
    }

    private IEnumerable<Difference> OnlyStored(ApplyDocument document, JsonObject stored)
    {
        var now = clock.GetUtcNow();
        if (document.Sections.Contains("settings"))
        {
            var defaults = new VerificationSettings().ToJson();
            foreach (var (name, value) in stored["settings"]!.AsObject())
            {
                if (!document.Settings.ContainsKey(name)) yield return new("settings", $"{name}: {Words(value)} is stored, the document does not name it; the default is {Words(defaults[name])}");
            }
        }

        var found = Section(document, stored, "groups", "name", "group", document.Groups.ToDictionary(g => g.Name, g => Pair(
                g.Properties, DocumentFields.Of(AddGroup.Create(g.Name, g.Properties, now))), StringComparer.Ordinal))
            .Concat(Users(document, stored, now))
            .Concat(Section(document, stored, "clients", "clientId", "client", document.Clients.ToDictionary(c => c.ClientId, c =>
            {
                var (client, policy) = AddClient.Create(c.ClientId, c.Properties, now);
                return Pair(c.Properties, DocumentFields.Of(client, policy, now));
            }, StringComparer.Ordinal)))
            .Concat(Mails(document, stored))
            .Concat(Section(document, stored, "apis", "audience", "api", document.Apis.ToDictionary(a => a.Audience, a => Pair(
                new { a.DisplayName, a.Scopes, a.RequiredAcr },
                DocumentFields.Of(new ApiResource { Audience = a.Audience, DisplayName = a.DisplayName ?? a.Audience[..Math.Min(a.Audience.Length, 128)] })), StringComparer.Ordinal)));
        foreach (var one in found) yield return one;
    }

    private IEnumerable<Difference> Users(ApplyDocument document, JsonObject stored, DateTimeOffset now)
    {
        if (!document.Sections.Contains("users")) return [];
        var given = document.Users.ToDictionary(u => UserNames.Normalize(u.UserName), u => u, StringComparer.Ordinal);
        List<Difference> found = [];
        List<string> others = [];
        foreach (var person in stored["users"]!.AsArray().Select(p => p!.AsObject()))
        {
            var name = person["username"]!.GetValue<string>();
            if (given.TryGetValue(UserNames.Normalize(name), out var entry))
            {
                var fresh = AddUser.Create(new(entry.UserName, entry.Properties, null, MustChangePassword: false, ""), null, random, now);
                // Whether verification is required of somebody is what admins and campaigns decide day by day.
                var known = Pair(entry.Properties, DocumentFields.Of(fresh, null));
                if (entry.Disabled is { } disabled) known.Given["disabled"] = disabled;
                found.AddRange(Unsaid($"user {name}", person, known, except: "verification"));
            }
            else if (person["roles"] is JsonArray { Count: > 0 } roles)
            {
                found.Add(new($"user {name}", $"is stored with the roles {string.Join(", ", roles.Select(Words))}, and is not in the document"));
            }
            else
            {
                others.Add(name);
            }
        }

        found.AddRange(others.Take(MostNames).Select(name => new Difference($"user {name}", "is stored, and is not in the document")));
        if (others.Count > MostNames) found.Add(new("users", $"{Texts.Count(others.Count - MostNames, "more person is stored, and is", "more people are stored, and are")} not in the document"));
        return found;
    }

    private static IEnumerable<Difference> Mails(ApplyDocument document, JsonObject stored)
    {
        if (!document.Sections.Contains("mailTemplates")) return [];
        var given = document.MailTemplates.Select(m => $"{m.Kind.Name} ({m.Language})").ToHashSet(StringComparer.Ordinal);
        return stored["mailTemplates"]!.AsArray().Select(m => $"{m!["kind"]} ({m["language"]})").Where(name => !given.Contains(name))
            .Select(name => new Difference($"mail {name}", "has changed words, and is not in the document"));
    }

    private static IEnumerable<Difference> Section(
        ApplyDocument document, JsonObject stored, string section, string key, string word, Dictionary<string, (JsonObject Given, JsonObject Fresh)> given)
    {
        if (!document.Sections.Contains(section)) yield break;
        foreach (var thing in stored[section]!.AsArray().Select(t => t!.AsObject()))
        {
            var name = thing[key]!.GetValue<string>();
            if (!given.TryGetValue(name, out var known)) yield return new($"{word} {name}", "is stored, and is not in the document");
            else foreach (var unsaid in Unsaid($"{word} {name}", thing, known)) yield return unsaid;
        }
    }

    // A field that the document leaves out is kept when it is applied, so a change of it would never be seen else.
    private static IEnumerable<Difference> Unsaid(string subject, JsonObject stored, (JsonObject Given, JsonObject Fresh) known, string? except = null) =>
        from field in stored
        where field.Key != except && !known.Given.ContainsKey(field.Key) && !JsonNode.DeepEquals(field.Value, known.Fresh[field.Key])
        select new Difference(subject, $"{field.Key}: {Words(field.Value)} is stored, the document does not say; a new one would have {Words(known.Fresh[field.Key])}");

    private static (JsonObject Given, JsonObject Fresh) Pair(object given, JsonObject fresh)
    {
        var said = DocumentFields.Given(given);
        // The key of the thing itself.
        said[fresh.First().Key] = fresh.First().Value!.DeepClone();
        return (said, fresh);
    }

    private static string Words(JsonNode? value) => value is null ? "(none)" : value.GetValueKind() == System.Text.Json.JsonValueKind.String ? value.GetValue<string>() : value.ToJsonString();
}
