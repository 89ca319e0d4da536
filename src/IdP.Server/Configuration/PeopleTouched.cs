using System.Text.Json;
using IdP.Storage;
using IdP.Storage.Clients;
using IdP.Storage.Database;
using IdP.Storage.Enrollments;
using IdP.Verification;
using IdP.Verification.Decisions;
using IdP.Verification.SignIn;
using IdP.Server.Admin;
using IdP.Server.Admin.Settings;
using Microsoft.EntityFrameworkCore;

namespace IdP.Server.Configuration;

/// <summary>
/// Says how many people another policy touches, by asking the decision before and after: whoever is turned off is nobody, and
/// everybody else comes with a password that was just typed. People in whom the decision sees no difference are asked about once.
/// </summary>
internal static class PeopleTouched
{
    // Of times it matters alone whether they are over.
    private const string Everybody = $"""
        SELECT groups, app, passkey, required, deadline, must, expired, locked, COUNT(*) FROM (
            SELECT u.groups AS groups,
                CASE WHEN EXISTS (SELECT 1 FROM totp_authenticators t WHERE t.user_id = u.id) THEN 1 ELSE 0 END AS app,
                CASE WHEN EXISTS (SELECT 1 FROM passkeys k WHERE k.user_id = u.id) THEN 1 ELSE 0 END AS passkey,
                CASE WHEN e.required_at IS NULL THEN 0 ELSE 1 END AS required,
                CASE WHEN e.deadline IS NULL THEN 0 WHEN e.deadline <= @p0 THEN 1 ELSE 2 END AS deadline,
                CASE WHEN e.must_enroll THEN 1 ELSE 0 END AS must,
                CASE WHEN e.locked_at IS NULL THEN 0 ELSE 1 END AS expired,
                CASE WHEN v.locked_at IS NULL OR v.locked_until <= @p0 THEN 0 ELSE 1 END AS locked
            FROM users u {PersonRow.Joins} WHERE u.disabled_at IS NULL) AS people
        GROUP BY groups, app, passkey, required, deadline, must, expired, locked
        """;

    private static readonly string[] Counted = ["expiryLocks", "enrollmentProof"];

    /// <summary>What a policy asks of somebody who has typed the password.</summary>
    private enum Asked { Nothing, MaySkip, Verification }

    /// <summary>People alike, as the decision sees them.</summary>
    private sealed record Alike(PersonState State, int Count);

    /// <param name="NoLonger">Were asked and will not be.</param>
    /// <param name="MaySkip">Were asked and may now skip.</param>
    /// <param name="Newly">Were not asked and will be.</param>
    /// <param name="Asked">Are asked by the new policy.</param>
    public sealed record Comparison(int NoLonger, int MaySkip, int Newly, int Asked);

    private sealed record Resource(string Subject, string Name, ResourcePolicy Before, ResourcePolicy After);

    /// <summary>The differences, with the people that weaker ones touch.</summary>
    /// <param name="changed">Where they were made and not saved.</param>
    public static async Task<IReadOnlyList<Difference>> CountAsync(
        IdPDatabase database, IdPDbContext changed, IReadOnlyList<Difference> differences, DateTimeOffset now, CancellationToken ct)
    {
        if (differences.All(d => d.Weaker is null)) return differences;
        await using var stored = database.CreateContext();
        var (before, after) = (await SetSettings.EffectiveAsync(stored, ct), await SetSettings.EffectiveAsync(changed, ct));
        var resources = await ResourcesAsync(stored, changed, before, after, ct);
        if (resources.Count == 0 && !differences.Any(d => d.Weaker is not null && Counted.Any(setting => d.Text.StartsWith(setting + ":", StringComparison.Ordinal)))) return differences;
        var people = await PeopleAsync(database, now);

        var said = differences.ToList();
        foreach (var resource in resources) Say(said, resource, people, before, after, now);
        Say(said, "expiryLocks", people.Where(p => IsExpired(p.State.Enrollment, now)).Sum(p => p.Count), n => Sentence.Of($"{Count(n)} locked out for that now can open again what is not guarded."));
        Say(said, "enrollmentProof", people.Where(p => p.State.Enrollment is not EnrollmentState.Active).Sum(p => p.Count), n => Sentence.Of($"{Count(n)} not enrolled yet."));
        return said;
    }

    /// <summary>How many people one policy in place of another touches.</summary>
    public static async Task<Comparison> CompareAsync(IdPDatabase database, ResourcePolicy before, ResourcePolicy after, VerificationSettings settings, DateTimeOffset now) =>
        Compare(await PeopleAsync(database, now), before, after, settings, settings, now);

    private static async Task<List<Alike>> PeopleAsync(IdPDatabase database, DateTimeOffset now) => await database.ReadAsync(s => s.AllAsync(Everybody, row => new Alike(
        new PersonState
        {
            Groups = JsonSerializer.Deserialize<List<string>>(row.GetString(0))!,
            Lock = row.GetInt64(7) == 1 ? new VerificationLock(null, null) : null,
            Enrollment = EnrollmentStates.Of(
                EnrollmentStates.Methods(row.GetInt64(1) == 1, row.GetInt64(2) == 1), row.GetInt64(3) == 1 ? now : null,
                row.GetInt64(4) switch { 0 => null, 1 => now, _ => now.AddDays(1) }, EnrollmentCause.New, row.GetInt64(5) == 1, row.GetInt64(6) == 1 ? now : null, null),
        },
        (int)row.GetInt64(8)), now));

    private static Comparison Compare(List<Alike> people, ResourcePolicy before, ResourcePolicy after, VerificationSettings old, VerificationSettings wanted, DateTimeOffset now)
    {
        var (less, skip, newly, asked) = (0, 0, 0, 0);
        foreach (var (state, count) in people)
        {
            var (was, becomes) = (Ask(before, state, old, now), Ask(after, state, wanted, now));
            if (becomes != Asked.Nothing) asked += count;
            if (was == Asked.Nothing && becomes != Asked.Nothing) newly += count;
            if (becomes < was && becomes == Asked.Nothing) less += count;
            else if (becomes < was) skip += count;
        }

        return new(less, skip, newly, asked);
    }

    private static void Say(List<Difference> said, Resource resource, List<Alike> people, VerificationSettings before, VerificationSettings after, DateTimeOffset now)
    {
        var (less, skip, _, asked) = Compare(people, resource.Before, resource.After, before, after, now);
        List<string> sentences = [];
        if (less > 0) sentences.Add(Sentence.Of($"{resource.Name}: {Count(less)} will no longer be asked."));
        if (skip > 0) sentences.Add(Sentence.Of($"{resource.Name}: {Count(skip)} may now skip."));
        var at = said.FindIndex(d => d.Subject == resource.Subject && d.Weaker is not null && IsOfPolicy(d.Text));
        if (sentences.Count == 0)
        {
            // It asks them as before, but takes an older or another proof.
            if (at >= 0) said[at] = said[at] with { Weaker = $"{said[at].Weaker} {(asked == 1 ? Sentence.Of($"{resource.Name}: {Count(asked)} is asked.") : Sentence.Of($"{resource.Name}: {Count(asked)} are asked."))}", People = asked };
            return;
        }

        var sentence = string.Join(' ', sentences);
        if (at < 0) said.Add(new Difference(resource.Subject, "whom the policy asks", sentence, less + skip));
        else said[at] = said[at] with { Weaker = $"{said[at].Weaker} {sentence}", People = less + skip };
    }

    private static void Say(List<Difference> said, string setting, int people, Func<int, string> sentence)
    {
        var at = said.FindIndex(d => d.Subject == "settings" && d.Weaker is not null && d.Text.StartsWith(setting + ":", StringComparison.Ordinal));
        if (at >= 0) said[at] = said[at] with { Weaker = $"{said[at].Weaker} {sentence(people)}", People = people };
    }

    private static Asked Ask(ResourcePolicy policy, PersonState person, VerificationSettings settings, DateTimeOffset now) =>
        VerificationPolicy.Decide(policy, person, new SessionState { PasswordAt = now }, RequestDemands.None, settings, now) switch
        {
            Decision.Proceed => Asked.Nothing,
            Decision.Enroll { Skippable: true } => Asked.MaySkip,
            _ => Asked.Verification,
        };

    private static async Task<List<Resource>> ResourcesAsync(
        IdPDbContext stored, IdPDbContext changed, VerificationSettings before, VerificationSettings after, CancellationToken ct)
    {
        List<Resource> resources = [];
        foreach (var row in changed.ChangeTracker.Entries<ResourcePolicyRow>().Where(e => e.State == EntityState.Modified).Select(e => e.Entity).ToList())
        {
            var old = await stored.ResourcePolicies.AsNoTracking().FirstOrDefaultAsync(p => p.Kind == row.Kind && p.ResourceId == row.ResourceId, ct);
            var name = (await stored.Clients.FindAsync([row.ResourceId], ct))?.DisplayName ?? row.ResourceId;
            if (old is not null) resources.Add(new($"client {row.ResourceId}", name, Policies.Of(old), Policies.Of(row)));
        }

        if (before.PortalIdentityVerification != after.PortalIdentityVerification || before.PortalReverifyAfterMinutes != after.PortalReverifyAfterMinutes)
            resources.Add(new("settings", Sentence.Of($"The portal"), Portal(before), Portal(after)));
        return resources;
    }

    private static ResourcePolicy Portal(VerificationSettings settings) => new()
    {
        Kind = ResourceKind.Portal, Mode = settings.PortalIdentityVerification, ReverifyAfter = TimeSpan.FromMinutes(settings.PortalReverifyAfterMinutes),
    };

    private static bool IsOfPolicy(string text) =>
        text.StartsWith("portal", StringComparison.Ordinal) || Admin.Clients.ClientPatch.IsOfPolicy(new Admin.Change(text));

    private static bool IsExpired(EnrollmentState state, DateTimeOffset now) =>
        state is EnrollmentState.Expired || (state is EnrollmentState.Period period && now >= period.Deadline);

    private static string Count(int people) => people == 1 ? Sentence.Of($"1 person") : Sentence.Of($"{people:N0} people");
}
