using IdP.Server.Admin.Settings;
using IdP.Server.Admin.Users;
using IdP.Server.Mail;
using IdP.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace IdP.Tests.Server.Mail;

/// <summary>E2 and E9: mails that follow the clock.</summary>
[TestFixtureSource(typeof(TestDatabase), nameof(TestDatabase.All))]
internal sealed class ReminderTests(TestDatabaseKind kind) : MailFixture(kind)
{
    [Test]
    public async Task A_person_is_reminded_three_days_and_one_day_before_the_deadline()
    {
        await BeginAsync(7);

        List<(double Hour, string Subject)> told = [];
        for (var hour = 0.0; hour <= 7 * 24; hour += 6)
        {
            if (await RemindAsync() is [var mail]) told.Add((hour, mail.Subject));
            Clock.Advance(TimeSpan.FromHours(6));
        }

        Assert.That(told.Select(t => t.Hour), Is.EqualTo(new[] { 4 * 24.0, 6 * 24.0 }));
        Assert.That(told.Select(t => t.Subject), Is.EqualTo(new[] { "3 days left to set up identity verification", "1 day left to set up identity verification" }));
    }

    [Test]
    public async Task How_many_days_before_is_a_setting()
    {
        await Get<SetSettings>().HandleAsync(new(new() { ["reminderDays"] = new System.Text.Json.Nodes.JsonArray(2, 5) }, Reason), Actor, Ct);
        await BeginAsync(7);

        List<double> told = [];
        for (var hour = 0.0; hour <= 7 * 24; hour += 12)
        {
            if (await RemindAsync() is [_]) told.Add(hour);
            Clock.Advance(TimeSpan.FromHours(12));
        }

        Assert.That(told, Is.EqualTo(new[] { 2 * 24.0, 5 * 24.0 }));
    }

    [TestCase("enrolled")]
    [TestCase("lifted")]
    [TestCase("no days")]
    [TestCase("locked")]
    [TestCase("disabled")]
    [TestCase("off")]
    public async Task Nobody_is_reminded_of_what_no_longer_holds(string state)
    {
        await BeginAsync(7);
        Clock.Advance(TimeSpan.FromDays(state == "locked" ? 8 : 5));
        if (state == "enrolled") await EnrollAsync("maya");
        if (state == "lifted") await Get<LiftRequirement>().HandleAsync(new("maya", Reason), Actor, Ct);
        if (state == "disabled") await Get<DisableUser>().HandleAsync(new("maya", Reason), Actor, Ct);
        if (state == "no days") await Get<SetSettings>().HandleAsync(new(new() { ["reminderDays"] = new System.Text.Json.Nodes.JsonArray() }, Reason), Actor, Ct);
        if (state == "off") await Get<SetSettings>().HandleAsync(new(new() { ["reminderMails"] = false }, Reason), Actor, Ct);

        Assert.That(await Get<Reminders>().RunOnceAsync(Ct), Is.Zero);
    }

    [Test]
    public async Task Whoever_was_told_the_same_day_is_not_reminded()
    {
        await BeginAsync(2);
        Assert.That(await RemindAsync(), Is.Empty);

        Clock.Advance(TimeSpan.FromHours(25));

        Assert.That(await RemindAsync(), Has.Count.EqualTo(1), "the last day is a reminder of its own");
    }

    [Test]
    public async Task More_time_brings_new_reminders()
    {
        await BeginAsync(7);
        Clock.Advance(TimeSpan.FromDays(6.5));
        Assert.That(await RemindAsync(), Has.Count.EqualTo(1));

        await Get<ExtendPeriod>().HandleAsync(new("maya", 5, Reason), Actor, Ct);
        Clock.Advance(TimeSpan.FromDays(2.5));
        await DeliverAsync();

        Assert.That((await RemindAsync()).Single().Subject, Is.EqualTo("3 days left to set up identity verification"));
    }

    [Test]
    public async Task Of_two_nodes_one_reminds_and_one_writes_the_digest()
    {
        await AddPersonAsync("ines", null, null, "owner");
        await BeginAsync(7);
        await using var other = OtherNode();
        await Get<WeeklyDigest>().RunOnceAsync(Ct);
        Clock.Advance(TimeSpan.FromDays(4));

        var reminded = await BothAsync(node => node.GetRequiredService<Reminders>().RunOnceAsync(Ct), other);
        var digests = await BothAsync(node => node.GetRequiredService<WeeklyDigest>().RunOnceAsync(Ct), other);

        Assert.That((reminded, digests), Is.EqualTo((1, 1)));
        Assert.That((await OutboxAsync()).Count(m => m.Kind is "E2" or "E9"), Is.EqualTo(2));
    }

    [Test]
    public async Task Admins_get_the_numbers_each_Monday_at_eight()
    {
        await AddPersonAsync("ines", null, null, "owner");
        await AddPersonAsync("carl", null, null, "clientAdmin");
        foreach (var name in new[] { "done", "late", "new" })
        {
            await AddPersonAsync(name);
            await RequireAsync(name, name == "late" ? 1 : 20);
        }

        await EnrollAsync("done");
        await Get<WeeklyDigest>().RunOnceAsync(Ct);
        // From Sunday noon to Monday 07:59 in Vienna, which is an hour ahead.
        Clock.Set(new DateTimeOffset(2026, 3, 2, 6, 59, 0, TimeSpan.Zero));
        Assert.That(await Get<WeeklyDigest>().RunOnceAsync(Ct), Is.Zero);
        Clock.Set(new DateTimeOffset(2026, 3, 9, 7, 0, 0, TimeSpan.Zero));
        await Get<IdP.Verification.Enrollments.EnrollmentPeriods>().SweepAsync();
        await DeliverAsync();
        await Get<WeeklyDigest>().RunOnceAsync(Ct);
        Assert.That(await Get<WeeklyDigest>().RunOnceAsync(Ct), Is.Zero, "one a week");

        var mail = await DeliverOneAsync();

        Assert.That((mail.To, mail.Subject), Is.EqualTo(("ines@larkfield.example", "Identity verification this week: 33% enrolled")));
        Assert.That(mail.Text, Does.Contain("Of 3 people").And.Contain("- Enrolled: 1\n- Skipped so far: 0\n- Not signed in yet: 1\n- Locked: 1").And.Contain("Next deadline: Saturday 21 March, 13:00"));

        await Get<SetSettings>().HandleAsync(new(new() { ["weeklyDigest"] = false }, Reason), Actor, Ct);
        Clock.Advance(TimeSpan.FromDays(7));
        Assert.That(await Get<WeeklyDigest>().RunOnceAsync(Ct), Is.Zero, "turned off");
    }

    private async Task BeginAsync(int days)
    {
        await AddPersonAsync("maya");
        await RequireAsync("maya", days);
        await DeliverAsync();
        // Delivering lets three seconds go by; the hours of a test are counted from the beginning of the period.
        Clock.Set(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    }

    private async Task<IReadOnlyList<CaughtMail>> RemindAsync()
    {
        var (before, now) = (Sink.Mails.Count, Now);
        await Get<Reminders>().RunOnceAsync(Ct);
        await Get<MailSender>().RunOnceAsync(Ct);
        Assert.That(Now, Is.EqualTo(now));
        foreach (var mail in Sink.Mails.Skip(before)) Holds(mail);
        return [.. Sink.Mails.Skip(before)];
    }

    private async Task<int> BothAsync(Func<IServiceProvider, Task<int>> work, IServiceProvider other)
    {
        var first = Get<IServiceProvider>();
        return (await Task.WhenAll(Task.Run(() => work(first)), Task.Run(() => work(other)))).Sum();
    }
}
