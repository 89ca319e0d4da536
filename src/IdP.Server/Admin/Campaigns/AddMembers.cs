using FluentValidation;
using IdP.Server.Admin.Access;
using IdP.Storage.Database;

namespace IdP.Server.Admin.Campaigns;

/// <summary>Adds people to a campaign that runs: once more those of a group, or somebody who joined.</summary>
internal sealed class AddMembers(IdPDatabase database, Members members)
{
    public sealed record Request(string Id, Chosen People, string Reason)
    {
        public Action<double>? Progress { get; init; }
    }

    public abstract record Outcome
    {
        public sealed record Done(Added People) : Outcome;

        public sealed record NoSuchPeople(IReadOnlyList<string> Names) : Outcome;

        /// <summary>There is no such campaign, or it is closed.</summary>
        public sealed record NotRunning : Outcome;
    }

    public sealed class Validator : AbstractValidator<Request>
    {
        public Validator() =>
            RuleFor(r => r.Reason).IsReason().OverridePropertyName("reason");
    }

    public async Task<Outcome> HandleAsync(Request request, Actor actor, CancellationToken ct)
    {
        actor.Demand(Right.CampaignsWrite);
        actor.Demand(Right.PeopleSupport);
        await new Validator().ValidateAndThrowAsync(request, ct);
        await using var db = database.CreateContext();
        if (await db.Campaigns.FindAsync([request.Id], ct) is not { ClosedAt: null } campaign) return new Outcome.NotRunning();
        var (ids, unknown) = await members.FindAsync(request.People);
        if (unknown.Count > 0) return new Outcome.NoSuchPeople(unknown);
        return await members.AddAsync(request.Id, ids, actor, $"campaign {campaign.Name}: {request.Reason}", request.Progress, ct) is { } added
            ? new Outcome.Done(added)
            : new Outcome.NotRunning();
    }
}
