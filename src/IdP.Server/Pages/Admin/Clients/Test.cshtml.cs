using IdP.Protocol.Explanations;
using IdP.Server.Admin.Access;
using IdP.Server.Admin.Clients;
using IdP.Storage.Changes;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages.Admin.Clients;

/// <summary>The connection test: plays the application and explains what is wrong. Nothing is issued or kept.</summary>
internal sealed class TestModel(Visit visit, ShowClient show, Catalog catalog, ConnectionTest test) : AdminPage(visit, "Clients", Right.ClientsRead)
{
    /// <summary>What the admin pasted. It may hold a secret, so it travels in the body and is not shown again.</summary>
    [BindProperty(Name = "request")]
    public string? Pasted { get; set; }

    public string Id => Request.Query["id"].ToString();

    public ShowClient.Registration Client { get; private set; } = null!;

    public Explanation? Result { get; private set; }

    public Task<IActionResult> OnPostAsync() => AskAsync(async () =>
    {
        var snapshot = await catalog.GetAsync();
        if (snapshot.Clients.TryGetValue(Id, out var client)) Result = test.Explain(Pasted ?? "", client, snapshot);
    });

    protected override async Task<IActionResult> ShowAsync()
    {
        if (await show.HandleAsync(Id) is not { } client) return NotFound();
        Client = client;
        return Page();
    }
}
