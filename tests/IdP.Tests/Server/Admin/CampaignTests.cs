using FluentValidation;
using IdP.Server.Admin;
using IdP.Server.Admin.Access;
using IdP.Server.Admin.Campaigns;
using IdP.Server.Admin.Users;
using IdP.Storage.Enrollments;
using IdP.Storage.Users;
using IdP.Testing;
using Microsoft.EntityFrameworkCore;

namespace IdP.Tests.Server.Admin;

/// <summary>Many people, one deadline.</summary>
[TestFixtureSource(typeof(TestDatabase), nameof(TestDatabase.All))]
internal sealed class CampaignTests(TestDatabaseKind kind) : AdminFixture(kind)
{
    private static Actor WithoutRoles { get; } = Actor.Of("x", []) with { Rights = new HashSet<Right> { Right.CampaignsWrite, Right.PeopleSupport } };

    [Test]
    public async Task Everybody_gets_the_deadline_and_whoever_had_another_keeps_it()
    {
        foreach (var name in new[] { "new", "enrolled", "sooner", "later", "late", "off", "grouped" }) await AddUserAsync(name);
        await AddUserAsync("admin", "auditor");
        await Get<SetUser>().HandleAsync(new("grouped", new UserPatch { Groups = ["staff"] }, Reason), Actor, Ct);
        await EnrollAsync("enrolled");
        await RequireAsync("sooner", 2);
        await RequireAsync("later", 30);
        await RequireAsync("late", 1);
        await Get<DisableUser>().HandleAsync(new("off", Reason), Actor, Ct);
        Clock.Advance(TimeSpan.FromDays(1));
        var deadline = Now.AddDays(10);

        var unknown = await StartAsync(deadline, ["new", "nobody-1", "nobody-2"]);
        Assert.That((unknown as StartCampaign.Outcome.NoSuchPeople)?.Names, Is.EqualTo(new[] { "nobody-1", "nobody-2" }));
        var outcome = await Get<StartCampaign>().HandleAsync(
            new("All", deadline, new Chosen(["NEW", "enrolled", "sooner", "later", "late", "off", "admin", "new"], "staff"), Reason), WithoutRoles, Ct);

        Assert.That((outcome as StartCampaign.Outcome.Started)?.People, Is.EqualTo(new Added { Required = 2, Enrolled = 1, Kept = 2, Late = 1, Disabled = 1, OnlyOwner = 1 }));
        Assert.That((await PersonAsync("new")).Deadline, Is.EqualTo(deadline));
        Assert.That((await PersonAsync("grouped")).Deadline, Is.EqualTo(deadline));
        Assert.That((await PersonAsync("sooner")).DaysLeft, Is.EqualTo(1));
        Assert.That((await PersonAsync("later")).DaysLeft, Is.EqualTo(29));
        Assert.That((await PersonAsync("late")).State, Is.EqualTo(EnrollmentView.Expired), "Adding somebody opens nothing.");
        Assert.That((await PersonAsync("admin")).RequiredAt, Is.Null);
        Assert.That((await PersonAsync("enrolled")).RequiredAt, Is.Not.Null);
        await using var db = Database.CreateContext();
        Assert.That(await db.AuditEvents.CountAsync(e => e.Event == "enrollment.required" && e.Actor == "user:x"), Is.EqualTo(3), "one event, and with it one mail, for each");

        var id = ((StartCampaign.Outcome.Started)outcome).Id;
        var again = await Get<AddMembers>().HandleAsync(new(id, new Chosen(["new", "admin"], null), Reason), Actor, Ct);
        Assert.That((again as AddMembers.Outcome.Done)?.People, Is.EqualTo(new Added { Before = 1, Required = 1 }));

        var longer = await Get<ExtendCampaign>().HandleAsync(new(id, deadline.AddDays(5), false, Reason), WithoutRoles, Ct);
        Assert.That((longer as ExtendCampaign.Outcome.Extended)?.OnlyOwner, Is.EqualTo(1));
        Assert.That((await PersonAsync("admin")).Deadline, Is.EqualTo(deadline));
    }

    [Test]
    public async Task Of_two_that_begin_at_once_neither_leaves_anybody_out()
    {
        List<string> names = [.. Enumerable.Range(0, 20).Select(i => $"p{i}")];
        foreach (var name in names) await Get<AddUser>().HandleAsync(new(name, new UserPatch(), null, MustChangePassword: false, Reason), Actor, Ct);
        var deadline = Now.AddDays(10);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 2).Select(i => Task.Run(() => Get<StartCampaign>().HandleAsync(new($"All {i}", deadline, new Chosen(names, null), Reason), Actor, Ct))));

        var people = outcomes.Cast<StartCampaign.Outcome.Started>().Select(o => o.People).ToList();
        Assert.That(people.Select(p => p.Members), Is.All.EqualTo(20));
        Assert.That((people.Sum(p => p.Required), people.Sum(p => p.Kept)), Is.EqualTo((20, 20)));
    }

    [Test]
    public async Task The_numbers_of_the_board_add_up_and_are_those_of_the_lists()
    {
        await ListUsersTests.AddEverySituationAsync(Database, Now);
        await using var db = Database.CreateContext();
        var ids = await db.Users.Select(u => u.Id).ToListAsync();
        await Database.SaveAsync(save =>
        {
            save.Campaigns.Add(new IdP.Storage.Campaigns.Campaign { Id = "c", Name = "All", CreatedBy = "x", CreatedAt = Now, Deadline = Now.AddDays(1) });
            save.CampaignMembers.AddRange(ids.Select(id => new IdP.Storage.Campaigns.CampaignMember { CampaignId = "c", UserId = id, AddedAt = Now }));
            return Task.CompletedTask;
        });

        var board = (await Get<ShowCampaign>().HandleAsync("c", Ct))!;

        var progress = board.Campaign.Progress;
        Assert.That(progress.Total, Is.EqualTo(ids.Count));
        var lists = new List<long>();
        foreach (var state in new[] { EnrollmentView.Active, PeopleFilter.Begun, PeopleFilter.Skipped, PeopleFilter.Waiting, EnrollmentView.Expired, PeopleFilter.Blocked, EnrollmentView.NotRequired })
            lists.Add(await Get<ListUsers>().CountAsync(new ListUsers.Request(null, state, 0) { Campaign = "c" }));
        Assert.That(new long[] { progress.Enrolled, progress.Begun, progress.Skipped, progress.Waiting, progress.Late, progress.Blocked, progress.NotRequired }, Is.EqualTo(lists));
        Assert.That(lists, Has.None.Zero);
        var inTime = await Get<ListUsers>().CountAsync(new ListUsers.Request(null, null, 0) { Campaign = "c", MostDays = 999 });
        Assert.That(board.DaysLeft.Sum(b => b.People), Is.EqualTo(inTime));
        Assert.That(board.DaysLeft.Select(b => b.Days), Is.EqualTo(new[] { 1, 2 }));
        var named = await Get<ListUsers>().CountAsync(new ListUsers.Request(null, null, 0) { Campaign = "c", MostDays = 1 });
        Assert.That(board.LockNext, Has.Count.EqualTo(Math.Min(20, named)));
    }

    [Test]
    public async Task More_time_reaches_whoever_has_less_and_opens_who_is_late_only_when_chosen()
    {
        foreach (var name in new[] { "short", "long", "late", "enrolled" }) await AddUserAsync(name);
        await RequireAsync("long", 60);
        await RequireAsync("late", 1);
        Clock.Advance(TimeSpan.FromDays(2));
        await EnrollAsync("enrolled");
        var id = await StartedAsync(Now.AddDays(3), "short", "long", "late", "enrolled");

        var later = Now.AddDays(20);
        Assert.That(await ExtendAsync(id, Now.AddDays(2), false), Is.TypeOf<ExtendCampaign.Outcome.NotLater>());
        Assert.That(await ExtendAsync(id, later, false), Is.EqualTo(new ExtendCampaign.Outcome.Extended(1, 0, 1, 0)));
        Assert.That((await PersonAsync("short")).DaysLeft, Is.EqualTo(20));
        Assert.That((await PersonAsync("long")).DaysLeft, Is.EqualTo(58));
        Assert.That((await PersonAsync("late")).State, Is.EqualTo(EnrollmentView.Expired));
        Assert.That(await ExtendAsync(id, later, true), Is.EqualTo(new ExtendCampaign.Outcome.Extended(0, 1, 0, 0)));

        var late = await PersonAsync("late");
        Assert.That(late.DaysLeft, Is.EqualTo(20));
        await using var db = Database.CreateContext();
        Assert.That((await db.Enrollments.SingleAsync(e => e.UserId == late.Id)).ProofRequired, Is.True, "Nobody has shown for a whole period that the account is still theirs.");
        Assert.That((await PersonAsync("enrolled")).State, Is.EqualTo(EnrollmentView.Active));
        Assert.That(await Get<CloseCampaign>().HandleAsync(new(id, Reason), Actor, Ct), Is.EqualTo(CloseCampaign.Outcome.Closed));
        Assert.That(await ExtendAsync(id, Now.AddDays(30), true), Is.TypeOf<ExtendCampaign.Outcome.NotRunning>());
        Assert.That((await PersonAsync("short")).DaysLeft, Is.EqualTo(20), "Closing changes nothing for the people.");
    }

    [Test]
    public async Task A_reminder_reaches_whose_time_runs_and_of_two_presses_one_counts()
    {
        foreach (var name in new[] { "anna", "bert", "enrolled", "late", "mute" }) await AddUserAsync(name);
        foreach (var name in new[] { "anna", "bert", "enrolled", "late" }) await Get<SetUser>().HandleAsync(new(name, new UserPatch { Email = name + "@example.com" }, Reason), Actor, Ct);
        await RequireAsync("late", 1);
        Clock.Advance(TimeSpan.FromDays(1));
        var id = await StartedAsync(Now.AddDays(3), "anna", "bert", "enrolled", "late", "mute");
        await EnrollAsync("enrolled");

        Assert.That(await Get<RemindCampaign>().CountAsync(id), Is.EqualTo(2));
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Task.Run(() => Get<RemindCampaign>().HandleAsync(new(id, Reason), Actor, Ct))));

        Assert.That(outcomes.OfType<RemindCampaign.Outcome.Reminded>().Select(r => r.People), Is.EqualTo(new[] { 2 }));
        Assert.That(outcomes.OfType<RemindCampaign.Outcome.TooSoon>().Count(), Is.EqualTo(9));
        await using var db = Database.CreateContext();
        Assert.That(await db.OutboxMessages.CountAsync(m => m.Kind == "E2"), Is.EqualTo(2));
        var board = (await Get<ShowCampaign>().HandleAsync(id, Ct))!;
        Assert.That(board.Reminders.Kept, Is.EqualTo(2), "There is no mail server here.");
        Clock.Advance(TimeSpan.FromHours(1));
        Assert.That(await Get<RemindCampaign>().HandleAsync(new(id, Reason), Actor, Ct), Is.EqualTo(new RemindCampaign.Outcome.Reminded(2)));
    }

    [Test]
    public async Task Only_who_may_starts_changes_or_closes_one()
    {
        await AddUserAsync("anna");
        var id = await StartedAsync(Now.AddDays(3), "anna");
        foreach (var rights in new[] { new[] { Right.CampaignsRead, Right.PeopleSupport }, [Right.CampaignsWrite] })
        {
            var actor = Actor.Of("x", []) with { Rights = new HashSet<Right>(rights) };
            Assert.That(() => Get<StartCampaign>().HandleAsync(new("All", Now.AddDays(3), new Chosen(["anna"], null), Reason), actor, Ct), Throws.TypeOf<ForbiddenException>());
            Assert.That(() => Get<AddMembers>().HandleAsync(new(id, new Chosen(["anna"], null), Reason), actor, Ct), Throws.TypeOf<ForbiddenException>());
            Assert.That(() => Get<ExtendCampaign>().HandleAsync(new(id, Now.AddDays(9), true, Reason), actor, Ct), Throws.TypeOf<ForbiddenException>());
        }

        var reader = Actor.Of("x", ["helpDesk"]);
        Assert.That(() => Get<RemindCampaign>().HandleAsync(new(id, Reason), reader, Ct), Throws.TypeOf<ForbiddenException>());
        Assert.That(() => Get<CloseCampaign>().HandleAsync(new(id, Reason), reader, Ct), Throws.TypeOf<ForbiddenException>());
        Assert.That(() => StartAsync(Now.AddDays(366), ["anna"]), Throws.TypeOf<ValidationException>());
        Assert.That(() => StartAsync(Now.AddDays(-1), ["anna"]), Throws.TypeOf<ValidationException>());
    }

    [Test]
    public async Task The_export_runs_nothing_in_a_spreadsheet()
    {
        await AddUserAsync("anna");
        await Get<SetUser>().HandleAsync(new("anna", new UserPatch { DisplayName = "=HYPERLINK(\"http://x\",\"a\"),b" }, Reason), Actor, Ct);
        var id = await StartedAsync(Now.AddDays(3), "anna");
        var lines = new List<string>();
        await foreach (var line in Get<ExportCampaign>().LinesAsync(id, Ct)) lines.Add(line);

        Assert.That(lines, Has.Count.EqualTo(2));
        Assert.That(lines[1], Does.StartWith("anna,\"'=HYPERLINK(\"\"http://x\"\",\"\"a\"\"),b\","));
    }

    private Task<StartCampaign.Outcome> StartAsync(DateTimeOffset deadline, string[] users) =>
        Get<StartCampaign>().HandleAsync(new("All", deadline, new Chosen(users, null), Reason), Actor, Ct);

    private async Task<string> StartedAsync(DateTimeOffset deadline, params string[] users) => ((StartCampaign.Outcome.Started)await StartAsync(deadline, users)).Id;

    private Task<ExtendCampaign.Outcome> ExtendAsync(string id, DateTimeOffset deadline, bool unlockLate) =>
        Get<ExtendCampaign>().HandleAsync(new(id, deadline, unlockLate, Reason), Actor, Ct);
}
