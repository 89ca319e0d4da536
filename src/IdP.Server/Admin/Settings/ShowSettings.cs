using System.Text.Json.Nodes;
using IdP.Storage.Changes;
using IdP.Verification;

namespace IdP.Server.Admin.Settings;

/// <summary>Every setting with the value in force and its default.</summary>
internal sealed class ShowSettings(Catalog catalog)
{
    public sealed record Setting(string Name, JsonNode? Value, JsonNode? Default);

    public async Task<IReadOnlyList<Setting>> HandleAsync()
    {
        var values = VerificationSettings.Of(await catalog.GetAsync()).ToJson();
        var defaults = new VerificationSettings().ToJson();
        return [.. SetSettings.Names.Select(name => new Setting(name, values[name]?.DeepClone(), defaults[name]?.DeepClone()))];
    }
}
