using FluentValidation;
using IdP.Server.Admin.Access;
using IdP.Server.Admin.Users;
using IdP.Storage;
using IdP.Storage.Audit;
using IdP.Storage.Database;
using Microsoft.EntityFrameworkCore;

namespace IdP.Server.Admin.Campaigns;

/// <summary>Gives a campaign, and everybody in it whose time runs, a later deadline. Who is late is opened only when that is chosen.</summary>
internal sealed class ExtendCampaign(IdPDatabase database, TimeProvider clock)
{
    private const int Batch = 250;

    public sealed record Request(string Id, DateTimeOffset Deadline, bool UnlockLate, string Reason)
    {
        public Action<double>? Progress { get; init; }
    }

    public abstract record Outcome
    {
        /// <param name="More">Got more time.</param>
        /// <param name="Unlocked">Were late and got a new period.</param>
        /// <param name="StillLate">Were late and are.</param>
        /// <param name="OnlyOwner">Left out: people with an admin role.</param>
        public sealed record Extended(int More, int Unlocked, int StillLate, int OnlyOwner) : Outcome;

        /// <summary>The deadline is that late already.</summary>
        public sealed record NotLater(DateTimeOffset Deadline) : Outcome;

        public sealed record NotRunning : Outcome;
    }

    public sealed class Validator : AbstractValidator<Request>
    {
        public Validator(DateTimeOffset now)
        {
            RuleFor(r => r.Deadline).Must(d => StartCampaign.IsPossible(d, now)).WithMessage(StartCampaign.DeadlineRule).OverridePropertyName("deadline");
            RuleFor(r => r.Reason).IsReason().OverridePropertyName("reason");
        }
    }

    private sealed class Counts
    {
        public int More { get; set; }

        public int Unlocked { get; set; }

        public int StillLate { get; set; }

        public int OnlyOwner { get; set; }
    }

    public async Task<Outcome> HandleAsync(Request request, Actor actor, CancellationToken ct)
    {
        actor.Demand(Right.CampaignsWrite);
        actor.Demand(Right.PeopleSupport);
        await new Validator(clock.GetUtcNow()).ValidateAndThrowAsync(request, ct);
        var (refused, ids) = await MoveAsync(request, actor, ct);
        if (refused is not null) return refused;
        var (counts, done) = (new Counts(), 0);
        foreach (var part in ids.Chunk(Batch))
        {
            await database.SaveAsync(db => ExtendAsync(db, part, request, actor, counts, ct), ct);
            request.Progress?.Invoke((double)(done += part.Length) / ids.Count);
        }

        return new Outcome.Extended(counts.More, counts.Unlocked, counts.StillLate, counts.OnlyOwner);
    }

    private Task<(Outcome? Refused, List<string> Ids)> MoveAsync(Request request, Actor actor, CancellationToken ct) =>
        database.SaveAsync<(Outcome?, List<string>)>(async db =>
        {
            var now = clock.GetUtcNow();
            // Of two at once the later deadline stays: only a deadline that is earlier is moved.
            var won = await db.Campaigns.Where(c => c.Id == request.Id && c.ClosedAt == null && c.Deadline < request.Deadline)
                .ExecuteUpdateAsync(c => c.SetProperty(x => x.Deadline, request.Deadline), ct);
            var campaign = await db.Campaigns.AsNoTracking().SingleOrDefaultAsync(c => c.Id == request.Id && c.ClosedAt == null, ct);
            if (campaign is null) return (new Outcome.NotRunning(), []);
            // The same deadline once more goes on where another run was stopped, or unlocks those who are late.
            if (won == 0 && campaign.Deadline != request.Deadline) return (new Outcome.NotLater(campaign.Deadline), []);
            db.Audit("campaign:" + campaign.Id, AuditEvents.CampaignExtended, actor, request.Reason,
                $"{campaign.Name}: until {Periods.Time(request.Deadline)}{(request.UnlockLate ? ", late ones unlocked" : "")}", now);
            return (null, await db.CampaignMembers.Where(m => m.CampaignId == request.Id).Select(m => m.UserId).ToListAsync(ct));
        }, ct);

    private async Task<bool> ExtendAsync(IdPDbContext db, string[] ids, Request request, Actor actor, Counts counts, CancellationToken ct)
    {
        await db.LockEnrollmentsAsync(ids, ct);
        var now = clock.GetUtcNow();
        var reason = $"campaign: {request.Reason}";
        var enrollments = await db.Enrollments.Where(e => ids.Contains(e.UserId) && e.RequiredAt != null && e.Deadline != null && e.Deadline < request.Deadline
            && !db.TotpAuthenticators.Any(t => t.UserId == e.UserId) && !db.Passkeys.Any(p => p.UserId == e.UserId)).ToListAsync(ct);
        var owners = enrollments.ConvertAll(e => e.UserId);
        var users = await db.Users.AsNoTracking().Where(u => owners.Contains(u.Id) && u.DisabledAt == null).ToDictionaryAsync(u => u.Id, ct);
        foreach (var enrollment in enrollments)
        {
            if (!users.TryGetValue(enrollment.UserId, out var user)) continue;
            if (user.Roles.Count > 0 && !actor.Has(Right.RolesWrite))
            {
                counts.OnlyOwner++;
            }
            else if (EnrollmentView.Of(enrollment, hasAuthenticator: false, now).State != EnrollmentView.Expired)
            {
                ExtendPeriod.Extend(db, user, enrollment, request.Deadline, actor, reason, now);
                counts.More++;
            }
            else if (request.UnlockLate)
            {
                UnlockUser.Reopen(db, user, enrollment, request.Deadline, actor, reason, now);
                counts.Unlocked++;
            }
            else
            {
                counts.StillLate++;
            }
        }

        return true;
    }
}
