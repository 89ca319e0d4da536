using FluentValidation;
using IdP.Server.Admin.Access;
using IdP.Server.Admin.Users;
using IdP.Storage;
using IdP.Storage.Audit;
using IdP.Storage.Campaigns;
using IdP.Storage.Database;

namespace IdP.Server.Admin.Campaigns;

/// <summary>Asks many people to enrol until one deadline, and remembers who they are.</summary>
internal sealed class StartCampaign(IdPDatabase database, Members members, RandomSource random, TimeProvider clock)
{
    public sealed record Request(string Name, DateTimeOffset Deadline, Chosen People, string Reason)
    {
        /// <summary>Told the part that is done; null: nobody waits.</summary>
        public Action<double>? Progress { get; init; }
    }

    public abstract record Outcome
    {
        public sealed record Started(string Id, Added People) : Outcome;

        /// <summary>Nobody has these names or addresses; nothing was started.</summary>
        public sealed record NoSuchPeople(IReadOnlyList<string> Names) : Outcome;

        /// <summary>Nobody was named, and nobody is in the group.</summary>
        public sealed record Nobody : Outcome;
    }

    public sealed class Validator : AbstractValidator<Request>
    {
        public Validator(DateTimeOffset now)
        {
            RuleFor(r => r.Name).NotEmpty().WithMessage(Sentence.Of($"Give it a name.")).MaximumLength(100).WithMessage(Sentence.Of($"name must have at most 100 characters."))
                .Must(n => n is null || !Texts.HasControls(n)).WithMessage(Sentence.Of($"name must not have control characters.")).OverridePropertyName("name");
            RuleFor(r => r.Deadline).Must(d => IsPossible(d, now)).WithMessage(DeadlineRule).OverridePropertyName("deadline");
            RuleFor(r => r.Reason).IsReason().OverridePropertyName("reason");
        }
    }

    public static string DeadlineRule => Sentence.Of($"deadline must be from one hour to 365 days from now.");

    /// <summary>Whether people can be given until then.</summary>
    public static bool IsPossible(DateTimeOffset deadline, DateTimeOffset now) => deadline >= now.AddHours(1) && deadline <= now.AddDays(365);

    public async Task<Outcome> HandleAsync(Request request, Actor actor, CancellationToken ct)
    {
        actor.Demand(Right.CampaignsWrite);
        actor.Demand(Right.PeopleSupport);
        var now = clock.GetUtcNow();
        await new Validator(now).ValidateAndThrowAsync(request, ct);
        var (ids, unknown) = await members.FindAsync(request.People);
        if (unknown.Count > 0) return new Outcome.NoSuchPeople(unknown);
        if (ids.Count == 0) return new Outcome.Nobody();

        var campaign = new Campaign { Id = random.NewId(), Name = request.Name.Trim(), Deadline = request.Deadline, CreatedAt = now, CreatedBy = actor.Name };
        await database.SaveAsync(db =>
        {
            db.Campaigns.Add(campaign);
            db.Audit("campaign:" + campaign.Id, AuditEvents.CampaignStarted, actor, request.Reason, $"{campaign.Name}: {Texts.Count(ids.Count, "person", "people")} until {Periods.Time(campaign.Deadline)}", now);
            return Task.CompletedTask;
        }, ct);
        // Whatever stops it on the way, the campaign stands with those who were reached, and adding the others goes on.
        var added = await members.AddAsync(campaign.Id, ids, actor, $"campaign {campaign.Name}: {request.Reason}", request.Progress, ct);
        return new Outcome.Started(campaign.Id, added ?? new Added());
    }
}
