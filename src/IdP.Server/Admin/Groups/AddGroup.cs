using FluentValidation;
using IdP.Server.Admin.Access;
using IdP.Storage.Audit;
using IdP.Storage.Changes;
using IdP.Storage.Users;

namespace IdP.Server.Admin.Groups;

/// <summary>Registers a group; people may have been in it before.</summary>
internal sealed class AddGroup(Catalog catalog, TimeProvider clock)
{
    public sealed record Request(string Name, GroupPatch Properties, string Reason);

    public enum Outcome { Added, NameTaken }

    public sealed class Validator : AbstractValidator<Request>
    {
        public Validator()
        {
            RuleFor(r => r.Name).Custom((name, context) =>
            {
                if (GroupPatch.NameProblem(name) is { } problem) context.AddFailure("name", problem);
            });
            RuleFor(r => r.Properties).SetValidator(new GroupPatch.Validator());
            RuleFor(r => r.Reason).IsReason();
        }
    }

    public async Task<Outcome> HandleAsync(Request request, Actor actor, CancellationToken ct)
    {
        actor.Demand(Right.GroupsWrite);
        await new Validator().ValidateAndThrowAsync(request, ct);
        var now = clock.GetUtcNow();
        return await catalog.ChangeAsync(async db =>
        {
            if (await db.Groups.FindAsync([request.Name], ct) is not null) return Outcome.NameTaken;
            var group = Create(request.Name, request.Properties, now);
            db.Groups.Add(group);
            db.Audit($"group:{group.Name}", AuditEvents.GroupCreated, actor, request.Reason, Describe(group), now);
            return Outcome.Added;
        }, ct);
    }

    public static Group Create(string name, GroupPatch properties, DateTimeOffset now)
    {
        var group = new Group { Name = name, CreatedAt = now, UpdatedAt = now };
        properties.ApplyTo(group);
        return group;
    }

    public static string Describe(Group group) =>
        group.Claims.Count == 0 ? "without claims" : $"with the claims {string.Join(", ", group.Claims.Keys)}";
}
