using System.Globalization;
using FluentValidation;
using IdP.Server.Admin;
using IdP.Server.Admin.Access;
using IdP.Server.Admin.Audit;
using IdP.Storage.Audit;
using IdP.Storage.Changes;
using IdP.Storage.Clients;
using Microsoft.AspNetCore.Mvc;

namespace IdP.Server.Pages.Admin.Audit;

/// <summary>The audit log with a filter, the way to export what it lets through, and whether the log is whole.</summary>
internal sealed class IndexModel(Visit visit, ListAudit list, VerifyAudit verify, ShowCheckpoint checkpoint, Catalog catalog) : AdminPage(visit, "Audit", Right.AuditRead)
{
    private const int PageSize = 50;

    private CatalogSnapshot snapshot = null!;

    public AuditFilter Filter { get; private set; } = new();

    public IReadOnlyList<ListAudit.Row> Rows { get; private set; } = [];

    /// <summary>The query of the older part; null: this is the last one.</summary>
    public string? Older { get; private set; }

    public bool IsNewest { get; private set; }

    public AuditVerdict? Verdict { get; private set; }

    public AuditCheckpoint? Checkpoint { get; private set; }

    /// <summary>One of the filters that are folded away is set.</summary>
    public bool HasMore => Filter.Actor is not null || Filter.Resource is not null || Filter.Reference is not null || Filter.From is not null || Filter.Until is not null;

    public Task<IActionResult> OnPostAsync() => ChangeAsync(async () =>
    {
        Verdict = await verify.HandleAsync(new(), Actor, Ct);
        return await ShowAsync();
    });

    protected override async Task<IActionResult> ShowAsync()
    {
        snapshot = await catalog.GetAsync();
        Filter = AuditFilter.Read(name => Request.Query[name]);
        Checkpoint = await checkpoint.HandleAsync(Actor);
        IsNewest = !long.TryParse(Request.Query["before"], NumberStyles.None, CultureInfo.InvariantCulture, out var before);
        try
        {
            var page = await list.HandleAsync(new(Filter, PageSize, IsNewest ? null : before), Actor, Ct);
            Rows = page.Rows;
            if (page.More) Older = Query(("before", Rows[^1].Id.ToString(CultureInfo.InvariantCulture)));
        }
        catch (ValidationException invalid)
        {
            foreach (var failure in invalid.Errors)
            {
                AddError(failure.PropertyName, failure.PropertyName switch
                {
                    "event" => T["Admin.Audit.Wrong.event", ("all", "enrollment.*")],
                    "from" or "until" => T["Admin.Audit.Wrong.time"],
                    _ => T.Literal(failure.ErrorMessage),
                });
            }

            ViewData["Error"] = true;
            Response.StatusCode = StatusCodes.Status400BadRequest;
        }

        return Page();
    }

    /// <summary>The filter as an address carries it, with what comes besides.</summary>
    public string Query(params IEnumerable<(string Name, string Value)> more) =>
        QueryString.Create([.. Filter.Parts.Select(p => new KeyValuePair<string, string?>(p.Key, p.Value)), .. more.Select(m => new KeyValuePair<string, string?>(m.Name, m.Value))]).Value!;

    /// <summary>What came from outside, with what steers or turns the reading direction made visible.</summary>
    public static string? Shown(string? text) => text is null ? null : Texts.ForTerminal(text);

    public string? ActorOf(ListAudit.Row row) =>
        Shown(row.TokenName is { } token ? T["Admin.Audit.TokenOf", ("name", row.ActorName ?? "–"), ("token", token)].ToString() : row.ActorName ?? row.Actor);

    /// <summary>Whose page the row's actor has; null: it is nobody who is still there, or the admin may not see people.</summary>
    public string? PersonOf(ListAudit.Row row) =>
        Has(Right.PeopleRead) && row.TokenName is null && row.ActorName is not null && row.Actor.Split(':', 2) is ["user", var id] ? id : null;

    /// <summary>The page of the application that the row is about; null: it is about none that is still there.</summary>
    public string? PageOf(ListAudit.Row row) => Has(Right.ClientsRead) && row.Resource?.Split(':', 2) is [ResourceKind.Client, var id] && snapshot.Clients.ContainsKey(id)
        ? "/admin/clients/client?id=" + Uri.EscapeDataString(id)
        : null;

    public Phrase OutcomeOf(string outcome) => AuditFilter.Outcomes.Contains(outcome) ? T["Admin.Audit.Outcome." + outcome] : T.Literal(outcome);

    public static string StyleOf(string outcome) => outcome switch { "success" => "ok", "denied" => "bad", _ => "warn" };

    public IEnumerable<Phrase> Sentences(AuditVerdict verdict)
    {
        foreach (var fault in verdict.Faults)
            yield return T["Admin.Audit.Fault." + ChangeList.Words(fault.Kind), ("row", fault.EventId?.ToString(CultureInfo.InvariantCulture) ?? "–"), ("link", fault.Sequence?.ToString(CultureInfo.InvariantCulture) ?? "–"), ("n", fault.Checkpoint?.ToString(CultureInfo.InvariantCulture) ?? "–")];
        yield return T.Count(verdict.IsIntact ? "Admin.Audit.Intact" : "Admin.Audit.UpToFault", verdict.Rows);
        if (verdict.Begins > 0) yield return T.Count("Admin.Audit.Begins", verdict.Begins, ("time", verdict.FirstAt is { } first ? Visit.Time.Short(first) : "–"));
        if (verdict.FromBefore > 0) yield return T.Count("Admin.Audit.FromBefore", verdict.FromBefore);
        if (verdict.Waiting > 0) yield return T.Count("Admin.Audit.Waiting", verdict.Waiting);
    }
}
