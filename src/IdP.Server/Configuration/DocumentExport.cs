using System.Text.Json.Nodes;
using IdP.Server.Admin;
using IdP.Server.Admin.Access;
using IdP.Storage.Changes;
using IdP.Storage.Clients;
using IdP.Storage.Database;
using IdP.Server.Admin.Clients;
using Microsoft.EntityFrameworkCore;

namespace IdP.Server.Configuration;

/// <summary>
/// Writes what is stored as a document that, applied to the same database, has nothing to do. Passwords, secrets and
/// authenticators are not in it, nor their hashes: they could not be given back, and a file is copied.
/// </summary>
internal sealed class DocumentExport(IdPDatabase database, Catalog catalog, TimeProvider clock)
{
    private const int Batch = 1000;

    /// <param name="people">Whether people are in it.</param>
    /// <param name="progress">Is told the part that is done.</param>
    public async Task<JsonObject> HandleAsync(bool people, Actor actor, Action<double>? progress, CancellationToken ct)
    {
        foreach (var right in Enum.GetValues<Right>().Where(r => r.ToString().EndsWith("Read", StringComparison.Ordinal))) actor.Demand(right);
        var (stored, now) = (await catalog.GetAsync(), clock.GetUtcNow());
        var document = new JsonObject
        {
            ["settings"] = new JsonObject(stored.Settings.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => KeyValuePair.Create(s.Key, JsonNode.Parse(s.Value)))),
            ["groups"] = List(stored.Groups.Values.OrderBy(g => g.Name, StringComparer.Ordinal).Select(DocumentFields.Of)),
        };
        if (people) document["users"] = await PeopleAsync(progress ?? (static _ => { }), ct);
        document["clients"] = List(stored.Clients.Values.OrderBy(c => c.ClientId, StringComparer.Ordinal).Select(client => DocumentFields.Of(
            client, stored.Policies.GetValueOrDefault((ResourceKind.Client, client.ClientId)) ?? StoredClients.NewPolicy(client.ClientId), now)));
        document["apis"] = List(stored.Apis.Values.OrderBy(a => a.Audience, StringComparer.Ordinal).Select(DocumentFields.Of));
        document["mailTemplates"] = await MailsAsync(ct);
        return document;
    }

    // Only what an admin changed: the shipped words are shipped.
    private async Task<JsonArray> MailsAsync(CancellationToken ct)
    {
        await using var db = database.CreateContext();
        var changed = await db.MailTemplates.AsNoTracking().OrderBy(t => t.Kind).ThenBy(t => t.Language).ToListAsync(ct);
        return List(changed.Select(t => DocumentFields.Given(new { t.Kind, t.Language, t.Subject, t.Text })));
    }

    private async Task<JsonArray> PeopleAsync(Action<double> progress, CancellationToken ct)
    {
        await using var db = database.CreateContext();
        var (people, after, total) = (new JsonArray(), "", await db.Users.CountAsync(ct));
        while (true)
        {
            var batch = await db.Users.AsNoTracking().OrderBy(u => u.NormalizedUserName).Where(u => u.NormalizedUserName.CompareTo(after) > 0).Take(Batch).ToListAsync(ct);
            var ids = batch.ConvertAll(u => u.Id);
            // What a resource demanded of a person it would demand again; what an admin did is the document's to say.
            var required = await db.Enrollments.Where(e => ids.Contains(e.UserId) && e.RequiredAt != null && e.RequiredBy == "admin").Select(e => e.UserId).ToHashSetAsync(ct);
            foreach (var user in batch) people.Add(DocumentFields.Of(user, required.Contains(user.Id) ? "required" : null));
            if (batch.Count < Batch) return people;
            after = batch[^1].NormalizedUserName;
            progress((double)people.Count / Math.Max(total, 1));
        }
    }

    private static JsonArray List(IEnumerable<JsonObject> things) => [.. things];
}
