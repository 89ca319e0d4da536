using IdP.Storage.Database;
using Microsoft.EntityFrameworkCore;

namespace IdP.Server.Admin.Campaigns;

/// <summary>Campaigns with how far they are: those that run, the next deadline first, then closed ones, the last first.</summary>
internal sealed class ListCampaigns(IdPDatabase database, ShowCampaign show, TimeProvider clock)
{
    private const int Most = 50;

    /// <param name="running">Only those that run.</param>
    /// <param name="most">The most; counting a campaign looks at everybody in it.</param>
    public async Task<IReadOnlyList<ShowCampaign.Campaign>> HandleAsync(bool running, CancellationToken ct, int most = Most)
    {
        await using var db = database.CreateContext();
        var now = clock.GetUtcNow();
        var campaigns = await db.Campaigns.AsNoTracking().Where(c => c.ClosedAt == null).OrderBy(c => c.Deadline).ThenBy(c => c.Id).Take(most).ToListAsync(ct);
        if (!running) campaigns.AddRange(await db.Campaigns.AsNoTracking().Where(c => c.ClosedAt != null).OrderByDescending(c => c.ClosedAt).ThenBy(c => c.Id).Take(most).ToListAsync(ct));
        List<ShowCampaign.Campaign> shown = [];
        foreach (var campaign in campaigns) shown.Add(ShowCampaign.Of(campaign, (await show.ProgressAsync(campaign.Id, now)).Progress));
        return shown;
    }
}
