using IdP.Server.Admin.Campaigns;
using IdP.Server.Admin.Overview;
using IdP.Server.Admin.Users;
using IdP.Storage.Campaigns;
using IdP.Storage.Enrollments;
using IdP.Storage.Users;
using IdP.Testing;
using IdP.Verification.Decisions;
using Microsoft.EntityFrameworkCore;

namespace IdP.Tests.Server.Admin;

/// <summary>The fast numbers of campaigns and of the overview beside slow ones, and the list of campaigns.</summary>
[TestFixtureSource(typeof(TestDatabase), nameof(TestDatabase.All))]
internal sealed class CampaignCountTests(TestDatabaseKind kind) : AdminFixture(kind)
{
    private sealed record Someone(User User, Enrollment? Enrollment, bool HasAuthenticator, bool Guessed, HashSet<string> Campaigns);

    [Test]
    public async Task The_numbers_of_many_people_of_any_state_are_those_counted_one_by_one()
    {
        var random = new Random(20261128);
        await AddPeopleAsync(random, 400);
        // The second look comes after deadlines and locks have passed, and after changes of some.
        for (var look = 0; look < 2; look++)
        {
            var people = await ReadAsync();
            foreach (var campaign in new[] { "all", "half", "few", "nobody" })
            {
                var of = people.Where(p => p.Campaigns.Contains(campaign)).ToList();
                var board = (await Get<ShowCampaign>().HandleAsync(campaign, Ct))!;
                var listed = (await Get<ListCampaigns>().HandleAsync(new(Running: true, 10), Ct))!.Campaigns.Single(c => c.Id == campaign);
                var line = (await Get<ListCampaigns>().LinesAsync(new(Running: true, 10), Ct))!.Campaigns.Single(c => c.Id == campaign);
                Assert.Multiple(async () =>
                {
                    Assert.That(board.Campaign.Progress, Is.EqualTo(SlowProgress(of)), campaign);
                    Assert.That(listed.Progress, Is.EqualTo(board.Campaign.Progress));
                    Assert.That((line.Enrolled, line.Total), Is.EqualTo((board.Campaign.Progress.Enrolled, of.Count)));
                    Assert.That(board.DaysLeft, Is.EqualTo(SlowBars(of)), campaign);
                    Assert.That(await Get<RemindCampaign>().CountAsync(campaign), Is.EqualTo(of.Count(IsReached)), campaign);
                    var tomorrow = of.Where(p => View(p) is { DaysLeft: 1 }).Select(p => p.Enrollment!.Deadline).Order().Take(20);
                    Assert.That(board.LockNext.Select(p => p.Deadline), Is.EqualTo(tomorrow), campaign);
                    if (campaign == "all") Assert.That(new[] { board.Campaign.Progress.Begun, board.Campaign.Progress.Skipped, board.Campaign.Progress.Blocked, board.LockNext.Count }, Has.None.Zero);
                });
            }

            var demanded = people.Where(p => p.Enrollment is { } e && (e.RequiredAt is not null || e.MustEnroll || e.LockedAt is not null)).ToList();
            var late = demanded.Count(p => View(p).State == EnrollmentView.Expired);
            var enrolled = demanded.Count(p => p.HasAuthenticator);
            Assert.That(await Get<ShowOverview>().CountAsync(), Is.EqualTo(new ShowOverview.Counts(
                people.Count, demanded.Count, enrolled, demanded.Count - enrolled - late, late, people.Count(p => p.Guessed), people.Count(p => p.User.DisabledAt is not null))));
            var (attention, slow) = (await Get<ShowOverview>().AttentionAsync(), SlowAttention(people));
            Assert.That(attention.Select(a => a.Since), Is.EqualTo(slow.Select(a => a.Since).OrderDescending().Take(10)), "of equals any may stand there");
            Assert.That(attention, Is.SubsetOf(slow));
            Clock.Advance(TimeSpan.FromHours(31));
            await Database.SaveAsync(db => db.Enrollments.Where(e => e.UserId.CompareTo("p2") < 0).ExecuteUpdateAsync(e => e.SetProperty(x => x.Skips, x => 1 - x.Skips)), Ct);
            await Database.SaveAsync(db => db.TotpAuthenticators.Where(t => t.UserId.CompareTo("p3") > 0).ExecuteDeleteAsync(), Ct);
        }
    }

    [Test]
    public async Task Campaigns_are_listed_part_by_part_and_a_closed_one_keeps_its_numbers()
    {
        await AddUserAsync("anna");
        List<string> expected = [];
        await Database.SaveAsync(db =>
        {
            // Two with the same deadline, and two closed at the same moment.
            foreach (var (id, deadline, closed) in new (string, int, int?)[] { ("r2", 5, null), ("r1", 5, null), ("r0", 9, null), ("c1", 1, -1), ("c0", 1, -1), ("c2", 1, -2) })
                db.Campaigns.Add(new Campaign { Id = id, Name = id, CreatedBy = "x", CreatedAt = Now, Deadline = Now.AddDays(deadline), ClosedAt = closed is { } days ? Now.AddDays(days) : null });
            return Task.CompletedTask;
        });

        for (string? after = null; ;)
        {
            var page = (await Get<ListCampaigns>().HandleAsync(new(Running: false, 2, after), Ct))!;
            expected.AddRange(page.Campaigns.Select(c => c.Id));
            if (!page.More) break;
            after = page.Campaigns[^1].Id;
        }

        Assert.That(expected, Is.EqualTo(new[] { "r1", "r2", "r0", "c0", "c1", "c2" }));
        Assert.That((await Get<ListCampaigns>().HandleAsync(new(Running: true, 2, "r2"), Ct))!.Campaigns.Select(c => c.Id), Is.EqualTo(new[] { "r0" }));
        Assert.That(await Get<ListCampaigns>().HandleAsync(new(Running: false, 2, "nothing"), Ct), Is.Null);

        var id = ((StartCampaign.Outcome.Started)await Get<StartCampaign>().HandleAsync(new("All", Now.AddDays(3), new Chosen(["anna"], null), Reason), Actor, Ct)).Id;
        await Get<CloseCampaign>().HandleAsync(new(id, Reason), Actor, Ct);
        await EnrollAsync("anna");
        var closedWith = new ShowCampaign.Progress(0, 0, 0, 1, 0, 0, 0);
        Assert.That((await Get<ShowCampaign>().HandleAsync(id, Ct))!.Campaign.Progress, Is.EqualTo(closedWith));
        Assert.That((await Get<ListCampaigns>().HandleAsync(new(Running: false, 10), Ct))!.Campaigns.Single(c => c.Id == id).Progress, Is.EqualTo(closedWith));
    }

    private async Task AddPeopleAsync(Random random, int count)
    {
        T? Some<T>(int ofTen, Func<T> value) where T : struct => random.Next(10) < ofTen ? value() : null;
        DateTimeOffset Near() => random.Next(2) == 0 ? Now : Now.AddMilliseconds(random.Next(-5 * 86_400_000, 20 * 86_400_000));
        await Database.SaveAsync(db =>
        {
            foreach (var campaign in new[] { "all", "half", "few", "nobody" })
                db.Campaigns.Add(new Campaign { Id = campaign, Name = campaign, CreatedBy = "x", CreatedAt = Now, Deadline = Now.AddDays(5) });
            for (var i = 0; i < count; i++)
            {
                var id = $"p{random.Next(10)}-{i}";
                var email = random.Next(5) > 0 ? $"{id}@example.com" : null;
                var off = Some(1, () => Now.AddDays(-1));
                db.Users.Add(new User
                {
                    Id = id, UserName = id, NormalizedUserName = UserNames.Normalize(id), DisplayName = id, Email = email, NormalizedEmail = email is null ? null : UserNames.Normalize(email),
                    CreatedAt = Now, UpdatedAt = Now, LastSignInAt = Some(6, Near), DisabledAt = off, FrozenAt = off is not null && random.Next(2) == 0 ? off : null,
                });
                if (random.Next(10) < 9)
                {
                    db.Enrollments.Add(new Enrollment
                    {
                        UserId = id, RequiredAt = Some(8, Near), Deadline = Some(7, Near), MustEnroll = random.Next(5) == 0, LockedAt = Some(1, Near), Skips = random.Next(2),
                        // Said of somebody without an authenticator, it must not count.
                        ActiveSince = Some(3, Near),
                    });
                }

                if (random.Next(4) == 0) db.TotpAuthenticators.Add(new TotpAuthenticator { Id = id, UserId = id, Name = "App", ProtectedSecret = "x", ConfirmedAt = Now });
                if (random.Next(8) == 0) db.Passkeys.Add(new Passkey { Id = id, UserId = id, Name = "Key", CredentialId = id, PublicKey = "x", AttestationObject = "x", ClientDataJson = "x", CreatedAt = Now });
                if (random.Next(8) == 0)
                    db.AttemptCounts.Add(new AttemptCount { Kind = random.Next(4) > 0 ? AttemptKind.Verification : AttemptKind.Password, Owner = id, Failures = 5, LastAt = Now, LockedAt = Some(8, () => Now), LockedUntil = Some(5, Near) });
                foreach (var (campaign, ofTen) in new[] { ("all", 10), ("half", 5), ("few", 1) })
                {
                    if (random.Next(10) < ofTen) db.CampaignMembers.Add(new CampaignMember { CampaignId = campaign, UserId = id, AddedAt = Now });
                }
            }

            return Task.CompletedTask;
        });
    }

    private async Task<List<Someone>> ReadAsync()
    {
        await using var db = Database.CreateContext();
        var enrollments = await db.Enrollments.AsNoTracking().ToDictionaryAsync(e => e.UserId);
        var enrolled = (await db.TotpAuthenticators.Select(t => t.UserId).ToListAsync()).Concat(await db.Passkeys.Select(p => p.UserId).ToListAsync()).ToHashSet();
        var counts = await db.AttemptCounts.AsNoTracking().Where(c => c.Kind == AttemptKind.Verification).ToDictionaryAsync(c => c.Owner);
        var members = await db.CampaignMembers.AsNoTracking().ToListAsync();
        return [.. (await db.Users.AsNoTracking().ToListAsync()).Select(u => new Someone(
            u, enrollments.GetValueOrDefault(u.Id), enrolled.Contains(u.Id), counts.GetValueOrDefault(u.Id).IsLocked(Now), [.. members.Where(m => m.UserId == u.Id).Select(m => m.CampaignId)]))];
    }

    private EnrollmentView View(Someone person) => EnrollmentView.Of(person.Enrollment, person.HasAuthenticator, Now);

    private ShowCampaign.Progress SlowProgress(List<Someone> people)
    {
        var places = people.ToLookup(p => View(p).State switch
        {
            EnrollmentView.Active => 0,
            EnrollmentView.Expired => 4,
            EnrollmentView.NotRequired => 6,
            _ when p.User.DisabledAt is not null || p.Guessed => 5,
            _ when p.Enrollment!.Skips > 0 => 2,
            _ when p.User.LastSignInAt >= p.Enrollment.RequiredAt => 1,
            _ => 3,
        });
        return new(places[0].Count(), places[1].Count(), places[2].Count(), places[3].Count(), places[4].Count(), places[5].Count(), places[6].Count());
    }

    private List<ShowCampaign.Bar> SlowBars(List<Someone> people) =>
    [
        .. people.Select(p => View(p).DaysLeft).OfType<int>().GroupBy(days => Math.Min(days, ShowCampaign.MostDays)).OrderBy(g => g.Key).Select(g => new ShowCampaign.Bar(g.Key, g.Count())),
    ];

    private bool IsReached(Someone person) =>
        person is { HasAuthenticator: false, Enrollment: { LockedAt: null, RequiredAt: not null, Deadline: { } deadline }, User: { DisabledAt: null, Email: not null } } && deadline > Now;

    private List<ShowOverview.Attention> SlowAttention(List<Someone> people)
    {
        using var db = Database.CreateContext();
        var counts = db.AttemptCounts.AsNoTracking().Where(c => c.Kind == AttemptKind.Verification).ToDictionary(c => c.Owner);
        var late = people.Where(p => p.User.DisabledAt is null && View(p).State == EnrollmentView.Expired)
            .Select(p => new ShowOverview.Attention(p.User.Id, p.User.DisplayName, "expired", p.Enrollment!.Deadline ?? p.Enrollment.LockedAt!.Value));
        var guessed = people.Where(p => p.User.DisabledAt is null && p.Guessed)
            .Select(p => new ShowOverview.Attention(p.User.Id, p.User.DisplayName, "attempts", counts[p.User.Id].LockedAt!.Value));
        var frozen = people.Where(p => p.User.FrozenAt is not null).Select(p => new ShowOverview.Attention(p.User.Id, p.User.DisplayName, "frozen", p.User.FrozenAt!.Value));
        return [.. late.Concat(guessed).Concat(frozen)];
    }
}
