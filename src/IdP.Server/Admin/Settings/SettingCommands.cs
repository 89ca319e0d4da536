using System.CommandLine;
using System.Text.Json.Nodes;
using IdP.Server.Admin.Access;
using IdP.Server.Cli;

namespace IdP.Server.Admin.Settings;

/// <summary><c>idp settings …</c>.</summary>
internal static class SettingCommands
{
    public static Command Create(Verbs verbs) => Verbs.Group("settings", "What admins decide; counts at once.", Show(verbs), Set(verbs));

    private static Command Show(Verbs verbs)
    {
        var name = new Argument<string?>("NAME") { Description = "One setting; all without it.", Arity = ArgumentArity.ZeroOrOne };
        return verbs.Verb("show", "Shows the values in force.", Right.SettingsRead, [name], async call =>
        {
            var settings = await call.Get<ShowSettings>().HandleAsync();
            if (call.Parsed.GetValue(name) is { } one)
            {
                settings = [.. settings.Where(s => s.Name == one)];
                if (settings.Count == 0) return Unknown(call, one);
            }

            if (call.Out.IsJson) call.Out.Json(new JsonObject(settings.Select(s => KeyValuePair.Create(s.Name, s.Value))));
            else call.Out.Table(["Setting", "Value", "Default"], settings.Select(s => new[] { s.Name, SettingText.Of(s.Value), SettingText.Of(s.Default) }));
            return ExitCode.Done;
        });
    }

    private static Command Set(Verbs verbs)
    {
        var name = new Argument<string>("NAME") { Description = "The setting; see: idp settings show" };
        var value = new Argument<string>("VALUE") { Description = "Its value; \"\" takes a text away, and several numbers are written as 3,1." };
        var reason = Verbs.Reason();
        return verbs.Verb("set", "Changes one setting.", Right.SettingsWrite, [name, value, reason], async call =>
        {
            var (setting, text) = (call.Value(name), call.Value(value));
            if (!SetSettings.Names.Contains(setting)) return Unknown(call, setting);
            var request = new SetSettings.Request(new JsonObject { [setting] = SettingText.Parse(setting, text) }, call.Value(reason) ?? Call.DefaultReason);
            var changes = await call.Get<SetSettings>().HandleAsync(request, call.Actor, call.Ct) is SetSettings.Outcome.Changed changed ? changed.Changes : [];
            foreach (var weaker in changes.Select(c => c.Weaker).OfType<string>()) call.Out.Warn(weaker);
            return call.Out.Done(changes.Count == 0 ? ["Nothing to do."] : changes.Select(c => c.Text),
                new { setting, changed = changes.Count > 0, changes });
        });
    }

    private static int Unknown(Call call, string name) =>
        call.Out.Fail($"There is no setting {name}. Settings are {string.Join(", ", SetSettings.Names)}.");
}
