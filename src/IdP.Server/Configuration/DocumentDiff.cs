using FluentValidation;
using IdP.Server.Admin;
using IdP.Server.Admin.Clients;
using IdP.Server.Admin.Groups;
using IdP.Server.Admin.Mails;
using IdP.Server.Admin.Owners;
using IdP.Server.Admin.Settings;
using IdP.Server.Admin.Users;
using IdP.Server.Mail;
using IdP.Storage;
using IdP.Storage.Audit;
using IdP.Storage.Clients;
using IdP.Storage.Enrollments;
using IdP.Storage.Users;
using IdP.Verification.Decisions;
using IdP.Verification.Methods.Totp;
using Microsoft.EntityFrameworkCore;

namespace IdP.Server.Configuration;

/// <summary>One thing in which the database differs from a document.</summary>
/// <param name="Subject"><c>settings</c>, <c>user NAME</c>, <c>group NAME</c>, <c>client ID</c>, <c>api AUDIENCE</c> or <c>mail KIND (LANGUAGE)</c>.</param>
/// <param name="Text">What becomes different.</param>
/// <param name="Weaker">A sentence that says what protects less than before; null when nothing does.</param>
/// <param name="People">How many people it touches that something protects less; null: not counted.</param>
internal sealed record Difference(string Subject, string Text, string? Weaker = null, int? People = null);

/// <summary>
/// Brings tracked entities to what a document says and tells what that changed. Whether it is saved is the caller's to
/// decide, so a dry run says exactly what a real one does.
/// </summary>
internal sealed class DocumentDiff(TotpSecrets totpSecrets, RandomSource random)
{
    /// <summary>The state of one run.</summary>
    private sealed record Run(IdPDbContext Db, ApplyMode Mode, GivenSecrets Secrets, DateTimeOffset Now, int EnrollmentDays)
    {
        public List<Difference> Differences { get; } = [];

        public List<DocumentError> Errors { get; } = [];

        /// <summary>Nothing will be saved: statements that do not wait for that must not be run.</summary>
        public bool IsTried => Db.Database.CurrentTransaction is null;

        public void Note(string subject, IEnumerable<Change> changes) => Differences.AddRange(changes.Select(c => new Difference(subject, c.Text, c.Weaker)));
    }

    public async Task<(IReadOnlyList<Difference> Differences, IReadOnlyList<DocumentError> Errors)> ApplyAsync(
        IdPDbContext db, ApplyDocument document, ApplyMode mode, GivenSecrets secrets, DateTimeOffset now, CancellationToken ct)
    {
        List<DocumentError> settingErrors = [];
        var settings = new ChangeList();
        try
        {
            settings = await SetSettings.ApplyAsync(db, document.Settings, mode.Actor, mode.Reason, now, ct);
        }
        catch (ValidationException invalid)
        {
            settingErrors.AddRange(invalid.Errors.Select(e => new DocumentError("$.settings." + e.PropertyName, e.ErrorMessage)));
        }

        var run = new Run(db, mode, secrets, now, (await SetSettings.EffectiveAsync(db, ct)).EnrollmentDays);
        run.Note("settings", settings);
        run.Errors.AddRange(settingErrors);
        foreach (var entry in document.Groups) await GroupAsync(run, entry, ct);
        foreach (var entry in document.Users) await UserAsync(run, entry, ct);
        // Each of several owners is not the last one as long as the others stand.
        if (await OwnerSetup.TakesEveryOwnerAsync(db, ct)) run.Errors.AddRange(OwnersTaken(db, document));
        foreach (var entry in document.Clients) await ClientAsync(run, entry, ct);
        foreach (var entry in document.Apis) await ApiAsync(run, entry, ct);
        foreach (var entry in document.MailTemplates) await MailAsync(run, entry, ct);
        return (run.Differences, run.Errors);
    }

    private static async Task GroupAsync(Run run, ApplyDocument.GroupEntry entry, CancellationToken ct)
    {
        if (await run.Db.Groups.FindAsync([entry.Name], ct) is { } stored)
        {
            run.Note($"group {entry.Name}", SetGroup.Apply(run.Db, stored, entry.Properties, run.Mode.Actor, run.Mode.Reason, run.Now));
            return;
        }

        var group = run.Db.Groups.Add(AddGroup.Create(entry.Name, entry.Properties, run.Now)).Entity;
        run.Db.Audit($"group:{group.Name}", AuditEvents.GroupCreated, run.Mode.Actor, run.Mode.Reason, AddGroup.Describe(group), run.Now);
        run.Differences.Add(new($"group {group.Name}", $"will be added {AddGroup.Describe(group)}"));
    }

    private static async Task ApiAsync(Run run, ApplyDocument.ApiEntry entry, CancellationToken ct)
    {
        var api = await run.Db.ApiResources.FirstOrDefaultAsync(a => a.Audience == entry.Audience, ct);
        if (api is null && entry.Scopes is null)
        {
            run.Errors.Add(new(entry.Path + ".scopes", "must name at least one scope."));
            return;
        }

        var isNew = api is null;
        api ??= run.Db.ApiResources.Add(new ApiResource { Audience = entry.Audience, DisplayName = entry.Audience[..Math.Min(entry.Audience.Length, 128)] }).Entity;
        var changes = new ChangeList();
        changes.Compare("displayName", api.DisplayName, entry.DisplayName is "" ? null : entry.DisplayName, v => api.DisplayName = v!);
        changes.Compare("scopes", api.Scopes, entry.Scopes, v => api.Scopes = v, added => isNew ? null : $"Tokens for {entry.Audience} may now carry {string.Join(" and ", added)}.");
        changes.Compare("requiredAcr", api.RequiredAcr, entry.RequiredAcr, v => api.RequiredAcr = v,
            (old, wanted) => Acr.Rank(wanted) < Acr.Rank(old) ? $"{entry.Audience} demands less of people: {wanted ?? "no level"} instead of {old}." : null);
        if (!isNew && changes.Count == 0) return;
        run.Db.Audit($"api:{entry.Audience}", AuditEvents.ApiChanged, run.Mode.Actor, run.Mode.Reason, string.Join("; ", changes.Select(c => c.Text)), run.Now);
        if (isNew) run.Differences.Add(new($"api {entry.Audience}", $"will be added with the scopes {string.Join(' ', api.Scopes)}"));
        else run.Note($"api {entry.Audience}", changes);
    }

    private static async Task MailAsync(Run run, ApplyDocument.MailEntry entry, CancellationToken ct)
    {
        var (stored, shipped) = (await run.Db.MailTemplates.FindAsync([entry.Kind.Name, entry.Language], ct), MailTemplates.Shipped(entry.Kind, entry.Language));
        var known = stored is null ? shipped : new MailTemplateText(stored.Subject, stored.Text);
        var subject = entry.Subject is "" ? shipped?.Subject : entry.Subject?.Trim() ?? known?.Subject;
        var text = entry.Text is "" ? shipped?.Text : entry.Text?.ReplaceLineEndings("\n").Trim() ?? known?.Text;
        var (name, wanted) = ($"mail {entry.Kind.Name} ({entry.Language})", subject is null || text is null ? null : new MailTemplateText(subject, text));
        var isHalf = wanted is null && (subject ?? text) is not null;
        if (isHalf) run.Errors.Add(new(entry.Path, $"Nothing is shipped in {entry.Language}: give subject and text."));
        if (isHalf || wanted == known) return;
        if (wanted is null || wanted == shipped)
        {
            run.Db.MailTemplates.Remove(stored!);
            run.Db.Audit($"mail:{entry.Kind.Name}", AuditEvents.MailTemplateChanged, run.Mode.Actor, run.Mode.Reason, ResetMailTemplate.Describe(entry.Kind, entry.Language), run.Now);
            run.Differences.Add(new(name, shipped is null ? "will be removed" : "the shipped words again"));
            return;
        }

        await SetMailTemplate.StoreAsync(run.Db, entry.Kind, entry.Language, wanted, run.Mode.Actor, run.Mode.Reason, run.Now, ct);
        if (wanted.Subject != known?.Subject) run.Differences.Add(new(name, $"subject: {known?.Subject ?? "(none)"} -> {wanted.Subject}"));
        if (wanted.Text != known?.Text) run.Differences.Add(new(name, "text: replaced"));
    }

    private async Task UserAsync(Run run, ApplyDocument.UserEntry entry, CancellationToken ct)
    {
        var name = UserNames.Normalize(entry.UserName);
        var user = await run.Db.Users.FirstOrDefaultAsync(u => u.NormalizedUserName == name, ct);
        if (await ConflictAsync(run, entry, user, ct)) return;

        StoredPerson person;
        if (user is null)
        {
            user = AddUser.Create(
                new(entry.UserName, entry.Properties, entry.Password, MustChangePassword: false, run.Mode.Reason),
                entry.Password is null ? null : run.Secrets.HashPassword(entry.Password), random, run.Now);
            run.Db.Users.Add(user);
            run.Db.Audit(user, AuditEvents.UserCreated, run.Mode.Actor, run.Mode.Reason, AddUser.Describe(user), run.Now);
            run.Differences.Add(new($"user {entry.UserName}", "will be added" + (user.Roles.Count > 0 ? $" with the roles {string.Join(", ", user.Roles)}" : "")));
            person = new StoredPerson(user, null, hasAuthenticator: false, null, null);
        }
        else
        {
            person = await run.Db.PersonAsync(user, ct);
            ChangeProperties(run, entry, user);
            await ChangePasswordAsync(run, entry, user, ct);
        }

        ChangeRequirement(run, entry, person);
        Enroll(run, entry, person);
        await TurnAsync(run, entry, user, ct);
    }

    private static async Task<bool> ConflictAsync(Run run, ApplyDocument.UserEntry entry, User? user, CancellationToken ct)
    {
        var before = run.Errors.Count;
        if (user is null && await run.Db.IsTakenAsync(entry.UserName, null, ct))
            run.Errors.Add(new(entry.Path + ".username", $"{entry.UserName} is the e-mail address of somebody else."));
        if (entry.Properties.Email is { Length: > 0 } email && await run.Db.IsTakenAsync(email, user?.Id, ct))
            run.Errors.Add(new(entry.Path + ".email", $"{email} belongs to somebody else."));
        if (await OwnerSetup.IsFirstOwnerAsync(run.Db, entry.Properties.Roles, run.Mode.Actor, ct)) run.Errors.Add(new(entry.Path + ".roles", OwnerSetup.FirstByLink));
        return run.Errors.Count > before;
    }

    // The keys that take the role from those who have it, or turn them off.
    private static IEnumerable<DocumentError> OwnersTaken(IdPDbContext db, ApplyDocument document)
    {
        var owners = db.ChangeTracker.Entries<User>()
            .Where(e => e.State == EntityState.Modified && e.Property(u => u.DisabledAt).OriginalValue is null && Roles.Normalize(e.Property(u => u.Roles).OriginalValue).Contains(Roles.Owner))
            .ToDictionary(e => e.Entity.NormalizedUserName, e => Roles.Normalize(e.Entity.Roles).Contains(Roles.Owner) ? "disabled" : "roles", StringComparer.Ordinal);
        return from entry in document.Users
               let name = UserNames.Normalize(entry.UserName)
               where owners.ContainsKey(name)
               select Error($"{entry.Path}.{owners[name]}", entry.UserName);

        static DocumentError Error(string path, string name) => new(path, $"No owner would be left who can sign in. Leave {name} an owner, or make somebody else owner in this document.");
    }

    private static void ChangeProperties(Run run, ApplyDocument.UserEntry entry, User user)
    {
        // The document may write the name in another case.
        var changes = entry.Properties.ApplyTo(user);
        if (changes.Count == 0) return;
        user.UpdatedAt = run.Now;
        run.Db.Audit(user, AuditEvents.UserChanged, run.Mode.Actor, run.Mode.Reason, string.Join("; ", changes.Select(c => c.Text)), run.Now);
        run.Note($"user {entry.UserName}", changes);
    }

    private static async Task ChangePasswordAsync(Run run, ApplyDocument.UserEntry entry, User user, CancellationToken ct)
    {
        if (entry.Password is not { } password) return;
        if (user.PasswordHash is { } stored && (run.Mode.KeepPasswords || run.Secrets.Match(password, stored))) return;

        if (run.IsTried) run.Secrets.HashPassword(password);
        else await SetPassword.ReplaceAsync(run.Db, user, run.Secrets.HashPassword(password), run.Now, ct);
        run.Db.Audit(user, AuditEvents.PasswordChanged, run.Mode.Actor, run.Mode.Reason, "a new password was set", run.Now);
        run.Differences.Add(new($"user {entry.UserName}", "password: replaced"));
    }

    // An account is turned off with everything that is open on it. One that its person froze waits for somebody who looks.
    private static async Task TurnAsync(Run run, ApplyDocument.UserEntry entry, User user, CancellationToken ct)
    {
        if (entry.Disabled is not { } off || off == user.DisabledAt is not null || user.FrozenAt is not null) return;
        // At each start: else the document would let in again whom an admin has turned off since.
        if (!off && run.Mode.KeepPasswords) return;
        user.DisabledAt = off ? run.Now : null;
        user.UpdatedAt = run.Now;
        if (off && !run.IsTried) await EndSessions.EndAsync(run.Db, user, run.Now, ct);
        run.Db.Audit(user, off ? AuditEvents.UserDisabled : AuditEvents.UserEnabled, run.Mode.Actor, run.Mode.Reason, off ? "the account was turned off" : "the account was turned on", run.Now);
        run.Differences.Add(new($"user {entry.UserName}", off ? "disabled: false -> true" : "disabled: true -> false", off ? null : $"{entry.UserName} can sign in again."));
    }

    private static void ChangeRequirement(Run run, ApplyDocument.UserEntry entry, StoredPerson person)
    {
        var enrollment = person.Enrollment;
        if (entry.Required == true && enrollment?.RequiredAt is null)
        {
            enrollment = person.EnrollmentIn(run.Db);
            Periods.Require(enrollment, person.HasAuthenticator || entry.TotpSecret is not null, run.EnrollmentDays, run.Now);
            run.Db.Audit(person.User, AuditEvents.EnrollmentRequired, run.Mode.Actor, run.Mode.Reason,
                enrollment.Deadline is { } end ? $"required until {Periods.Time(end)}" : "required", run.Now);
            run.Differences.Add(new($"user {entry.UserName}", "verification: notRequired -> required"
                + (enrollment.Deadline is null ? "" : $", a period of {Texts.Count(run.EnrollmentDays, "day")} begins")));
        }

        // What a resource demanded it would demand again, with a new period; and a reset is not undone by a file.
        if (entry.Required == false && enrollment is { RequiredAt: not null, RequiredBy: "admin", MustEnroll: false })
        {
            Periods.Lift(enrollment);
            run.Db.Audit(person.User, AuditEvents.EnrollmentRequirementLifted, run.Mode.Actor, run.Mode.Reason, "no longer required", run.Now);
            run.Differences.Add(new($"user {entry.UserName}", "verification: required -> notRequired", $"{entry.UserName} need not set up identity verification any more."));
        }
    }

    // Only a first enrollment: after a reset the old secret must not come back with the next start.
    private void Enroll(Run run, ApplyDocument.UserEntry entry, StoredPerson person)
    {
        if (entry.TotpSecret is not { } secret || person.HasAuthenticator) return;
        if (person.Enrollment is { } known && (known.MustEnroll || known.Cause == EnrollmentCause.Reset || person.State(run.Now).State == EnrollmentView.Expired)) return;

        run.Db.TotpAuthenticators.Add(new TotpAuthenticator
        {
            Id = random.NewId(), UserId = person.User.Id, Name = "Authenticator app",
            ProtectedSecret = totpSecrets.Protect(secret, person.User.Id), LastStep = -1, ConfirmedAt = run.Now,
        });
        var enrollment = person.EnrollmentIn(run.Db);
        enrollment.ActiveSince = run.Now;
        enrollment.Deadline = null;
        run.Db.Audit(person.User, AuditEvents.EnrollmentCompleted, run.Mode.Actor, run.Mode.Reason, "enrolled with the secret of the document", run.Now);
        run.Differences.Add(new($"user {entry.UserName}", "totpSecret: enrolled with it"));
    }

    private async Task ClientAsync(Run run, ApplyDocument.ClientEntry entry, CancellationToken ct)
    {
        try
        {
            if (await run.Db.FindClientAsync(entry.ClientId, ct) is { } stored) await ChangeClientAsync(run, entry, stored, ct);
            else await AddClientAsync(run, entry, ct);
        }
        catch (ValidationException invalid)
        {
            run.Errors.AddRange(invalid.Errors.Select(e => new DocumentError($"{entry.Path}.{e.PropertyName}", e.ErrorMessage)));
        }
    }

    private async Task ChangeClientAsync(Run run, ApplyDocument.ClientEntry entry, StoredClient stored, CancellationToken ct)
    {
        var known = entry.Secret is null
            || stored.Secrets.Exists(s => (s.ExpiresAt is null || s.ExpiresAt > run.Now) && run.Secrets.Match(entry.Secret, s.Hash));
        var secret = known ? null : ClientSecrets.New(entry.ClientId, run.Secrets.HashSecret(entry.Secret!), random, run.Now);
        run.Note($"client {entry.ClientId}", await SetClient.ApplyAsync(
            run.Db, stored, entry.Properties, secret, run.Mode.Actor, run.Mode.Reason, run.Now, ct));
    }

    private async Task AddClientAsync(Run run, ApplyDocument.ClientEntry entry, CancellationToken ct)
    {
        var (client, policy) = AddClient.Create(entry.ClientId, entry.Properties, run.Now);
        await new ClientRegistration.Validator().ValidateAndThrowAsync(new ClientRegistration(client, policy, entry.Secret is not null), ct);
        run.Db.Clients.Add(client);
        run.Db.ResourcePolicies.Add(policy);
        if (entry.Secret is not null) run.Db.ClientSecrets.Add(ClientSecrets.New(entry.ClientId, run.Secrets.HashSecret(entry.Secret), random, run.Now));
        run.Db.Audit($"{ResourceKind.Client}:{entry.ClientId}", AuditEvents.ClientCreated, run.Mode.Actor, run.Mode.Reason, AddClient.Describe(client, policy), run.Now);
        run.Differences.Add(new($"client {entry.ClientId}", $"will be added: {AddClient.Describe(client, policy)}"));
    }
}
