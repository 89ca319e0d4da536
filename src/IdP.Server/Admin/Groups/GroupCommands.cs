using System.CommandLine;
using IdP.Server.Admin.Access;
using IdP.Server.Cli;

namespace IdP.Server.Admin.Groups;

/// <summary><c>idp groups …</c>.</summary>
internal static class GroupCommands
{
    public static Command Create(Verbs verbs) => Verbs.Group(
        "groups", "Registered groups, and the claims they give to everybody in them.", Add(verbs), List(verbs), Show(verbs), Set(verbs), Remove(verbs));

    private static Argument<string> Name() => new("GROUP") { Description = "The group's name, as people have it." };

    private static Command Add(Verbs verbs)
    {
        var (name, properties, reason) = (Name(), new GroupOptions(), Verbs.Reason());
        return verbs.Verb("add", "Registers a group; put people into it with: idp users set USER --group GROUP", Right.GroupsWrite, [name, .. properties.All, reason], async call =>
        {
            if (properties.Read(call) is not { } patch) return ExitCode.Refused;
            var group = call.Value(name);
            return await call.Get<AddGroup>().HandleAsync(new(group, patch, call.Value(reason) ?? Call.DefaultReason), call.Actor, call.Ct) switch
            {
                AddGroup.Outcome.NameTaken => call.Out.Fail($"There is a group {group} already. Change it with: idp groups set {group}"),
                _ => call.Out.Done($"{group} was added.", new { name = group }),
            };
        });
    }

    private static Command List(Verbs verbs)
    {
        var search = Verbs.Text("--search", "Part of a name.");
        return verbs.Verb("list", "Lists registered groups.", Right.GroupsRead, [search], async call =>
        {
            var groups = await call.Get<ListGroups>().HandleAsync(call.Value(search));
            if (call.Out.IsJson) call.Out.Json(groups);
            else if (groups.Count == 0) call.Out.Line("No groups.");
            else call.Out.Table(["Group", "Description", "Claims"], groups.Select(g => new[] { g.Name, g.Description, string.Join(", ", g.Claims.Keys) }));
            return ExitCode.Done;
        });
    }

    private static Command Show(Verbs verbs)
    {
        var name = Name();
        return verbs.Verb("show", "Shows one group.", Right.GroupsRead, [name], async call =>
        {
            if (await call.Get<ShowGroup>().HandleAsync(call.Value(name)) is not { } group) return NoSuch(call, call.Value(name));
            if (call.Out.IsJson) call.Out.Json(group);
            else call.Out.Properties([
                ("Group", group.Name), ("Description", group.Description),
                ("Claims", string.Join(", ", group.Claims.Select(c => $"{c.Key}={c.Value.GetRawText()}"))),
                ("Added", Call.Time(group.CreatedAt)), ("Changed", Call.Time(group.UpdatedAt))]);
            return ExitCode.Done;
        });
    }

    private static Command Set(Verbs verbs)
    {
        var (name, properties, reason) = (Name(), new GroupOptions(), Verbs.Reason());
        return verbs.Verb("set", "Changes what is given; the rest stays. Repeated claims replace all of them, one empty value empties them.", Right.GroupsWrite,
            [name, .. properties.All, reason], async call =>
        {
            if (properties.Read(call) is not { } patch) return ExitCode.Refused;
            var group = call.Value(name);
            var outcome = await call.Get<SetGroup>().HandleAsync(new(group, patch, call.Value(reason) ?? Call.DefaultReason), call.Actor, call.Ct);
            if (outcome is SetGroup.Outcome.NoSuchGroup) return NoSuch(call, group);
            var changes = outcome is SetGroup.Outcome.Changed changed ? changed.Changes : [];
            return call.Out.Done(changes.Count == 0 ? ["Nothing to do."] : changes.Select(c => c.Text),
                new { name = group, changed = changes.Count > 0, changes });
        });
    }

    private static Command Remove(Verbs verbs)
    {
        var (name, reason) = (Name(), Verbs.Reason());
        return verbs.Verb("remove", "Deletes the registration with its claims; people stay in the group.", Right.GroupsWrite, [name, reason], async call =>
            await call.Get<RemoveGroup>().HandleAsync(new(call.Value(name), call.Value(reason) ?? Call.DefaultReason), call.Actor, call.Ct) switch
            {
                RemoveGroup.Outcome.NoSuchGroup => NoSuch(call, call.Value(name)),
                _ => call.Out.Done($"{call.Value(name)} was removed.", new { name = call.Value(name), removed = true }),
            });
    }

    private static int NoSuch(Call call, string name) => call.Out.Fail($"No group {name} is registered. See: idp groups list");

    /// <summary>One option for each property.</summary>
    private sealed class GroupOptions
    {
        private readonly Option<string?> description = Verbs.Text("--description", "What the group is for.");
        private readonly ClaimOption claims = new("A claim of everybody in it as NAME=VALUE; VALUE is JSON, or a text.");

        public IEnumerable<Symbol> All => [description, claims.Option];

        /// <returns>Null when a claim is not NAME=VALUE; that was said.</returns>
        public GroupPatch? Read(Call call) =>
            claims.TryRead(call, out var given) ? new GroupPatch { Description = call.Value(description), Claims = given } : null;
    }
}
