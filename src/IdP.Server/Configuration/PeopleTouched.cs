using IdP.Storage;
using IdP.Storage.Clients;
using IdP.Storage.Database;
using IdP.Verification;
using IdP.Verification.Decisions;
using IdP.Verification.SignIn;
using IdP.Server.Admin;
using IdP.Server.Admin.Settings;
using Microsoft.EntityFrameworkCore;

namespace IdP.Server.Configuration;

/// <summary>
/// Says how many people a weaker policy touches, by asking the decision about each of them before and after: whoever is
/// turned off is nobody, and everybody else comes with a password that was just typed.
/// </summary>
internal static class PeopleTouched
{
    private const string Everybody = $"SELECT {PersonRow.Columns} FROM users u {PersonRow.Joins} WHERE u.disabled_at IS NULL";

    private static readonly string[] Counted = ["expiryLocks", "enrollmentProof"];

    /// <summary>What a policy asks of somebody who has typed the password.</summary>
    private enum Asked { Nothing, MaySkip, Verification }

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
        var people = await database.ReadAsync(s => s.AllAsync(Everybody, row => PersonRow.Read(row)));

        var said = differences.ToList();
        foreach (var resource in resources) Say(said, resource, people, before, after, now);
        Say(said, "expiryLocks", people.Count(p => IsExpired(p.State.Enrollment, now)), n => Sentence.Of($"{Count(n)} locked out for that now can open again what is not guarded."));
        Say(said, "enrollmentProof", people.Count(p => p.State.Enrollment is not EnrollmentState.Active), n => Sentence.Of($"{Count(n)} not enrolled yet."));
        return said;
    }

    private static void Say(List<Difference> said, Resource resource, List<Person> people, VerificationSettings before, VerificationSettings after, DateTimeOffset now)
    {
        var (less, skip, asked) = (0, 0, 0);
        foreach (var person in people)
        {
            var (was, becomes) = (Ask(resource.Before, person, before, now), Ask(resource.After, person, after, now));
            if (becomes != Asked.Nothing) asked++;
            if (becomes >= was) continue;
            if (becomes == Asked.Nothing) less++;
            else skip++;
        }

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

    private static Asked Ask(ResourcePolicy policy, Person person, VerificationSettings settings, DateTimeOffset now) =>
        VerificationPolicy.Decide(policy, person.State, new SessionState { PasswordAt = now }, RequestDemands.None, settings, now) switch
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
