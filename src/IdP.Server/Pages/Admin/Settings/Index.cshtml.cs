using System.Text.Json;
using System.Text.Json.Nodes;
using IdP.Server.Admin.Access;
using IdP.Server.Admin.Settings;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages.Admin.Settings;

/// <summary>Every setting with the value in force, group by group.</summary>
internal sealed class IndexModel(Visit visit, ShowSettings show) : AdminPage(visit, "Settings", Right.SettingsRead)
{
    public IReadOnlyDictionary<string, ShowSettings.Setting> Settings { get; private set; } = new Dictionary<string, ShowSettings.Setting>();

    /// <summary>A value in words.</summary>
    public static string Say(Words words, string name, JsonNode? value) => value switch
    {
        null => words["Console.None"].ToString(),
        _ when SettingGroups.Words(name).Contains(SettingText.Of(value)) => words[$"Admin.Settings.Value.{name}.{SettingText.Of(value)}"].ToString(),
        // A bare 0 looks like a small number where it stands for something else.
        _ when SettingText.Of(value) == "0" && words.Find($"Admin.Settings.Value.{name}.0") is { } meaning => meaning,
        _ when value.GetValueKind() is JsonValueKind.True or JsonValueKind.False => words[value.GetValue<bool>() ? "Admin.Settings.On" : "Admin.Settings.Off"].ToString(),
        _ => SettingText.Of(value),
    };

    protected override async Task<IActionResult> ShowAsync()
    {
        Settings = (await show.HandleAsync()).ToDictionary(s => s.Name, StringComparer.Ordinal);
        return Page();
    }
}
