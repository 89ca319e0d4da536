using IdP.Server.Admin.Access;
using IdP.Server.Admin.Api;
using IdP.Server.Admin.Clients;
using IdP.Storage.Changes;
using IdP.Storage.Clients;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages.Admin.Clients;

/// <summary>Registered applications and how they are guarded.</summary>
internal sealed class IndexModel(Visit visit, ListClients list, Catalog catalog, ClientUses uses) : AdminPage(visit, "Clients", Right.ClientsRead)
{
    private const int PageSize = 50;

    public sealed record Row(ShowClient.Registration Client, ClientKind Kind, ResourcePolicyRow Policy, DateTimeOffset? LastUsed)
    {
        /// <summary>No person ever comes through it.</summary>
        public bool NotForPeople => Kind == ClientKind.Machine;
    }

    public string? Search => Request.Query["q"];

    public string Policy => Request.Query["policy"].ToString();

    public string Type => Request.Query["type"].ToString();

    public IReadOnlyList<Row> Rows { get; private set; } = [];

    public string? Next { get; private set; }

    public string? After => Request.Query["after"];

    /// <summary>How many match, and of these how many are guarded, guarded for some, and not guarded.</summary>
    public (int All, int Guarded, int Conditional, int NotRequired) Counts { get; private set; }

    public int Total { get; private set; }

    protected override async Task<IActionResult> ShowAsync()
    {
        var snapshot = await catalog.GetAsync();
        var all = await list.HandleAsync(null);
        var found = Search is { Length: > 0 } search ? await list.HandleAsync(search) : all;
        var rows = found.Select(c => new Row(c, ClientRecipe.KindOf(c), snapshot.Policies.GetValueOrDefault((ResourceKind.Client, c.ClientId)) ?? StoredClients.NewPolicy(c.ClientId), null))
            .Where(r => (Policy.Length == 0 || Policy == PolicyOf(r)) && (Type.Length == 0 || Type == r.Kind.ToString())).ToList();
        var page = ApiPage.Of(rows, (PageSize, After), r => r.Client.ClientId);
        var last = await uses.LastAsync([.. page.Items.Select(r => r.Client.ClientId)]);
        Rows = [.. page.Items.Select(r => r with { LastUsed = last.GetValueOrDefault(r.Client.ClientId) })];
        (Next, Total) = (page.Next, all.Count);
        Counts = (rows.Count, rows.Count(r => PolicyOf(r) == "guarded"), rows.Count(r => PolicyOf(r) == "conditional"), rows.Count(r => PolicyOf(r) is "notRequired" or "machine"));
        return Page();
    }

    private static string PolicyOf(Row row) =>
        row.NotForPeople ? "machine"
        : row.Policy.Rules.Count > 0 || row.Policy.Mode == VerificationMode.WhenEnrolled ? "conditional"
        : row.Policy.Mode == VerificationMode.NotRequired ? "notRequired" : "guarded";
}
