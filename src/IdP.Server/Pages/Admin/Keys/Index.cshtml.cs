using IdP.Server.Admin.Access;
using IdP.Server.Admin.Keys;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages.Admin.Keys;

/// <summary>The keys that sign tokens, without anything secret.</summary>
internal sealed class IndexModel(Visit visit, ListKeys list, TimeProvider clock) : AdminPage(visit, "Keys", Right.KeysRead)
{
    public IReadOnlyList<ListKeys.Key> Keys { get; private set; } = [];

    /// <summary>What a key does now: the end of a text's key.</summary>
    public string State(ListKeys.Key key)
    {
        var now = clock.GetUtcNow();
        return now < key.ActiveFrom ? "announced" : key.RetiredAt is null || now < key.RetiredAt ? "signs" : "published";
    }

    protected override async Task<IActionResult> ShowAsync()
    {
        Keys = [.. (await list.HandleAsync()).OrderBy(k => k.Algorithm, StringComparer.Ordinal).ThenByDescending(k => k.ActiveFrom)];
        return Page();
    }
}
