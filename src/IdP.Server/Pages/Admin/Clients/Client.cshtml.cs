using FluentValidation;
using IdP.Server.Admin;
using IdP.Server.Admin.Access;
using IdP.Server.Admin.Api;
using IdP.Server.Admin.Clients;
using IdP.Storage.Changes;
using IdP.Storage.Clients;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages.Admin.Clients;

/// <summary>One application: what it is configured with, its policy in words, every property; what gets weaker is said before it is saved.</summary>
internal sealed class ClientModel(Visit visit, ShowClient show, SetClient set, PreviewClient preview, Catalog catalog) : AdminPage(visit, "Clients", Right.ClientsRead)
{
    [BindProperty]
    public ClientForm Form { get; set; } = new();

    /// <summary>What the admin saw, so that nobody's change is overwritten unseen.</summary>
    [BindProperty(Name = "state")]
    public string? State { get; set; }

    public string Id => Request.Query["id"].ToString();

    public ShowClient.Registration Client { get; private set; } = null!;

    public ResourcePolicyRow Policy { get; private set; } = null!;

    /// <summary>What is to be confirmed; null: the form is shown.</summary>
    public PreviewClient.Outcome? Confirm { get; private set; }

    /// <summary>What was sent, to be sent again when it is confirmed.</summary>
    public IEnumerable<(string Name, string Value)> Sent => Request.Form.Where(f => f.Key is not ("__RequestVerificationToken" or "confirm"))
        .SelectMany(f => f.Value.Select(v => (f.Key, v ?? "")));

    public Task<IActionResult> OnPostAsync([FromForm] bool confirm, [FromForm] string? back) => ChangeAsync(async () =>
    {
        if (await show.HandleAsync(Id) is not { } seen) return NotFound();
        if (back is not null) return await ShowAsync();
        if (!ModelState.IsValid) return await AgainAsync(T["Admin.Clients.Wrong"], StatusCodes.Status400BadRequest);
        if (State is { } state && state != ShowClient.ETagOf(seen)) throw new StaleException();
        var patch = Form.ToPatch();
        if (!confirm)
        {
            if (await preview.HandleAsync(Id, patch, Actor, Ct) is not { } outcome) return NotFound();
            if (outcome.Changes.Any(c => c.Weaker is not null))
            {
                Confirm = outcome;
                return await ShowAsync();
            }
        }

        return await set.HandleAsync(new(Id, patch, Reason) { IfMatch = State }, Actor, Ct) switch
        {
            SetClient.Outcome.NoSuchClient => NotFound(),
            SetClient.Outcome.NothingToDo => Done(Address, "nothing"),
            _ => Done(Address, "saved"),
        };
    }, needsReason: true);

    private string Address => "/admin/clients/client?id=" + Uri.EscapeDataString(Id);

    protected override async Task<IActionResult> ShowAsync()
    {
        if (await show.HandleAsync(Id) is not { } client) return NotFound();
        Client = client;
        Policy = (await catalog.GetAsync()).Policies.GetValueOrDefault((ResourceKind.Client, Id)) ?? StoredClients.NewPolicy(Id);
        // What is to be confirmed was seen with the state that was sent.
        if (Confirm is null)
        {
            State = ShowClient.ETagOf(client);
            ModelState.Remove("state");
        }

        if (!HttpMethods.IsPost(Request.Method)) Form = ClientForm.Of(client);
        return Page();
    }
}
