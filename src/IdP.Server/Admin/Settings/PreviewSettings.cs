using System.Text.Json.Nodes;
using FluentValidation;
using IdP.Server.Admin.Access;
using IdP.Server.Configuration;
using IdP.Storage.Database;

namespace IdP.Server.Admin.Settings;

/// <summary>What a change of settings would do, and how many people a weaker one touches; nothing is stored.</summary>
internal sealed class PreviewSettings(IdPDatabase database, TimeProvider clock)
{
    public async Task<IReadOnlyList<Difference>> HandleAsync(JsonObject values, Actor actor, CancellationToken ct)
    {
        actor.Demand(Right.SettingsWrite);
        await new SetSettings.Validator().ValidateAndThrowAsync(new(values, "preview"), ct);
        await using var tried = database.CreateContext();
        var changes = await SetSettings.ApplyAsync(tried, values, actor, "preview", clock.GetUtcNow(), ct);
        return await PeopleTouched.CountAsync(database, tried, [.. changes.Select(c => new Difference("settings", c.Text, c.Weaker))], clock.GetUtcNow(), ct);
    }
}
