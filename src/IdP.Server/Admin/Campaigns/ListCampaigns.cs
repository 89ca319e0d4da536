using IdP.Storage.Database;
using Microsoft.EntityFrameworkCore;

namespace IdP.Server.Admin.Campaigns;

/// <summary>Campaigns with how far they are: those that run, the next deadline first, then closed ones, the last first.</summary>
internal sealed class ListCampaigns(IdPDatabase database, CountCampaign count, TimeProvider clock)
{
    /// <param name="Running">Only those that run.</param>
    /// <param name="Limit">The most rows; to count one that runs is to look at everybody in it.</param>
    /// <param name="After">Goes on behind this campaign; null: from the first.</param>
    public sealed record Request(bool Running, int Limit, string? After = null);

    /// <param name="More">There are others that were not listed.</param>
    public sealed record Page<T>(IReadOnlyList<T> Campaigns, bool More);

    /// <summary>With all their numbers.</summary>
    /// <returns>Null: there is no campaign to go on behind.</returns>
    public Task<Page<ShowCampaign.Campaign>?> HandleAsync(Request request, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        return FindAsync(request, async campaign => ShowCampaign.Of(campaign, await count.ProgressAsync(campaign, now)), ct);
    }

    /// <summary>With how many have enrolled.</summary>
    /// <inheritdoc cref="HandleAsync"/>
    public Task<Page<ShowCampaign.Line>?> LinesAsync(Request request, CancellationToken ct) => FindAsync(request, async campaign =>
    {
        var (enrolled, total) = await count.ShortAsync(campaign);
        return new ShowCampaign.Line(campaign.Id, campaign.Name, campaign.Deadline, campaign.ClosedAt, enrolled, total);
    }, ct);

    /// <summary>Finds one by its id, or by its name while only one has it.</summary>
    /// <returns>Id and name; null: none, or several.</returns>
    public async Task<(string Id, string Name)?> FindAsync(string idOrName, CancellationToken ct)
    {
        await using var db = database.CreateContext();
        if (await db.Campaigns.AsNoTracking().SingleOrDefaultAsync(c => c.Id == idOrName, ct) is { } known) return (known.Id, known.Name);
        // The databases know upper case of other alphabets differently, so names are compared here.
        var named = (await db.Campaigns.AsNoTracking().Select(c => new { c.Id, c.Name }).ToListAsync(ct))
            .Where(c => c.Name.Equals(idOrName, StringComparison.OrdinalIgnoreCase)).ToList();
        return named is [var one] ? (one.Id, one.Name) : null;
    }

    private async Task<Page<T>?> FindAsync<T>(Request request, Func<Storage.Campaigns.Campaign, Task<T>> show, CancellationToken ct)
    {
        await using var db = database.CreateContext();
        var after = request.After is { } id ? await db.Campaigns.AsNoTracking().SingleOrDefaultAsync(c => c.Id == id, ct) : null;
        if (request.After is not null && after is null) return null;

        List<Storage.Campaigns.Campaign> found = [];
        if (after?.ClosedAt is null)
        {
            var running = db.Campaigns.AsNoTracking().Where(c => c.ClosedAt == null);
            if (after is not null) running = running.Where(c => c.Deadline > after.Deadline || (c.Deadline == after.Deadline && c.Id.CompareTo(after.Id) > 0));
            found = await running.OrderBy(c => c.Deadline).ThenBy(c => c.Id).Take(request.Limit + 1).ToListAsync(ct);
        }

        if (!request.Running && found.Count <= request.Limit)
        {
            var closed = db.Campaigns.AsNoTracking().Where(c => c.ClosedAt != null);
            if (after?.ClosedAt is { } at) closed = closed.Where(c => c.ClosedAt < at || (c.ClosedAt == at && c.Id.CompareTo(after.Id) > 0));
            found.AddRange(await closed.OrderByDescending(c => c.ClosedAt).ThenBy(c => c.Id).Take(request.Limit + 1 - found.Count).ToListAsync(ct));
        }

        List<T> shown = [];
        foreach (var campaign in found.Take(request.Limit)) shown.Add(await show(campaign));
        return new Page<T>(shown, found.Count > request.Limit);
    }
}
