using IdP.Storage.Audit;
using IdP.Storage.Changes;
using IdP.Storage.Database;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace IdP.Server.Pages.Portal;

/// <summary>My sign-ins and verifications, newest first.</summary>
internal sealed class ActivityModel(Visit visit, IdPDatabase database, Catalog catalog) : PortalPage(visit, "activity")
{
    private const int PageSize = 25;

    public sealed record Row(DateTimeOffset At, string What, string App, string From, IReadOnlyList<Phrase> Why);

    public IReadOnlyList<Row> Rows { get; private set; } = [];

    /// <summary>The older page begins before this event; null: there is none.</summary>
    public long? OlderThan { get; private set; }

    public bool IsNewest { get; private set; }

    protected override async Task<IActionResult> ShowAsync()
    {
        IsNewest = !long.TryParse(Request.Query["before"], out var before);
        if (IsNewest) before = long.MaxValue;
        var (id, snapshot) = (Who.Person.Id, await catalog.GetAsync());
        await using var db = database.CreateContext();
        // An error page is nothing that somebody did; it is there for whoever is told its number.
        var events = await db.AuditEvents.AsNoTracking().Where(e => e.UserId == id && e.Id < before && e.Event != AuditEvents.ErrorShown)
            .OrderByDescending(e => e.Id).Take(PageSize + 1).ToListAsync();
        if (events.Count > PageSize) OlderThan = events[PageSize - 1].Id;
        Rows = [.. events.Take(PageSize).Select(e => RowOf(e, snapshot))];
        return Page();
    }

    private Row RowOf(AuditEvent row, CatalogSnapshot snapshot)
    {
        // An admin's address is not the person's business.
        var own = row.Actor == "user:" + row.UserId || row.Actor == "anonymous";
        var from = own && row.Address is not null ? $"{T.Browser(row.UserAgent)} · {row.Address}" : "–";
        return new Row(row.At, T.Find("Activity." + row.Event) ?? row.Event, T.ResourceName(row.Resource, snapshot), from, own && ReasonWords.IsOfDecision(row.Event) ? T.Reasons(row.Reason, snapshot) : []);
    }
}
