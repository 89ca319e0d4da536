using IdP.Server.Admin.Users;
using IdP.Storage;
using IdP.Storage.Campaigns;
using IdP.Storage.Database;
using IdP.Storage.Enrollments;
using IdP.Storage.Users;
using IdP.Testing;

namespace IdP.Tests.Server.Admin;

/// <summary>The list of people, asked of the database.</summary>
[TestFixtureSource(typeof(TestDatabase), nameof(TestDatabase.All))]
internal sealed class ListUsersTests(TestDatabaseKind kind) : AdminFixture(kind)
{
    [Test]
    public async Task The_database_finds_everybody_in_the_state_that_is_computed_of_them()
    {
        await AddEverySituationAsync(Database, Now);

        var all = (await ListAsync(new(null, null, 1000))).Users;

        Assert.Multiple(async () =>
        {
            foreach (var state in EnrollmentView.All)
                Assert.That(await NamesAsync(state), Is.EqualTo(all.Where(u => u.State == state).Select(u => u.Username)), state);
            var open = all.Where(u => u.State is EnrollmentView.Period or EnrollmentView.MustEnroll).Select(u => u.Username);
            List<string> parts = [];
            foreach (var state in new[] { PeopleFilter.Begun, PeopleFilter.Skipped, PeopleFilter.Waiting, PeopleFilter.Blocked }) parts.AddRange(await NamesAsync(state));
            Assert.That(parts, Is.EquivalentTo(open), "whoever has time yet is in one of four");
            Assert.That(await NamesAsync(PeopleFilter.Blocked), Is.Not.Empty);
            Assert.That(await NamesAsync(PeopleFilter.NotEnrolled),
                Is.EqualTo(all.Where(u => u.State is EnrollmentView.Period or EnrollmentView.MustEnroll or EnrollmentView.Expired).Select(u => u.Username)));
            Assert.That(await NamesAsync(PeopleFilter.Locked), Is.EqualTo(all.Where(u => u.Locked).Select(u => u.Username)));
        });
    }

    [Test]
    public async Task People_are_filtered_by_days_locks_role_group_campaign_and_reference()
    {
        foreach (var name in new[] { "anna", "Björn", "carl", "dora" }) await AddUserAsync(name);
        await AddUserAsync("olga", "owner");
        await RequireAsync("anna", 3);
        await RequireAsync("carl", 20);
        await LockAttemptsAsync("dora", AttemptKind.Verification);
        await LockAttemptsAsync("olga", AttemptKind.Password);
        await Get<SetUser>().HandleAsync(new("carl", new UserPatch { Groups = ["Büro", "IT"] }, Reason), Actor, Ct);
        await Get<SetUser>().HandleAsync(new("dora", new UserPatch { Groups = ["it"], DisplayName = "100% Dora_Ä" }, Reason), Actor, Ct);
        await Get<DisableUser>().HandleAsync(new("Björn", Reason), Actor, Ct);
        var anna = (await StoredAsync("anna")).Id;
        await Database.SaveAsync(db =>
        {
            db.Campaigns.Add(new Campaign { Id = "c1", Name = "All", CreatedBy = "cli:tester", CreatedAt = Now, Deadline = Now });
            db.CampaignMembers.Add(new CampaignMember { CampaignId = "c1", UserId = anna, AddedAt = Now });
            return Task.CompletedTask;
        });
        await Database.WriteAsync(s => s.ExecuteAsync("UPDATE attempt_counts SET reference = 'LK-ABCD-22' WHERE kind = 'verification'"));

        var any = new ListUsers.Request(null, null, 10);
        Assert.Multiple(async () =>
        {
            Assert.That(await NamesAsync(any with { MostDays = 3 }), Is.EqualTo(new[] { "anna" }));
            Assert.That(await NamesAsync(any with { FewestDays = 4 }), Is.EqualTo(new[] { "carl" }));
            Assert.That(await NamesAsync(PeopleFilter.LockedAttempts), Is.EqualTo(new[] { "dora" }));
            Assert.That(await NamesAsync(PeopleFilter.LockedPassword), Is.EqualTo(new[] { "olga" }));
            Assert.That(await NamesAsync(PeopleFilter.Disabled), Is.EqualTo(new[] { "Björn" }));
            Assert.That(await NamesAsync(any with { Role = "owner" }), Is.EqualTo(new[] { "olga" }));
            Assert.That(await NamesAsync(any with { Role = "any" }), Is.EqualTo(new[] { "olga" }));
            Assert.That(await NamesAsync(any with { Group = "IT" }), Is.EqualTo(new[] { "carl" }), "a group's name is compared exactly");
            Assert.That(await NamesAsync(any with { Group = "Büro" }), Is.EqualTo(new[] { "carl" }));
            Assert.That(await NamesAsync(any with { Campaign = "c1" }), Is.EqualTo(new[] { "anna" }));
            Assert.That(await NamesAsync(any with { Search = "lk-abcd-22" }), Is.EqualTo(new[] { "dora" }), "the number that was read out");
            Assert.That(await NamesAsync(any with { Search = "björn" }), Is.EqualTo(new[] { "Björn" }));
            Assert.That(await NamesAsync(any with { Search = "0% D" }), Is.EqualTo(new[] { "dora" }));
            Assert.That(await NamesAsync(any with { Search = "%" }), Is.EqualTo(new[] { "dora" }), "what the database takes for a pattern is text");
            Assert.That(await NamesAsync(any with { Search = "a_Ä" }), Is.EqualTo(new[] { "dora" }));
            Assert.That(await NamesAsync(any with { Search = "\0'); --" }), Is.Empty);
            Assert.That(await NamesAsync(any with { Ids = [anna] }), Is.EqualTo(new[] { "anna" }));
            Assert.That(await NamesAsync("nonsense"), Is.Empty);
        });
    }

    [Test]
    public async Task The_next_part_begins_after_the_last_name()
    {
        foreach (var name in new[] { "anna", "bert", "carl" }) await AddUserAsync(name);

        var first = await ListAsync(new(null, null, 2));
        var second = await ListAsync(new(null, null, 2) { After = first.Users[^1].Username });

        Assert.That(first.More, Is.True);
        Assert.That(second.Users.Select(u => u.Username), Is.EqualTo(new[] { "carl" }));
        Assert.That(second.More, Is.False);
        Assert.That(await Get<ListUsers>().CountAsync(new(null, null, 0)), Is.EqualTo(3));
    }

    private Task<ListUsers.Page> ListAsync(ListUsers.Request request) => Get<ListUsers>().HandleAsync(request, Ct);

    private async Task<IEnumerable<string>> NamesAsync(ListUsers.Request request) => (await ListAsync(request)).Users.Select(u => u.Username).ToList();

    private Task<IEnumerable<string>> NamesAsync(string state) => NamesAsync(new ListUsers.Request(null, state, 1000));

    // Everything that a row can say, whether or not it happens.
    internal static Task AddEverySituationAsync(IdPDatabase database, DateTimeOffset now) => database.SaveAsync(db =>
    {
        var number = 0;
        foreach (var required in new[] { true, false })
        foreach (var deadline in new int?[] { null, -1, 0, 1 })
        foreach (var must in new[] { true, false })
        foreach (var locked in new[] { true, false })
        foreach (var authenticator in new[] { "none", "app", "passkey" })
        foreach (var (skips, signedIn) in new[] { (0, (int?)null), (0, -2), (0, 0), (1, 0) })
        {
            var name = $"p{number++:d3}";
            var user = Add(db, name, now);
            if (signedIn is { } at) user.LastSignInAt = now.AddDays(at);
            if (authenticator == "app") db.TotpAuthenticators.Add(new TotpAuthenticator { Id = name, UserId = name, Name = "App", ProtectedSecret = "x", ConfirmedAt = now });
            if (authenticator == "passkey") db.Passkeys.Add(new Passkey { Id = name, UserId = name, Name = "Key", CredentialId = name, PublicKey = "x", AttestationObject = "x", ClientDataJson = "x", CreatedAt = now });
            db.Enrollments.Add(new Enrollment
            {
                UserId = name, RequiredAt = required ? now.AddDays(-1) : null, Deadline = deadline is { } days ? now.AddDays(days) : null,
                MustEnroll = must, LockedAt = locked ? now : null, Skips = skips,
            });
        }

        Add(db, "without", now);
        Add(db, "off", now).DisabledAt = now;
        db.Enrollments.Add(new Enrollment { UserId = "off", RequiredAt = now, Deadline = now.AddDays(2) });
        Add(db, "guessed", now);
        db.Enrollments.Add(new Enrollment { UserId = "guessed", RequiredAt = now, Deadline = now.AddDays(2) });
        db.AttemptCounts.Add(new AttemptCount { Kind = AttemptKind.Verification, Owner = "guessed", Failures = 5, LastAt = now, LockedAt = now });
        return Task.CompletedTask;
    });

    private static User Add(IdPDbContext db, string name, DateTimeOffset now) => db.Users.Add(new User
    {
        Id = name, UserName = name, NormalizedUserName = UserNames.Normalize(name), DisplayName = name, CreatedAt = now, UpdatedAt = now,
    }).Entity;
}
