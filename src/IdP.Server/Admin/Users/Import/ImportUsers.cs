using FluentValidation;
using IdP.Server.Admin.Access;
using IdP.Server.Admin.Owners;
using IdP.Storage;
using IdP.Storage.Audit;
using IdP.Storage.Changes;
using IdP.Storage.Database;
using IdP.Storage.Enrollments;
using IdP.Storage.Users;
using IdP.Verification;
using Microsoft.EntityFrameworkCore;

namespace IdP.Server.Admin.Users.Import;

/// <summary>Adds and changes people from a file. With anything wrong in it nothing is done.</summary>
internal sealed class ImportUsers(IdPDatabase database, Catalog catalog, RandomSource random, TimeProvider clock)
{
    // As many in one transaction: while it lasts nobody else writes on SQLite.
    private const int Batch = 1000;

    private const int MostProblems = 1000;

    /// <param name="DryRun">Only say what would happen.</param>
    public sealed record Request(ReadOnlyMemory<byte> File, bool DryRun, string Reason)
    {
        /// <summary>Told the part that is done; null: nobody waits.</summary>
        public Action<double>? Progress { get; init; }
    }

    /// <param name="People">In the file.</param>
    /// <param name="Added">Are new, or would be.</param>
    /// <param name="Changed">Were different.</param>
    /// <param name="Same">Are as the file says.</param>
    /// <param name="Required">Of whom verification is demanded now: each gets a mail.</param>
    /// <param name="Applied">How many people of the file were worked on; all of them, unless there are problems.</param>
    /// <param name="ProblemCount">How many there are; <paramref name="Problems"/> has the first thousand.</param>
    public sealed record Report(int People, int Added, int Changed, int Same, int Required, int Applied, int ProblemCount, IReadOnlyList<ImportProblem> Problems);

    public sealed class Validator : AbstractValidator<Request>
    {
        public Validator() =>
            RuleFor(r => r.Reason).IsReason().OverridePropertyName("reason");
    }

    private sealed class Counts
    {
        public int Added { get; set; }

        public int Changed { get; set; }

        public int Same { get; set; }

        public int Required { get; set; }
    }

    /// <summary>What the rows that were worked on do to the owners.</summary>
    private sealed class OwnerChanges
    {
        /// <summary>Whose roles a row says, by id, and whether they are owner then.</summary>
        public Dictionary<string, bool> Touched { get; } = new(StringComparer.Ordinal);

        /// <summary>The first line that takes the role from somebody.</summary>
        public int? Line { get; set; }
    }

    private sealed record Run(Actor Actor, string Reason, DateTimeOffset Now, int Days, Counts Counts, List<ImportProblem> Problems)
    {
        public OwnerChanges Owners { get; init; } = new();
    }

    public async Task<Report> HandleAsync(Request request, Actor actor, CancellationToken ct)
    {
        actor.Demand(Right.PeopleWrite);
        await new Validator().ValidateAndThrowAsync(request, ct);
        var days = VerificationSettings.Of(await catalog.GetAsync()).EnrollmentDays;
        var (rows, unreadable) = ImportFile.Read(request.File, actor);
        // The whole file is tried first, on a context that is never saved.
        var tried = new Run(actor, request.Reason, clock.GetUtcNow(), days, new Counts(), [.. unreadable]);
        var steps = rows.Count * (request.DryRun ? 1 : 2);
        var done = 0;
        if (tried.Problems.Count == 0 || rows.Count > 0)
        {
            foreach (var part in rows.Chunk(Batch))
            {
                await using var db = database.CreateContext();
                await WorkAsync(db, part, tried, ct);
                request.Progress?.Invoke((double)(done += part.Length) / steps);
            }

            await using var whole = database.CreateContext();
            await JudgeOwnersAsync(whole, tried, ct);
        }

        if (request.DryRun || tried.Problems.Count > 0) return Tell(rows.Count, tried, applied: 0);
        return await ApplyAsync(rows, request, tried with { Counts = new Counts() }, done, steps, ct);
    }

    private async Task<Report> ApplyAsync(IReadOnlyList<ImportRow> rows, Request request, Run run, int done, int steps, CancellationToken ct)
    {
        var applied = 0;
        // Who gets the role comes first: there is an owner between any two parts, too.
        foreach (var part in rows.OrderBy(r => MakesOwner(r) ? 0 : 1).Chunk(Batch))
        {
            // What another admin did since it was tried is found again here; then this part is left as it was.
            var counts = new Counts { Added = run.Counts.Added, Changed = run.Counts.Changed, Same = run.Counts.Same, Required = run.Counts.Required };
            var saved = await SaveAsync(part, run with { Counts = counts, Owners = new OwnerChanges() }, ct);
            if (!saved) break;
            run = run with { Counts = counts };
            applied += part.Length;
            request.Progress?.Invoke((double)(done += part.Length) / steps);
        }

        return Tell(rows.Count, run, applied);
    }

    private async Task<bool> SaveAsync(ImportRow[] part, Run run, CancellationToken ct)
    {
        try
        {
            await database.SaveAsync(async db =>
            {
                // Who counts owners, or gives the role, does so one at a time.
                if (part.Any(r => r.Properties.Roles is not null)) await OwnerSetup.LockAsync(db, ct);
                await WorkAsync(db, part, run, ct);
                await JudgeOwnersAsync(db, run, ct);
                if (run.Problems.Count > 0) throw new RefusedException();
                db.Audit((string?)null, AuditEvents.PeopleImported, run.Actor, run.Reason, $"{Texts.Count(part.Length, "person", "people")} of a file, from line {part.Min(r => r.Line)}", run.Now);
            }, ct);
            return true;
        }
        catch (RefusedException)
        {
            return false;
        }
        catch (DbUpdateException)
        {
            run.Problems.Add(new(part.Min(r => r.Line), null, Sentence.Of($"Somebody changed one of these people at this moment. Import the file again: what was done stays as it is.")));
            return false;
        }
    }

    private sealed class RefusedException : Exception;

    private async Task WorkAsync(IdPDbContext db, ImportRow[] part, Run run, CancellationToken ct)
    {
        var wanted = part.SelectMany(r => new[] { UserNames.Normalize(r.UserName), r.Properties.Email is { } email ? UserNames.Normalize(email) : "" }).Where(n => n.Length > 0).Distinct().ToList();
        var users = await db.Users.Where(u => wanted.Contains(u.NormalizedUserName) || wanted.Contains(u.NormalizedEmail!)).ToListAsync(ct);
        var byName = users.ToDictionary(u => u.NormalizedUserName, StringComparer.Ordinal);
        var byEmail = users.Where(u => u.NormalizedEmail is not null).ToDictionary(u => u.NormalizedEmail!, StringComparer.Ordinal);
        var ids = users.ConvertAll(u => u.Id);
        var enrollments = await db.Enrollments.Where(e => ids.Contains(e.UserId)).ToDictionaryAsync(e => e.UserId, ct);
        var enrolled = (await db.TotpAuthenticators.Where(a => ids.Contains(a.UserId)).Select(a => a.UserId)
            .Union(db.Passkeys.Where(p => ids.Contains(p.UserId)).Select(p => p.UserId)).ToListAsync(ct)).ToHashSet();
        foreach (var row in part)
        {
            var before = run.Problems.Count;
            var user = byName.GetValueOrDefault(UserNames.Normalize(row.UserName));
            await JudgeAsync(db, row, user, byName, byEmail, run, ct);
            if (run.Problems.Count > before || AddUser.NameProblem(row.UserName) is not null) continue;
            var (isNew, wasOwner) = (user is null, user is not null && OwnerSetup.IsOwner(user));
            var changed = false;
            if (user is null)
            {
                user = AddUser.Create(new(row.UserName, row.Properties, null, MustChangePassword: false, run.Reason), null, random, run.Now);
                db.Users.Add(user);
                db.Audit(user, AuditEvents.UserCreated, run.Actor, run.Reason, AddUser.Describe(user), run.Now);
            }
            else if (row.Properties.ApplyTo(user) is { Count: > 0 } changes)
            {
                changed = true;
                user.UpdatedAt = run.Now;
                db.Audit(user, AuditEvents.UserChanged, run.Actor, run.Reason, string.Join("; ", changes.Select(c => c.Text)), run.Now);
            }

            if (row.Properties.Roles is not null) run.Owners.Touched[user.Id] = OwnerSetup.IsOwner(user);
            if (wasOwner && !OwnerSetup.IsOwner(user)) run.Owners.Line ??= row.Line;
            changed |= Require(db, row, user, enrollments.GetValueOrDefault(user.Id), enrolled.Contains(user.Id), run);
            if (isNew) run.Counts.Added++;
            else if (changed) run.Counts.Changed++;
            else run.Counts.Same++;
        }
    }

    // Of all rows together: each of several owners is not the last one as long as the others stand, and the role may go on to somebody else.
    private static async Task JudgeOwnersAsync(IdPDbContext db, Run run, CancellationToken ct)
    {
        if (run.Owners.Line is { } line && await OwnerSetup.TakesEveryOwnerAsync(db, run.Owners.Touched, ct))
            run.Problems.Add(new(line, "roles", Sentence.Of($"No owner would be left who can sign in.")));
    }

    private static bool MakesOwner(ImportRow row) => row.Properties.Roles is { } roles && Roles.Normalize(roles).Contains(Roles.Owner);

    private static async Task JudgeAsync(
        IdPDbContext db, ImportRow row, User? user, Dictionary<string, User> byName, Dictionary<string, User> byEmail, Run run, CancellationToken ct)
    {
        var name = UserNames.Normalize(row.UserName);
        if (user is null && byEmail.ContainsKey(name)) Refuse("username", Sentence.Of($"It is somebody's e-mail address already."));
        if (row.Properties.Email is { } email && (byEmail.GetValueOrDefault(UserNames.Normalize(email)) ?? byName.GetValueOrDefault(UserNames.Normalize(email))) is { } other && other != user)
            Refuse("email", Sentence.Of($"It belongs to {other.UserName}."));
        if (user is { Roles.Count: > 0 } && !run.Actor.Has(Right.RolesWrite)) Refuse("username", Sentence.Of($"This person has an admin role: only an owner changes them."));
        if (row.Properties.Roles is not { } roles || !run.Actor.Has(Right.RolesWrite)) return;
        if (await OwnerSetup.IsFirstOwnerAsync(db, roles, run.Actor, ct)) Refuse("roles", OwnerSetup.FirstByLink);

        void Refuse(string column, string text) => run.Problems.Add(new(row.Line, column, text));
    }

    private static bool Require(IdPDbContext db, ImportRow row, User user, Enrollment? enrollment, bool isEnrolled, Run run)
    {
        switch (row.Required)
        {
            case true when enrollment?.RequiredAt is null:
                enrollment ??= db.Enrollments.Add(new Enrollment { UserId = user.Id }).Entity;
                RequireVerification.Begin(db, user, enrollment, isEnrolled, run.Now.AddDays(run.Days), run.Actor, run.Reason, run.Now);
                run.Counts.Required++;
                return true;
            // What a resource demanded it would demand again, and a reset is not undone by a file.
            case false when enrollment is { RequiredAt: not null, RequiredBy: "admin", MustEnroll: false }:
                Periods.Lift(enrollment);
                db.Audit(user, AuditEvents.EnrollmentRequirementLifted, run.Actor, run.Reason, "no longer required", run.Now);
                return true;
            default:
                return false;
        }
    }

    private static Report Tell(int people, Run run, int applied) => new(
        people, run.Counts.Added, run.Counts.Changed, run.Counts.Same, run.Counts.Required, applied,
        run.Problems.Count, [.. run.Problems.OrderBy(p => p.Line).Take(MostProblems)]);
}
