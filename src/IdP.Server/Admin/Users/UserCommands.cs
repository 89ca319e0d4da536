using System.CommandLine;
using System.Globalization;
using IdP.Server.Admin.Access;
using IdP.Server.Cli;

namespace IdP.Server.Admin.Users;

/// <summary><c>idp users …</c>.</summary>
internal static class UserCommands
{
    public static Command Create(Verbs verbs) => Verbs.Group(
        "users", "People: who they are, and how far they are with identity verification.",
        List(verbs), Show(verbs), Add(verbs), Set(verbs), Require(verbs), Lift(verbs), Extend(verbs), Unlock(verbs), Reset(verbs), EnrollmentPassCommand.Create(verbs),
        Disable(verbs), Enable(verbs), Password(verbs), End(verbs), Remove(verbs), Import.ImportCommand.Create(verbs));

    private static Argument<string> Name() => new("USER") { Description = "User name or e-mail address." };

    private static Command List(Verbs verbs)
    {
        var search = Verbs.Text("--search", "Part of a user name, an address or a display name, or a reference number.");
        var state = Verbs.Text("--state", "Only people in this state.");
        state.AcceptOnlyFromAmong([.. PeopleFilter.All]);
        var (most, fewest) = (Verbs.Number("--days-left-at-most", "Only people whose time runs, with at most so many days left."),
            Verbs.Number("--days-left-at-least", "Only people whose time runs, with at least so many days left."));
        var (campaign, group) = (Verbs.Text("--campaign", "Only people of this campaign: its id, or its name while only one has it."), Verbs.Text("--group", "Only people of this group."));
        var role = Verbs.Text("--role", "Only people who have this admin role; any: who have one.");
        role.AcceptOnlyFromAmong(["any", .. Roles.All]);
        var limit = new Option<int>("--limit") { Description = "The most people; 200 when not given.", DefaultValueFactory = _ => 200 };
        return verbs.Verb("list", "Lists people with the days they have left.", Right.PeopleRead, [search, state, most, fewest, campaign, group, role, limit], async call =>
        {
            if (call.Value(most) is < 1 or > 365 || call.Value(fewest) is < 1 or > 365)
            {
                call.Out.Fail("Days left are from 1 to 365.");
                return ExitCode.Usage;
            }

            string? campaignId = null;
            if (call.Value(campaign) is { } wanted)
            {
                // By its name it tells that there is one.
                call.Actor.Demand(Right.CampaignsRead);
                if (await call.Get<Campaigns.ListCampaigns>().FindAsync(wanted, call.Ct) is not { } found) return call.Out.Fail($"There is no one campaign {wanted}. See: idp campaigns list");
                campaignId = found.Id;
            }

            var page = await call.Get<ListUsers>().HandleAsync(new(call.Value(search), call.Value(state), Math.Clamp(call.Value(limit), 1, call.MostRows))
            {
                MostDays = call.Value(most), FewestDays = call.Value(fewest), Campaign = campaignId, Group = call.Value(group), Role = call.Value(role),
            }, call.Ct);
            if (call.Out.IsJson)
            {
                call.Out.Json(page);
                return ExitCode.Done;
            }

            if (page.Users.Count == 0) call.Out.Line(ListUsers.IsReferenceNumber(call.Value(search) ?? "") ? $"No people. See: idp audit list --reference {call.Value(search)}" : "No people.");
            else call.Out.Table(["User", "Name", "E-mail", "State", "Days left", "Deadline", "Locked", "Disabled", "Roles"], page.Users.Select(u => new[]
            {
                u.Username, u.DisplayName, u.Email, u.State, u.DaysLeft?.ToString(CultureInfo.InvariantCulture), Call.Time(u.Deadline),
                u.Locked ? "yes" : "", u.Disabled ? "yes" : "", string.Join(' ', u.Roles),
            }));
            if (page.More) call.Out.Warn("There are more. Narrow with --search, --state or another filter, or raise --limit.");
            return ExitCode.Done;
        });
    }

    private static Command Show(Verbs verbs)
    {
        var name = Name();
        return verbs.Verb("show", "Shows one person.", Right.PeopleRead, [name], async call =>
        {
            if (await call.Get<ShowUser>().HandleAsync(call.Value(name), call.Ct) is not { } person) return NoSuch(call, call.Value(name));
            if (call.Out.IsJson) call.Out.Json(person);
            else call.Out.Properties(Describe(person));
            return ExitCode.Done;
        });
    }

    private static IEnumerable<(string, string?)> Describe(ShowUser.Person person) =>
    [
        ("User", person.Username), ("Name", person.DisplayName), ("E-mail", person.Email is null ? null : person.Email + (person.EmailVerified ? "" : " (not verified)")),
        ("Id", person.Id), ("Roles", string.Join(' ', person.Roles)), ("Groups", string.Join(", ", person.Groups)),
        ("Claims", string.Join(", ", person.Claims.Select(c => $"{c.Key}={c.Value.GetRawText()}"))), ("Locale", person.Locale), ("Time zone", person.ZoneInfo),
        ("Account", person.FrozenAt is { } frozen ? $"frozen by the person on {Call.Time(frozen)}" : person.Disabled ? "disabled" : "enabled"),
        ("Password", !person.HasPassword ? "none" : person.MustChangePassword ? "must be changed at the next sign-in" : "set"),
        ("Identity verification", person.State), ("Required", person.RequiredAt is null ? "no" : $"since {Call.Time(person.RequiredAt)} by {person.RequiredBy}"),
        ("Deadline", Call.Time(person.Deadline)), ("Days left", person.DaysLeft?.ToString(CultureInfo.InvariantCulture)),
        ("Because", person.Cause is null ? null : ChangeList.Words(person.Cause)), ("Skipped", person.Skips == 0 ? null : Texts.Count(person.Skips, "time")),
        ("Active since", Call.Time(person.ActiveSince)), ("Authenticators", person.Authenticators.ToString(CultureInfo.InvariantCulture)),
        ("Recovery codes left", person.RecoveryCodesLeft.ToString(CultureInfo.InvariantCulture)),
        ("Locked", string.Join(", ", person.Locks.Select(l => l.Kind + (l.Until is null ? " until an admin unlocks" : $" until {Call.Time(l.Until)}") + (l.Reference is null ? "" : $" ({l.Reference})")))),
        ("Sessions", person.Sessions.ToString(CultureInfo.InvariantCulture)), ("Last sign-in", Call.Time(person.LastSignInAt)), ("Added", Call.Time(person.CreatedAt)),
    ];

    private static Command Add(Verbs verbs)
    {
        var name = new Argument<string>("USER") { Description = "The user name." };
        var (properties, reason) = (new UserOptions(), Verbs.Reason());
        var none = Verbs.Flag("--no-password", "Set none: the person cannot sign in yet.");
        var stdin = new StdinFlag("--password-stdin", asks: true, unless: none) { Description = "Read the password from standard input." };
        var mustChange = Verbs.Flag("--must-change-password", "The first sign-in asks for another one.");
        return verbs.Verb("add", "Adds a person; asks for the password.", Right.PeopleWrite, [name, .. properties.All, stdin, none, mustChange, reason], async call =>
        {
            var (userName, patch) = (call.Value(name), properties.Read(call));
            if (patch is null) return ExitCode.Usage;
            var password = call.Value(none) ? null : await PasswordAsync(call, call.Value(stdin));
            if (password is null && !call.Value(none)) return ExitCode.Usage;
            var request = new AddUser.Request(userName, patch, password, call.Value(mustChange), call.Value(reason) ?? Call.DefaultReason);
            switch (await call.Get<AddUser>().HandleAsync(request, call.Actor, call.Ct))
            {
                case AddUser.Outcome.UserNameTaken: return call.Out.Fail($"{userName} is somebody's user name or e-mail address already.");
                case AddUser.Outcome.EmailTaken: return call.Out.Fail($"{patch.Email} is somebody's user name or e-mail address already.");
                case AddUser.Outcome.Added added: return call.Out.Done($"{userName} was added.", new { username = userName, id = added.UserId });
                default: throw new InvalidOperationException("The outcome is not known.");
            }
        });
    }

    private static Command Set(Verbs verbs)
    {
        var (name, properties, reason) = (Name(), new UserOptions(), Verbs.Reason());
        return verbs.Verb("set", "Changes what is given; the rest stays. Repeated options replace the list, one empty value empties it.", Right.PeopleWrite,
            [name, .. properties.All, reason], async call =>
        {
            if (properties.Read(call) is not { } patch) return ExitCode.Usage;
            switch (await call.Get<SetUser>().HandleAsync(new(call.Value(name), patch, call.Value(reason) ?? Call.DefaultReason), call.Actor, call.Ct))
            {
                case SetUser.Outcome.NoSuchUser: return NoSuch(call, call.Value(name));
                case SetUser.Outcome.EmailTaken: return call.Out.Fail($"{patch.Email} is somebody's user name or e-mail address already.");
                case SetUser.Outcome.LastOwner: return LastOwner(call, call.Value(name));
                case SetUser.Outcome.NothingToDo: return call.Out.Done("Nothing to do.", new { username = call.Value(name), changed = false });
                case SetUser.Outcome.Changed changed:
                    return call.Out.Done($"{call.Value(name)}: {string.Join("; ", changed.Changes.Select(c => c.Text))}",
                        new { username = call.Value(name), changed = true, changes = changed.Changes });
                default: throw new InvalidOperationException("The outcome is not known.");
            }
        });
    }

    private static Command Require(Verbs verbs)
    {
        var (name, days, reason) = (Name(), Verbs.Number("--days", "Length of the enrollment period, 1 to 365; the setting enrollmentDays when not given."), Verbs.Reason());
        return verbs.Verb("require", "Demands identity verification of a person; the enrollment period begins.", Right.PeopleSupport, [name, days, reason], async call =>
        {
            var user = call.Value(name);
            switch (await call.Get<RequireVerification>().HandleAsync(new(user, call.Value(days), Why(call, reason)), call.Actor, call.Ct))
            {
                case RequireVerification.Outcome.NoSuchUser: return NoSuch(call, user);
                case RequireVerification.Outcome.AlreadyRequired:
                    return call.Out.Fail($"Identity verification is required of {user} already. Give more days with: idp users extend {user} --days N");
                case RequireVerification.Outcome.Required required:
                    return call.Out.Done(
                        required.Deadline is { } end ? $"{user} must set up identity verification until {Call.Time(end)}."
                            : required.Enrolled ? $"Identity verification is required of {user}, who has set it up already." : $"{user} must set up identity verification at the next sign-in.",
                        new { username = user, outcome = "required", required.Deadline });
                default: throw new InvalidOperationException("The outcome is not known.");
            }
        });
    }

    private static Command Lift(Verbs verbs)
    {
        var (name, reason) = (Name(), Verbs.Reason());
        return verbs.Verb("lift", "Demands identity verification of a person no more.", Right.PeopleWrite, [name, reason], async call =>
            await call.Get<LiftRequirement>().HandleAsync(new(call.Value(name), Why(call, reason)), call.Actor, call.Ct) switch
            {
                LiftRequirement.Outcome.NoSuchUser => NoSuch(call, call.Value(name)),
                LiftRequirement.Outcome.NotRequired => call.Out.Fail($"Identity verification is not required of {call.Value(name)}."),
                _ => call.Out.Done($"Identity verification is no longer required of {call.Value(name)}.", new { username = call.Value(name), outcome = "lifted" }),
            });
    }

    private static Command Extend(Verbs verbs)
    {
        var (name, reason) = (Name(), Verbs.Reason());
        var days = new Option<int>("--days") { Description = "Days from now, 1 to 365.", Required = true };
        return verbs.Verb("extend", "Moves the end of a running enrollment period further away.", Right.PeopleSupport, [name, days, reason], async call =>
        {
            var user = call.Value(name);
            switch (await call.Get<ExtendPeriod>().HandleAsync(new(user, call.Value(days), Why(call, reason)), call.Actor, call.Ct))
            {
                case ExtendPeriod.Outcome.NoSuchUser: return NoSuch(call, user);
                case ExtendPeriod.Outcome.PeriodOver: return PeriodOver(call, user);
                case ExtendPeriod.Outcome.NotLonger longer: return call.Out.Fail($"{user} has until {Call.Time(longer.Deadline)} already, which is longer. Give more days.");
                case ExtendPeriod.Outcome.NotInPeriod not:
                    return call.Out.Fail(not.State == EnrollmentView.Active ? $"{user} has set up identity verification; there is no period to extend."
                        : not.State == EnrollmentView.MustEnroll ? $"{user} must set up identity verification at the next sign-in; there is no period to extend."
                        : $"Identity verification is not required of {user}. Require it with: idp users require {user}");
                case ExtendPeriod.Outcome.Extended extended:
                    return call.Out.Done($"{user} has until {Call.Time(extended.Deadline)}.", new { username = user, outcome = "extended", extended.Deadline });
                default: throw new InvalidOperationException("The outcome is not known.");
            }
        });
    }

    private static Command Unlock(Verbs verbs)
    {
        var (name, days, reason) = (Name(), Verbs.Number("--days", "A new enrollment period, 1 to 365 days, when the old one is over."), Verbs.Reason());
        var next = Verbs.Flag("--at-next-sign-in", "Instead of a period: enrol at the next sign-in, without a skip.");
        return verbs.Verb("unlock", "Ends every lock of a person.", Right.PeopleSupport, [name, days, next, reason], async call =>
        {
            var user = call.Value(name);
            switch (await call.Get<UnlockUser>().HandleAsync(new(user, call.Value(days), call.Value(next), Why(call, reason)), call.Actor, call.Ct))
            {
                case UnlockUser.Outcome.NoSuchUser: return NoSuch(call, user);
                case UnlockUser.Outcome.NotLocked: return call.Out.Fail($"{user} is not locked.");
                case UnlockUser.Outcome.SayHowToGoOn:
                    return call.Out.Fail($"The enrollment period of {user} is over. Say how it goes on: --days N for a new period, or --at-next-sign-in.");
                case UnlockUser.Outcome.Unlocked unlocked:
                    var how = !unlocked.Ended.Contains("enrollmentExpired") ? ""
                        : unlocked.Deadline is { } end ? $" The new enrollment period ends {Call.Time(end)}." : " Identity verification must be set up at the next sign-in.";
                    if (how.Length == 0 && (call.Value(days) is not null || call.Value(next))) call.Out.Warn("The enrollment period was not over, so it was left as it is.");
                    return call.Out.Done($"{user} is unlocked ({string.Join(", ", unlocked.Ended)}).{how}",
                        new { username = user, outcome = "unlocked", unlocked.Ended, unlocked.Deadline });
                default: throw new InvalidOperationException("The outcome is not known.");
            }
        });
    }

    private static Command Reset(Verbs verbs)
    {
        var (name, days, reason) = (Name(), Verbs.Number("--days", "A new enrollment period, 1 to 365 days; without it: at the next sign-in."), Verbs.Reason());
        var compromised = Verbs.Flag("--compromised", "Also ends every session and authorization; the password works no more.");
        var stdin = new StdinFlag("--password-stdin") { Description = "With --compromised: read another password from standard input; it must be changed at the next sign-in." };
        return verbs.Verb("reset", "Takes authenticators and recovery codes away; the person enrols anew.", Right.PeopleSupport, [name, days, compromised, stdin, reason], async call =>
        {
            var (user, password) = (call.Value(name), (string?)null);
            if (call.Value(stdin) && (password = await PasswordAsync(call, fromStdin: true)) is null) return ExitCode.Usage;
            switch (await call.Get<ResetVerification>().HandleAsync(new(user, call.Value(days), call.Value(compromised), Why(call, reason), password), call.Actor, call.Ct))
            {
                case ResetVerification.Outcome.NoSuchUser: return NoSuch(call, user);
                case ResetVerification.Outcome.NothingToReset: return call.Out.Fail($"{user} has not set up identity verification, and nobody requires it.");
                case ResetVerification.Outcome.PeriodOver: return PeriodOver(call, user);
                case ResetVerification.Outcome.Done done:
                    if (call.Value(compromised) && password is null) call.Out.Warn($"The old password of {user} works no more. Give them another with: idp users set-password {user} --must-change-password");
                    if (done.StillLocked) call.Out.Warn($"The verification attempts of {user} are used up. End that with: idp users unlock {user}");
                    return call.Out.Done(
                        $"Identity verification of {user} was reset." + (done.MustEnroll ? " It must be set up at the next sign-in." : "")
                            + (done.Deadline is { } end ? $" The deadline is {Call.Time(end)}." : ""),
                        new { username = user, outcome = "reset", removedAuthenticators = done.Authenticators, removedRecoveryCodes = done.RecoveryCodes, done.MustEnroll, done.Deadline, done.StillLocked });
                default: throw new InvalidOperationException("The outcome is not known.");
            }
        });
    }

    private static Command Disable(Verbs verbs)
    {
        var (name, reason) = (Name(), Verbs.Reason());
        return verbs.Verb("disable", "Turns an account off and ends its sessions.", Right.PeopleSupport, [name, reason], async call =>
            await call.Get<DisableUser>().HandleAsync(new(call.Value(name), Why(call, reason)), call.Actor, call.Ct) switch
            {
                DisableUser.Outcome.NoSuchUser => NoSuch(call, call.Value(name)),
                DisableUser.Outcome.AlreadyDisabled => call.Out.Fail($"{call.Value(name)} is disabled already."),
                DisableUser.Outcome.LastOwner => LastOwner(call, call.Value(name)),
                _ => call.Out.Done($"{call.Value(name)} is disabled.", new { username = call.Value(name), outcome = "disabled" }),
            });
    }

    private static Command Enable(Verbs verbs)
    {
        var (name, reason) = (Name(), Verbs.Reason());
        return verbs.Verb("enable", "Turns an account on again.", Right.PeopleSupport, [name, reason], async call =>
            await call.Get<EnableUser>().HandleAsync(new(call.Value(name), Why(call, reason)), call.Actor, call.Ct) switch
            {
                EnableUser.Outcome.NoSuchUser => NoSuch(call, call.Value(name)),
                EnableUser.Outcome.NotDisabled => call.Out.Fail($"{call.Value(name)} is not disabled."),
                _ => call.Out.Done($"{call.Value(name)} is enabled.", new { username = call.Value(name), outcome = "enabled" }),
            });
    }

    private static Command Password(Verbs verbs)
    {
        var (name, reason) = (Name(), Verbs.Reason());
        var stdin = new StdinFlag("--password-stdin", asks: true) { Description = "Read the password from standard input." };
        var mustChange = Verbs.Flag("--must-change-password", "The next sign-in asks for another one.");
        return verbs.Verb("set-password", "Sets a password; asks for it. What was signed in before is over.", Right.PeopleWrite, [name, stdin, mustChange, reason], async call =>
        {
            if (await PasswordAsync(call, call.Value(stdin)) is not { } password) return ExitCode.Usage;
            return await call.Get<SetPassword>().HandleAsync(new(call.Value(name), password, call.Value(mustChange), Why(call, reason)), call.Actor, call.Ct) switch
            {
                SetPassword.Outcome.NoSuchUser => NoSuch(call, call.Value(name)),
                _ => call.Out.Done($"The password of {call.Value(name)} was set.", new { username = call.Value(name), outcome = "passwordSet" }),
            };
        });
    }

    private static Command End(Verbs verbs)
    {
        var (name, reason) = (Name(), Verbs.Reason());
        return verbs.Verb("end-sessions", "Signs a person out everywhere.", Right.PeopleSupport, [name, reason], async call =>
        {
            var outcome = await call.Get<EndSessions>().HandleAsync(new(call.Value(name), Why(call, reason)), call.Actor, call.Ct);
            return outcome.Sessions is not { } ended ? NoSuch(call, call.Value(name))
                : call.Out.Done($"{Texts.Count(ended, "session")} of {call.Value(name)} {(ended == 1 ? "was" : "were")} ended.", new { username = call.Value(name), ended });
        });
    }

    private static Command Remove(Verbs verbs)
    {
        var (name, reason) = (Name(), Verbs.Reason());
        return verbs.Verb("remove", "Deletes a person; the audit log stays.", Right.PeopleWrite, [name, reason], async call =>
            await call.Get<RemoveUser>().HandleAsync(new(call.Value(name), Why(call, reason)), call.Actor, call.Ct) switch
            {
                RemoveUser.Outcome.NoSuchUser => NoSuch(call, call.Value(name)),
                RemoveUser.Outcome.LastOwner => LastOwner(call, call.Value(name)),
                _ => call.Out.Done($"{call.Value(name)} was removed.", new { username = call.Value(name), outcome = "removed" }),
            });
    }

    // Never an argument: those are seen in the list of processes and kept by the shell.
    private static async Task<string?> PasswordAsync(Call call, bool fromStdin)
    {
        var password = fromStdin ? await call.FromStdinAsync() : await call.AskPasswordAsync();
        if (password is null && !call.CanAsk) call.Out.Fail("Nobody is here to be asked for the password; give it with --password-stdin.");
        if (password is not null && PasswordSentences.Problem(password) is null && PasswordSentences.Warning(password) is { } warning) call.Out.Warn(warning);
        return password;
    }

    private static string Why(Call call, Option<string?> reason) => call.Value(reason) ?? Call.DefaultReason;

    private static int NoSuch(Call call, string name) => call.Out.Fail($"There is nobody named {name}. See: idp users list");

    private static int PeriodOver(Call call, string name) =>
        call.Out.Fail($"The enrollment period of {name} is over. Unlock with: idp users unlock {name} --days N (or --at-next-sign-in)");

    private static int LastOwner(Call call, string name) => call.Out.Fail($"{name} is the only owner. Make somebody else owner first: idp users set NAME --role owner");

    /// <summary>One option for each property.</summary>
    private sealed class UserOptions
    {
        private readonly Option<string?> displayName = Verbs.Text("--display-name", "The name people see.");
        private readonly Option<string?> email = Verbs.Text("--email", "The e-mail address; it can be typed instead of the user name.");
        private readonly Option<bool?> emailVerified = Verbs.Bool("--email-verified", "Whether the address is known to be the person's.");
        private readonly Option<string[]> roles = Verbs.Texts("--role", $"An admin role: {string.Join(", ", Roles.All)}.");
        private readonly Option<string[]> groups = Verbs.Texts("--group", "A group.");
        private readonly ClaimOption claims = new("A claim of the person's own as NAME=VALUE; VALUE is JSON, or a text.");
        private readonly Option<string?> locale = Verbs.Text("--locale", "Language, such as de.");
        private readonly Option<string?> zoneInfo = Verbs.Text("--zone-info", "Time zone, such as Europe/Vienna.");

        public IEnumerable<Symbol> All => [displayName, email, emailVerified, roles, groups, claims.Option, locale, zoneInfo];

        /// <returns>Null when a claim is not NAME=VALUE; that was said.</returns>
        public UserPatch? Read(Call call) => !claims.TryRead(call, out var given) ? null : new UserPatch
        {
            DisplayName = call.Value(displayName), Email = call.Value(email), EmailVerified = call.Value(emailVerified), Roles = call.Values(roles),
            Groups = call.Values(groups), Claims = given, Locale = call.Value(locale), ZoneInfo = call.Value(zoneInfo),
        };
    }
}
