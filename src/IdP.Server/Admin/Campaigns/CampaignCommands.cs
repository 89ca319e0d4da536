using System.CommandLine;
using System.Globalization;
using IdP.Server.Admin.Access;
using IdP.Server.Admin.Users;
using IdP.Server.Cli;

namespace IdP.Server.Admin.Campaigns;

/// <summary><c>idp campaigns …</c>.</summary>
internal static class CampaignCommands
{
    public static Command Create(Verbs verbs) => Verbs.Group(
        "campaigns", "Many people who are to enrol until one deadline.",
        Start(verbs), List(verbs), Show(verbs), Add(verbs), Remind(verbs), Extend(verbs), Close(verbs), Export(verbs));

    private static Argument<string> Id() => new("CAMPAIGN") { Description = "The campaign's id, or its name while only one has it." };

    private static Option<int?> Days() => Verbs.Number("--days", "The deadline, in days from now, 1 to 365.");

    private static Option<DateTimeOffset?> Until() => new("--until") { Description = "The deadline as a time, such as 2027-01-31T16:00Z; instead of --days." };

    private static Command Start(Verbs verbs)
    {
        var name = new Argument<string>("NAME") { Description = "What people call it." };
        var (days, until, people, reason) = (Days(), Until(), new PeopleOptions(), Verbs.Reason());
        return verbs.Verb("start", "Demands identity verification of many people, with one deadline.", [Right.CampaignsWrite, Right.PeopleSupport], [name, days, until, .. people.All, reason], async call =>
        {
            if (Deadline(call, days, until) is not { } deadline || await people.ReadAsync(call) is not { } chosen) return ExitCode.Usage;
            var outcome = await call.Out.ProgressAsync("Asking people", progress => call.Get<StartCampaign>().HandleAsync(
                new(call.Value(name), deadline, chosen, Why(call, reason)) { Progress = progress }, call.Actor, call.Ct));
            switch (outcome)
            {
                case StartCampaign.Outcome.NoSuchPeople nobody: return Unknown(call, nobody.Names);
                case StartCampaign.Outcome.Nobody: return call.Out.Fail("Nobody was chosen: give --user NAME, or --group with somebody in it.");
                case StartCampaign.Outcome.Started started:
                    return call.Out.Done($"{call.Value(name)} was started as {started.Id}, until {Call.Time(deadline)}. {Describe(started.People)}", new { id = started.Id, deadline, people = started.People });
                default: throw new InvalidOperationException("The outcome is not known.");
            }
        });
    }

    private static Command List(Verbs verbs)
    {
        var running = Verbs.Flag("--running", "Only those that run.");
        var limit = Verbs.Number("--limit", "The most campaigns; 50 when not given.");
        return verbs.Verb("list", "Lists campaigns with how far they are.", Right.CampaignsRead, [running, limit], async call =>
        {
            var page = (await call.Get<ListCampaigns>().HandleAsync(new(call.Value(running), Math.Clamp(call.Value(limit) ?? 50, 1, 10_000)), call.Ct))!;
            var campaigns = page.Campaigns;
            if (call.Out.IsJson) call.Out.Json(campaigns);
            else if (campaigns.Count == 0) call.Out.Line("No campaigns.");
            else call.Out.Table(["Id", "Name", "Enrolled", "People", "Late", "Deadline", "Closed"], campaigns.Select(c => new[]
            {
                c.Id, c.Name, Number(c.Progress.Enrolled), Number(c.Progress.Total), Number(c.Progress.Late), Call.Time(c.Deadline), Call.Time(c.ClosedAt),
            }));
            if (page.More) call.Out.Warn("There are more. Choose --running, or raise --limit.");
            return ExitCode.Done;
        });
    }

    private static Command Show(Verbs verbs)
    {
        var id = Id();
        return verbs.Verb("show", "Shows how far a campaign is.", Right.CampaignsRead, [id], async call =>
        {
            if (await FindAsync(call, id) is not { } campaign) return NoSuch(call, id);
            var board = (await call.Get<ShowCampaign>().HandleAsync(campaign.Id, call.Ct))!;
            // Names of people are for who may see people.
            if (!call.Actor.Has(Right.PeopleRead)) board = board with { LockNext = [] };
            if (call.Out.IsJson)
            {
                call.Out.Json(board);
                return ExitCode.Done;
            }

            var (it, progress) = (board.Campaign, board.Campaign.Progress);
            call.Out.Properties(
            [
                ("Campaign", it.Name), ("Id", it.Id), ("Deadline", Call.Time(it.Deadline)), ("Started", $"{Call.Time(it.CreatedAt)} by {it.CreatedBy}"),
                ("Reminded", Call.Time(it.RemindedAt)), ("Closed", Call.Time(it.ClosedAt)),
                ("People", Number(progress.Total)), ("Enrolled", $"{progress.Enrolled} ({progress.Percent}%)"), ("Signed in", Number(progress.Begun)), ("Skipped", Number(progress.Skipped)),
                ("Not signed in", Number(progress.Waiting)), ("Late", Number(progress.Late)), ("Locked or off", Number(progress.Blocked)), ("Not required", Number(progress.NotRequired)),
                ("Days left", string.Join(", ", board.DaysLeft.Select(b => $"{b.Days}{(b.Days == ShowCampaign.MostDays ? "+" : "")}: {b.People}"))),
                ("Locks in a day", string.Join(", ", board.LockNext.Select(p => p.Username))),
                ("Mails", Describe(board.Asked)), ("Reminders", Describe(board.Reminders)),
            ]);
            return ExitCode.Done;
        });
    }

    private static Command Add(Verbs verbs)
    {
        var (id, people, reason) = (Id(), new PeopleOptions(), Verbs.Reason());
        return verbs.Verb("add", "Adds people to a campaign that runs.", [Right.CampaignsWrite, Right.PeopleSupport], [id, .. people.All, reason], async call =>
        {
            if (await people.ReadAsync(call) is not { } chosen) return ExitCode.Usage;
            if (await FindAsync(call, id) is not { } campaign) return NoSuch(call, id);
            return await call.Out.ProgressAsync("Asking people", progress => call.Get<AddMembers>().HandleAsync(
                new(campaign.Id, chosen, Why(call, reason)) { Progress = progress }, call.Actor, call.Ct)) switch
            {
                AddMembers.Outcome.NoSuchPeople nobody => Unknown(call, nobody.Names),
                AddMembers.Outcome.Done done => call.Out.Done(Describe(done.People), done.People),
                _ => call.Out.Fail($"{campaign.Name} is closed."),
            };
        });
    }

    private static Command Remind(Verbs verbs)
    {
        var (id, dryRun, reason) = (Id(), Verbs.Flag("--dry-run", "Only say how many people it would reach."), Verbs.Reason());
        return verbs.Verb("remind", "Mails everybody whose time runs how much is left.", Right.CampaignsWrite, [id, dryRun, reason], async call =>
        {
            if (await FindAsync(call, id) is not { } campaign) return NoSuch(call, id);
            if (call.Value(dryRun))
            {
                var count = await call.Get<RemindCampaign>().CountAsync(campaign.Id);
                return call.Out.Done($"It would reach {Texts.Count(count, "person", "people")}.", new { people = count, dryRun = true });
            }

            return await call.Out.ProgressAsync("Writing mails", progress => call.Get<RemindCampaign>().HandleAsync(
                new(campaign.Id, Why(call, reason)) { Progress = progress }, call.Actor, call.Ct)) switch
            {
                RemindCampaign.Outcome.Reminded reminded => call.Out.Done($"{Texts.Count(reminded.People, "person was", "people were")} reminded.", new { people = reminded.People }),
                RemindCampaign.Outcome.TooSoon soon => call.Out.Fail($"They were reminded at {Call.Time(soon.Last)}. Wait an hour."),
                _ => call.Out.Fail($"{campaign.Name} is closed."),
            };
        });
    }

    private static Command Extend(Verbs verbs)
    {
        var (id, days, until, late, reason) = (Id(), Days(), Until(), Verbs.Flag("--unlock-late", "Also give those a new period who are late already."), Verbs.Reason());
        return verbs.Verb("extend", "Gives a campaign a later deadline.", [Right.CampaignsWrite, Right.PeopleSupport], [id, days, until, late, reason], async call =>
        {
            if (Deadline(call, days, until) is not { } deadline) return ExitCode.Usage;
            if (await FindAsync(call, id) is not { } campaign) return NoSuch(call, id);
            return await call.Out.ProgressAsync("Giving time", progress => call.Get<ExtendCampaign>().HandleAsync(
                new(campaign.Id, deadline, call.Value(late), Why(call, reason)) { Progress = progress }, call.Actor, call.Ct)) switch
            {
                ExtendCampaign.Outcome.Extended e => call.Out.Done(
                    $"{campaign.Name} lasts until {Call.Time(deadline)}. {Texts.Count(e.More, "person has", "people have")} more time, {Texts.Count(e.Unlocked, "was", "were")} unlocked, {Texts.Count(e.StillLate, "is", "are")} late.",
                    new { id = campaign.Id, deadline, e.More, e.Unlocked, e.StillLate, e.OnlyOwner }),
                ExtendCampaign.Outcome.NotLater not => call.Out.Fail($"{campaign.Name} lasts until {Call.Time(not.Deadline)} already."),
                _ => call.Out.Fail($"{campaign.Name} is closed."),
            };
        });
    }

    private static Command Close(Verbs verbs)
    {
        var (id, reason) = (Id(), Verbs.Reason());
        return verbs.Verb("close", "Puts a campaign away; what is required of the people stays.", Right.CampaignsWrite, [id, reason], async call =>
        {
            if (await FindAsync(call, id) is not { } campaign) return NoSuch(call, id);
            return await call.Get<CloseCampaign>().HandleAsync(new(campaign.Id, Why(call, reason)), call.Actor, call.Ct) == CloseCampaign.Outcome.Closed
                ? call.Out.Done($"{campaign.Name} was closed.", new { id = campaign.Id, outcome = "closed" })
                : call.Out.Fail($"{campaign.Name} is closed already.");
        });
    }

    private static Command Export(Verbs verbs)
    {
        var id = Id();
        return verbs.Verb("export", "Prints everybody of a campaign as CSV.", [Right.CampaignsRead, Right.PeopleRead], [id], async call =>
        {
            if (await FindAsync(call, id) is not { } campaign) return NoSuch(call, id);
            await foreach (var line in call.Get<ExportCampaign>().LinesAsync(campaign.Id, call.Ct)) await call.Out.RawAsync(line, call.Ct);
            return ExitCode.Done;
        });
    }

    private static Task<(string Id, string Name)?> FindAsync(Call call, Argument<string> id) => call.Get<ListCampaigns>().FindAsync(call.Value(id), call.Ct);

    private static DateTimeOffset? Deadline(Call call, Option<int?> days, Option<DateTimeOffset?> until)
    {
        switch (call.Value(days), call.Value(until))
        {
            case (null, { } time): return time.ToUniversalTime();
            case ({ } count, null) when count is >= 1 and <= 365: return call.Get<TimeProvider>().GetUtcNow().AddDays(count);
            case ({ }, null): call.Out.Fail(Periods.Range); return null;
            default: call.Out.Fail("Give --days N or --until TIME, one of the two."); return null;
        }
    }

    private static string Describe(Added added) => string.Join(' ', new (int Count, string One, string Many)[]
    {
        (added.Required, "got the deadline.", "got the deadline."), (added.Enrolled, "has set it up already.", "have set it up already."),
        (added.Kept, "keeps the deadline from before.", "keep the deadline that they had."), (added.Late, "was late already, and is.", "were late already, and are."),
        (added.Before, "was in it before.", "were in it before."), (added.Disabled, "was left out: disabled.", "were left out: disabled."),
        (added.OnlyOwner, "was left out for having an admin role.", "were left out: they have an admin role."),
    }.Where(p => p.Count > 0).Select(p => Texts.Count(p.Count, p.One, p.Many)));

    private static string? Describe(ShowCampaign.Mails mails) =>
        mails == new ShowCampaign.Mails(0, 0, 0, 0) ? null : $"{mails.Sent} sent, {mails.Waiting} waiting, {mails.Failed} failed, {mails.Kept} kept";

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Why(Call call, Option<string?> reason) => call.Value(reason) ?? Call.DefaultReason;

    private static int NoSuch(Call call, Argument<string> id) => call.Out.Fail($"There is no one campaign {call.Value(id)}. See: idp campaigns list");

    private static int Unknown(Call call, IReadOnlyList<string> names) => call.Out.Fail($"Nobody has these names: {string.Join(", ", names.Take(20))}{(names.Count > 20 ? ", …" : "")}");

    /// <summary>Who is chosen.</summary>
    private sealed class PeopleOptions
    {
        private readonly Option<string[]> users = Verbs.Texts("--user", "A user name or e-mail address.");
        private readonly FileOption file = new("--users-file", 4 * 1024 * 1024) { Description = "A file with one user name or address in each line." };
        private readonly Option<string?> group = Verbs.Text("--group", "Everybody who is in this group now.");

        public IEnumerable<Symbol> All => [users, file, group];

        /// <returns>Null when the file cannot be read; that was said.</returns>
        public async Task<Chosen?> ReadAsync(Call call)
        {
            List<string> names = [.. call.Values(users) ?? []];
            if (call.Value(file) is not null)
            {
                if (await call.TextAsync(file) is not { } text) return null;
                names.AddRange(text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
            }

            return new Chosen(names, call.Value(group));
        }
    }
}
