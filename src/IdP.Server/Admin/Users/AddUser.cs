using FluentValidation;
using IdP.Server.Admin.Access;
using IdP.Server.Admin.Owners;
using IdP.Storage;
using IdP.Storage.Audit;
using IdP.Storage.Database;
using IdP.Storage.Users;
using IdP.Verification.SignIn;

namespace IdP.Server.Admin.Users;

/// <summary>Creates a person.</summary>
internal sealed class AddUser(IdPDatabase database, PasswordHasher hasher, RandomSource random, TimeProvider clock, SignInOptions options)
{
    /// <param name="Password">Null: the person cannot sign in until one is set.</param>
    public sealed record Request(string UserName, UserPatch Properties, string? Password, bool MustChangePassword, string Reason);

    public abstract record Outcome
    {
        public sealed record Added(string UserId) : Outcome;

        public sealed record UserNameTaken : Outcome;

        public sealed record EmailTaken : Outcome;
    }

    public sealed class Validator : AbstractValidator<Request>
    {
        public Validator(string? organisation)
        {
            RuleFor(r => r.UserName).Custom((name, context) =>
            {
                if (NameProblem(name) is { } problem) context.AddFailure("username", problem);
            });
            RuleFor(r => r.Properties).SetValidator(new UserPatch.Validator());
            RuleFor(r => r).Custom((r, context) =>
            {
                if (r.Password is not null && PasswordSentences.Problem(r.Password, context: [r.UserName, r.Properties.Email, organisation]) is { } problem) context.AddFailure("password", problem);
            });
            RuleFor(r => r.Reason).IsReasonOrNone();
        }
    }

    public async Task<Outcome> HandleAsync(Request request, Actor actor, CancellationToken ct)
    {
        actor.Demand(Right.PeopleWrite);
        if (request.Properties.Roles is { Count: > 0 }) actor.Demand(Right.RolesWrite);
        await new Validator(options.Organisation).ValidateAndThrowAsync(request, ct);
        // The slow hash is made before the transaction: nobody waits for it in the line of writers.
        var hash = request.Password is null ? null : hasher.Hash(request.Password);
        return await database.SaveAsync<Outcome>(async db =>
        {
            if (request.Properties.Roles is { Count: > 0 }) await OwnerSetup.LockAsync(db, ct);
            await OwnerSetup.DemandNotFirstAsync(db, request.Properties.Roles, actor, ct);
            if (await db.IsTakenAsync(request.UserName, null, ct)) return new Outcome.UserNameTaken();
            if (request.Properties.Email is { Length: > 0 } email && await db.IsTakenAsync(email, null, ct)) return new Outcome.EmailTaken();

            var user = Create(request, hash, random, clock.GetUtcNow());
            db.Users.Add(user);
            db.Audit(user, AuditEvents.UserCreated, actor, request.Reason, Describe(user), user.CreatedAt);
            return new Outcome.Added(user.Id);
        }, ct);
    }

    /// <summary>What is wrong with a user name, in a sentence; null: nothing.</summary>
    public static string? NameProblem(string name) => name.Length switch
    {
        0 => Sentence.Of($"username is empty."),
        > 256 => Sentence.Of($"username must have at most 256 characters."),
        _ when Texts.HasControls(name) => Sentence.Of($"username must not have control characters."),
        _ when name != name.Trim() => Sentence.Of($"username must not begin or end with a space."),
        _ => null,
    };

    /// <summary>A new person with the given properties.</summary>
    public static User Create(Request request, string? passwordHash, RandomSource random, DateTimeOffset now)
    {
        var user = new User
        {
            Id = random.NewId(),
            UserName = request.UserName,
            NormalizedUserName = UserNames.Normalize(request.UserName),
            DisplayName = request.UserName,
            PasswordHash = passwordHash,
            PasswordChangedAt = passwordHash is null ? null : now,
            MustChangePassword = request.MustChangePassword && passwordHash is not null,
            CreatedAt = now,
            UpdatedAt = now,
        };
        request.Properties.ApplyTo(user);
        return user;
    }

    public static string Describe(User user) =>
        user.Roles.Count > 0 ? $"{user.UserName}, roles {string.Join(", ", user.Roles)}" : user.UserName;
}
