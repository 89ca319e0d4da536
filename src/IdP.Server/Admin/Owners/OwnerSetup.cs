using FluentValidation;
using IdP.Server.Admin.Users;
using IdP.Storage;
using IdP.Storage.Audit;
using IdP.Storage.Database;
using IdP.Storage.Users;
using IdP.Verification.SignIn;
using Microsoft.EntityFrameworkCore;

namespace IdP.Server.Admin.Owners;

/// <summary>The first owner: a one-time link that works only while there is none.</summary>
internal sealed class OwnerSetup(IdPDatabase database, PasswordHasher hasher, RandomSource random, TimeProvider clock, SignInOptions options)
{
    private const string HoldsTheRole = """(roles LIKE '%"owner"%' OR roles LIKE '%"admin"%')""";

    /// <summary>How long a link works.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(15);

    /// <param name="Uri">Where the browser goes; holds a secret, so it is shown on the console and logged nowhere.</param>
    /// <param name="ExpiresAt">When it stops working.</param>
    public sealed record Link(Uri Uri, DateTimeOffset ExpiresAt);

    public sealed record Redemption(string Handle, string UserName, string DisplayName, string? Email, string Password);

    public abstract record Outcome
    {
        public sealed record Created(string UserId) : Outcome;

        /// <summary>The link is unknown, used or too old, or there is an owner: one answer for all of them.</summary>
        public sealed record LinkNotValid : Outcome;

        /// <summary>Somebody else has the user name or the address; the link still works.</summary>
        public sealed record NameTaken : Outcome;
    }

    public sealed class Validator : AbstractValidator<Redemption>
    {
        public Validator(string? organisation)
        {
            RuleFor(r => r.UserName).Custom((name, context) =>
            {
                if (AddUser.NameProblem(name) is { } problem) context.AddFailure(nameof(Redemption.UserName), problem);
            });
            RuleFor(r => r).Custom((r, context) =>
            {
                if (PasswordSentences.Problem(r.Password, PasswordRules.ShortestAlone, r.UserName, r.Email, organisation) is { } problem) context.AddFailure(nameof(Redemption.Password), problem);
            });
            RuleFor(r => new UserPatch { DisplayName = r.DisplayName, Email = r.Email }).SetValidator(new UserPatch.Validator())
                .OverridePropertyName("");
        }
    }

    /// <summary>Whether anybody holds the role.</summary>
    public async Task<bool> OwnerExistsAsync(CancellationToken ct)
    {
        await using var db = database.CreateContext();
        return await Owners(db).AnyAsync(ct);
    }

    /// <summary>Whether a link can be redeemed now; the page asks it before it shows its form.</summary>
    public async Task<bool> IsValidAsync(string handle, CancellationToken ct)
    {
        await using var db = database.CreateContext();
        var (hash, now) = (Handle.HashOf(handle), clock.GetUtcNow());
        return await db.OneTimeLinks.AnyAsync(l => l.Hash == hash && l.Purpose == OneTimeLink.OwnerSetup && l.UsedAt == null && l.ExpiresAt > now, ct)
            && !await Owners(db).AnyAsync(ct);
    }

    /// <summary>Makes a link of fifteen minutes.</summary>
    /// <returns>Null when there is an owner.</returns>
    public Task<Link?> CreateLinkAsync(Uri issuer) => database.WriteAsync<Link?>(async s =>
    {
        // Plain statements: at a start, EF Core's model would be a third of the work.
        if (await s.FirstAsync($"SELECT COUNT(*) FROM users WHERE {HoldsTheRole}", row => row.GetInt64(0)) > 0) return null;
        var (handle, expires) = (Handle.New(random), clock.GetUtcNow() + Lifetime);
        await s.ExecuteAsync("INSERT INTO one_time_links (hash, purpose, expires_at) VALUES (@p0, @p1, @p2)", Handle.HashOf(handle), OneTimeLink.OwnerSetup, expires);
        return new Link(new Uri($"{issuer.AbsoluteUri.TrimEnd('/')}/setup?link={handle}"), expires);
    });

    /// <summary>Creates the owner; of any number of callers one wins, and nobody once an owner exists.</summary>
    public async Task<Outcome> RedeemAsync(Redemption request, CancellationToken ct)
    {
        await new Validator(options.Organisation).ValidateAndThrowAsync(request, ct);
        // Checked first without a lock, so that a dead link costs no slow hash.
        if (!await IsValidAsync(request.Handle, ct)) return new Outcome.LinkNotValid();
        var password = hasher.Hash(request.Password);
        return await database.SaveAsync<Outcome>(async db =>
        {
            await LockAsync(db, ct);
            if (await db.IsTakenAsync(request.UserName, null, ct)) return new Outcome.NameTaken();
            if (request.Email is { Length: > 0 } email && await db.IsTakenAsync(email, null, ct)) return new Outcome.NameTaken();

            var now = clock.GetUtcNow();
            var (hash, milliseconds) = (Handle.HashOf(request.Handle), now.ToUnixTimeMilliseconds());
            var won = await db.Database.ExecuteSqlAsync($"""
                UPDATE one_time_links SET used_at = {milliseconds}
                WHERE hash = {hash} AND purpose = {OneTimeLink.OwnerSetup} AND used_at IS NULL AND expires_at > {milliseconds}
                  AND NOT EXISTS (SELECT 1 FROM users WHERE roles LIKE '%"owner"%' OR roles LIKE '%"admin"%')
                """, ct);
            if (won == 0) return new Outcome.LinkNotValid();

            var properties = new UserPatch { DisplayName = request.DisplayName, Email = request.Email, Roles = [Roles.Owner] };
            var user = AddUser.Create(new(request.UserName, properties, request.Password, MustChangePassword: false, ""), password, random, now);
            db.Users.Add(user);
            db.Audit(user, AuditEvents.OwnerCreated, new Actor("user:" + user.Id), "", $"{user.UserName} redeemed the set-up link", now);
            return new Outcome.Created(user.Id);
        }, ct);
    }

    /// <summary>
    /// One at a time, on every node: a row that always exists is the lock. Without it two links redeemed at the same
    /// moment on PostgreSQL would each see no owner.
    /// </summary>
    public static Task LockAsync(IdPDbContext db, CancellationToken ct) =>
        db.Database.ExecuteSqlRawAsync("UPDATE change_versions SET version = version WHERE topic = 'catalog'", ct);

    /// <summary>Whether nobody else who can sign in is an owner.</summary>
    public static async Task<bool> IsLastOwnerAsync(IdPDbContext db, User user, CancellationToken ct) =>
        user.Roles.Contains(Roles.Owner) && !await Owners(db).AnyAsync(u => u.Id != user.Id && u.DisabledAt == null, ct);

    /// <summary>Whether nobody who can sign in would be owner any more, with what the unit of work has not saved yet.</summary>
    public static Task<bool> TakesEveryOwnerAsync(IdPDbContext db, CancellationToken ct) =>
        TakesEveryOwnerAsync(db, db.ChangeTracker.Entries<User>().Where(e => e.State != Microsoft.EntityFrameworkCore.EntityState.Unchanged).ToDictionary(e => e.Entity.Id, e => IsOwner(e.Entity)), ct);

    /// <summary>As the other, of changes that no unit of work holds together.</summary>
    /// <param name="touched">Who is changed, by id, and whether they are owner afterwards and can sign in.</param>
    public static async Task<bool> TakesEveryOwnerAsync(IdPDbContext db, IReadOnlyDictionary<string, bool> touched, CancellationToken ct)
    {
        if (touched.Count == 0 || touched.Values.Contains(true)) return false;
        var owners = await Owners(db).AsNoTracking().Where(u => u.DisabledAt == null).Select(u => u.Id).ToListAsync(ct);
        return owners.Count > 0 && owners.TrueForAll(touched.ContainsKey);
    }

    /// <summary>Whether a person is owner and can sign in.</summary>
    public static bool IsOwner(User user) => user.DisabledAt is null && Roles.Normalize(user.Roles).Contains(Roles.Owner);

    /// <summary>
    /// Whether somebody would become the first owner past the one-time link. Only the document that is read at start may
    /// name one: whoever writes it holds the configuration, too.
    /// </summary>
    public static async Task<bool> IsFirstOwnerAsync(IdPDbContext db, IEnumerable<string>? roles, Actor actor, CancellationToken ct) =>
        roles is not null && actor != Actor.Seed && Roles.Normalize(roles).Contains(Roles.Owner) && !await Owners(db).AnyAsync(ct);

    /// <exception cref="Access.ForbiddenException">They would.</exception>
    public static async Task DemandNotFirstAsync(IdPDbContext db, IEnumerable<string>? roles, Actor actor, CancellationToken ct)
    {
        if (await IsFirstOwnerAsync(db, roles, actor, ct)) throw new Access.ForbiddenException(FirstByLink);
    }

    public static string FirstByLink => Sentence.Of($"Nobody is owner yet, and the first one comes by the one-time link alone: idp setup-link");

    private static IQueryable<User> Owners(IdPDbContext db) =>
        db.Users.FromSqlRaw($"SELECT * FROM users WHERE {HoldsTheRole}");
}
