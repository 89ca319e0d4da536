using System.Text.Json;
using IdP.Server.Admin.Access;
using IdP.Server.Admin.Api;
using IdP.Server.Admin.Groups;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages.Admin.Groups;

/// <summary>One group: register, change.</summary>
internal sealed class GroupModel(Visit visit, ShowGroup show, AddGroup add, SetGroup set) : AdminPage(visit, "Groups", Right.GroupsRead)
{
    [BindProperty(Name = "name")]
    public string? NewName { get; set; }

    [BindProperty(Name = "description")]
    public string? Description { get; set; }

    [BindProperty(Name = "claims")]
    public string? Claims { get; set; }

    /// <summary>What the admin saw, so that nobody's change is overwritten unseen.</summary>
    [BindProperty(Name = "state")]
    public string? State { get; set; }

    public string Name => Request.Query["name"].ToString();

    public bool IsNew => Name.Length == 0;

    public Task<IActionResult> OnPostAsync() => ChangeAsync(async () =>
    {
        if (!TryReadClaims(out var claims)) return await AgainAsync(null, StatusCodes.Status400BadRequest);
        var patch = new GroupPatch { Description = Description ?? "", Claims = claims };
        if (!IsNew)
        {
            var outcome = await set.HandleAsync(new(Name, patch, Reason) { IfMatch = State }, Actor, Ct);
            return outcome is SetGroup.Outcome.NoSuchGroup ? NotFound() : Done("/admin/groups", "saved");
        }

        if (await add.HandleAsync(new(NewName ?? "", patch, Reason), Actor, Ct) == AddGroup.Outcome.Added) return Done("/admin/groups", "added");
        AddError("name", T["Admin.Groups.Taken"]);
        return await AgainAsync(null, StatusCodes.Status409Conflict);
    }, needsReason: true);

    protected override async Task<IActionResult> ShowAsync()
    {
        if (IsNew) return Has(Right.GroupsWrite) ? Page() : NotFound();
        if (await show.HandleAsync(Name) is not { } group) return NotFound();
        // Whatever was typed stays; what is compared is what is stored now.
        State = ETags.Of(group);
        ModelState.Remove("state");
        if (HttpMethods.IsPost(Request.Method)) return Page();
        (Description, Claims) = (group.Description, group.Claims.Count == 0 ? "" : JsonSerializer.Serialize(group.Claims, ApiJson.Options));
        return Page();
    }

    private bool TryReadClaims(out Dictionary<string, JsonElement> claims)
    {
        claims = [];
        if (string.IsNullOrWhiteSpace(Claims)) return true;
        try
        {
            claims = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(Claims) ?? [];
            return true;
        }
        catch (JsonException)
        {
            AddError("claims", T["Admin.Groups.ClaimsWrong"]);
            return false;
        }
    }
}
