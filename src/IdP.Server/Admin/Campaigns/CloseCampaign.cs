using FluentValidation;
using IdP.Server.Admin.Access;
using IdP.Storage.Audit;
using IdP.Storage.Database;
using Microsoft.EntityFrameworkCore;

namespace IdP.Server.Admin.Campaigns;

/// <summary>Puts a campaign away, with its numbers. Nothing changes for the people: what was required of them is.</summary>
internal sealed class CloseCampaign(IdPDatabase database, CountCampaign count, TimeProvider clock)
{
    public sealed record Request(string Id, string Reason);

    public enum Outcome { Closed, NotRunning }

    public sealed class Validator : AbstractValidator<Request>
    {
        public Validator() =>
            RuleFor(r => r.Reason).IsReason().OverridePropertyName("reason");
    }

    public async Task<Outcome> HandleAsync(Request request, Actor actor, CancellationToken ct)
    {
        actor.Demand(Right.CampaignsWrite);
        await new Validator().ValidateAndThrowAsync(request, ct);
        // Counted before: nobody who writes waits for it.
        var now = clock.GetUtcNow();
        var numbers = CountCampaign.Write((await count.HandleAsync(request.Id, now)).Progress);
        return await database.SaveAsync(async db =>
        {
            var won = await db.Campaigns.Where(c => c.Id == request.Id && c.ClosedAt == null)
                .ExecuteUpdateAsync(c => c.SetProperty(x => x.ClosedAt, now).SetProperty(x => x.ClosedWith, numbers), ct);
            if (won == 0) return Outcome.NotRunning;
            var name = await db.Campaigns.Where(c => c.Id == request.Id).Select(c => c.Name).SingleAsync(ct);
            db.Audit("campaign:" + request.Id, AuditEvents.CampaignClosed, actor, request.Reason, name, now);
            return Outcome.Closed;
        }, ct);
    }
}
