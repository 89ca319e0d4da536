using FluentValidation;
using IdP.Server.Admin.Access;
using IdP.Server.Admin.Owners;
using IdP.Server.Admin.Users;
using IdP.Storage;
using IdP.Storage.Audit;
using IdP.Storage.Database;
using IdP.Storage.Users;
using Microsoft.EntityFrameworkCore;

namespace IdP.Server.Admin.Tokens;

/// <summary>Makes an API token for an admin: scoped, with an end, shown once.</summary>
internal sealed class AddToken(IdPDatabase database, RandomSource random, TimeProvider clock)
{
    /// <param name="UserName">Whose token it is; null: the caller's own.</param>
    /// <param name="Scopes">What it may at most, as <c>people:read</c>.</param>
    /// <param name="Days">How long it works; one that a token makes ends with that at the latest.</param>
    public sealed record Request(string? UserName, string Name, IReadOnlyList<string> Scopes, int Days, string Reason);

    public abstract record Outcome
    {
        /// <param name="Token">To be shown once.</param>
        public sealed record Added(string Id, string Token, DateTimeOffset ExpiresAt) : Outcome
        {
            public override string ToString() => $"Added({Id}, redacted)";
        }

        public sealed record NoSuchUser : Outcome;

        /// <summary>The person has no admin role, so that a token could do nothing.</summary>
        public sealed record NoRole : Outcome;
    }

    public sealed class Validator : AbstractValidator<Request>
    {
        public Validator()
        {
            RuleFor(r => r.Name).NotEmpty().WithMessage(Sentence.Of($"name is empty.")).MaximumLength(100).WithMessage(Sentence.Of($"name must have at most 100 characters.")).Must(n => !Texts.HasControls(n))
                .WithMessage(Sentence.Of($"name must not have control characters.")).OverridePropertyName("name");
            RuleFor(r => r.Scopes).NotEmpty().WithMessage(Sentence.Of($"Name at least one scope.")).OverridePropertyName("scopes");
            RuleForEach(r => r.Scopes).Must(s => Rights.OfScope(s) is not null).WithMessage(Sentence.Of($"scopes must be among {string.Join(", ", Rights.Scopes)}.")).OverridePropertyName("scopes");
            RuleFor(r => r.Days).InclusiveBetween(1, 365).WithMessage(Sentence.Of($"days must be from 1 to 365.")).OverridePropertyName("days");
            RuleFor(r => r.Reason).IsReason().OverridePropertyName("reason");
        }
    }

    public async Task<Outcome> HandleAsync(Request request, Actor actor, CancellationToken ct)
    {
        // A token never gives more than its maker has: not by scopes, not by being another's, and not by lasting longer.
        foreach (var right in request.Scopes.Select(Rights.OfScope).OfType<Right>()) actor.Demand(right);
        await DemandOwnAsync(request, actor, ct);
        await new Validator().ValidateAndThrowAsync(request, ct);
        return await database.SaveAsync<Outcome>(async db =>
        {
            if (actor.Token is { } maker) await DemandMakerAsync(db, maker.Id, ct);
            if (await db.FindPersonAsync(request.UserName ?? actor.UserId ?? "", ct) is not { User: var user }) return new Outcome.NoSuchUser();
            if (user.Id != actor.UserId) actor.Demand(Right.TokensWrite);
            if (user.Roles.Count == 0) return new Outcome.NoRole();
            var (handle, now) = (Handle.New(random), clock.GetUtcNow());
            var end = now.AddDays(request.Days);
            if (actor.Token is { } with && with.Until < end) end = with.Until;
            var token = new ApiToken
            {
                Id = random.NewId(), MadeWithId = actor.Token?.Id, Hash = Handle.HashOf(handle), Name = request.Name, UserId = user.Id, Scopes = [.. request.Scopes.Distinct()],
                CreatedAt = now, ExpiresAt = end, CredentialGeneration = user.CredentialGeneration,
            };
            db.ApiTokens.Add(token);
            db.Audit(user, AuditEvents.TokenCreated, actor, request.Reason, $"{token.Name} ({token.Id}) until {Periods.Time(token.ExpiresAt)}: {string.Join(' ', token.Scopes)}", now);
            return new Outcome.Added(token.Id, ApiCallers.Prefix + handle, token.ExpiresAt);
        }, ct);
    }

    // Whoever revokes it at this moment finds what was made with it before, and nothing is made after.
    private static async Task DemandMakerAsync(IdPDbContext db, string maker, CancellationToken ct)
    {
        await OwnerSetup.LockAsync(db, ct);
        if (!await db.ApiTokens.AnyAsync(t => t.Id == maker && t.RevokedAt == null, ct)) throw new ForbiddenException(Sentence.Of($"The token was revoked."));
    }

    // Before anybody is looked for: whoever may make their own alone is not told who else there is.
    private async Task DemandOwnAsync(Request request, Actor actor, CancellationToken ct)
    {
        if (request.UserName is not { } name || actor.Has(Right.TokensWrite)) return;
        await using var db = database.CreateContext();
        var (own, normalized) = (await db.Users.AsNoTracking().FirstOrDefaultAsync(u => u.Id == actor.UserId, ct), UserNames.Normalize(name));
        if (own is null || (name != own.Id && normalized != own.NormalizedUserName && normalized != own.NormalizedEmail)) actor.Demand(Right.TokensWrite);
    }
}
