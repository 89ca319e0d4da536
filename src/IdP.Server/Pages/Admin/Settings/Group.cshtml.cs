using System.Text.Json;
using System.Text.Json.Nodes;
using IdP.Server.Admin.Access;
using IdP.Server.Admin.Api;
using IdP.Server.Admin.Settings;
using IdP.Server.Configuration;
using IdP.Storage.Changes;
using IdP.Verification;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages.Admin.Settings;

/// <summary>The settings of one group; what would protect less is said before it is saved.</summary>
internal sealed class GroupModel(Visit visit, ShowSettings show, SetSettings set, PreviewSettings preview, Catalog catalog) : AdminPage(visit, "Settings", Right.SettingsWrite)
{
    /// <summary>What the admin saw, so that nobody's change is overwritten unseen.</summary>
    [BindProperty(Name = "state")]
    public string? State { get; set; }

    public SettingGroups.Group? Group => SettingGroups.All.FirstOrDefault(g => g.Name == Request.Query["name"]);

    public IReadOnlyDictionary<string, ShowSettings.Setting> Settings { get; private set; } = new Dictionary<string, ShowSettings.Setting>();

    /// <summary>What is to be confirmed; null: the form is shown.</summary>
    public IReadOnlyList<Difference>? Confirm { get; private set; }

    public IEnumerable<(string Name, string Value)> Sent => Request.Form.Where(f => f.Key is not ("__RequestVerificationToken" or "confirm"))
        .SelectMany(f => f.Value.Select(v => (f.Key, v ?? "")));

    public Task<IActionResult> OnPostAsync([FromForm] bool confirm, [FromForm] string? back) => ChangeAsync(async () =>
    {
        if (Group is null) return NotFound();
        if (back is not null) return await ShowAsync();
        var values = new JsonObject(Group.Settings.Select(name => KeyValuePair.Create(name, SettingText.Parse(name, Typed(name)))));
        if (!confirm && await preview.HandleAsync(values, Actor, Ct) is var changes && changes.Any(c => c.Weaker is not null))
        {
            if (State != await StateAsync()) throw new StaleException();
            Confirm = changes;
            return await ShowAsync();
        }

        return await set.HandleAsync(new(values, Reason) { IfMatch = State }, Actor, Ct) is SetSettings.Outcome.Changed
            ? Done("/admin/settings", "saved")
            : Done("/admin/settings", "nothing");
    }, needsReason: true);

    /// <summary>What stands in the field: what was typed, else the value in force.</summary>
    public string Value(string name) => HttpMethods.IsPost(Request.Method) ? Typed(name) : SettingText.Of(Settings[name].Value);

    public static bool IsFlag(string name) => SettingText.Kind(name) is JsonValueKind.True or JsonValueKind.False;

    /// <summary>What it means, and what holds where nobody decided.</summary>
    public Phrase Hint(string name) => T["Admin.Settings.Hint",
        ("text", T[$"Admin.Settings.Text.{name}"]), ("default", IndexModel.Say(T, name, Settings[name].Default))];

    protected override async Task<IActionResult> ShowAsync()
    {
        if (Group is null) return NotFound();
        Settings = (await show.HandleAsync()).ToDictionary(s => s.Name, StringComparer.Ordinal);
        if (Confirm is null)
        {
            State = await StateAsync();
            ModelState.Remove("state");
        }

        return Page();
    }

    private async Task<string> StateAsync() => ETags.Of(VerificationSettings.Of(await catalog.GetAsync()));

    // A box that is not ticked is not sent.
    private string Typed(string name) => Request.Form[name].ToString() is { Length: > 0 } typed ? typed.Trim() : IsFlag(name) ? "false" : "";
}
