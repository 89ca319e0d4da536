using System.CommandLine;
using IdP.Server.Admin.Audit;
using IdP.Server.Admin.Campaigns;
using IdP.Server.Admin.Clients;
using IdP.Server.Admin.Diagnosis;
using IdP.Server.Admin.Groups;
using IdP.Server.Admin.Keys;
using IdP.Server.Admin.Mails;
using IdP.Server.Admin.Owners;
using IdP.Server.Admin.PolicyRules;
using IdP.Server.Admin.Settings;
using IdP.Server.Admin.Tokens;
using IdP.Server.Admin.Users;
using IdP.Server.Configuration;

namespace IdP.Server.Cli;

/// <summary>All verbs, and how what was typed is read.</summary>
internal static class CommandTree
{
    // An argument @FILE is what it says, and no file of more arguments: a name may begin so, and what was sent reads no file here.
    private static readonly ParserConfiguration Plain = new() { ResponseFileTokenReplacer = null };

    public static Option<bool> Json() => new("--json") { Description = "Print an object for programs.", Recursive = true };

    public static RootCommand Root(Option<bool> json, CommandOutput output, Verbs verbs, params string[] settings)
    {
        var root = new RootCommand("An OpenID Connect identity provider with identity verification.")
        {
            new Command("serve", "Serves; what follows is configuration such as --IdP:Issuer=https://id.example.com. Without a verb it serves, too."),
            DoctorCommand.Create(json, output, settings),
            PlanCommand.Create(verbs),
            ApplyCommand.Create(verbs),
            DriftCommand.Create(verbs),
            ExportCommand.Create(verbs),
            UserCommands.Create(verbs),
            CampaignCommands.Create(verbs),
            GroupCommands.Create(verbs),
            ClientCommands.Create(verbs),
            PolicyCommands.Create(verbs),
            SettingCommands.Create(verbs),
            KeyCommands.Create(verbs),
            MailCommands.Create(verbs),
            TokenCommands.Create(verbs),
            AuditCommands.Create(verbs),
            OwnerCommands.Create(verbs),
            CompletionCommand.Create(output),
        };
        root.Options.Add(json);
        root.Options.Add(new Option<string?>("--server")
        {
            Description = "Run the verb on this server, with the API token in the environment variable IDP_TOKEN; IDP_SERVER when not given.", HelpName = "address", Recursive = true,
        });
        return root;
    }

    public static ParseResult Parse(RootCommand root, IReadOnlyList<string> typed) => root.Parse(typed, Plain);

    /// <summary>Reads what somebody sent: verbs alone, without anything that would read or write of this process's own.</summary>
    public static ParseResult ParseSent(Option<bool> json, IReadOnlyList<string> sent)
    {
        var silent = new CommandOutput(TextWriter.Null, TextWriter.Null, isTerminal: false);
        var root = Root(json, silent, new Verbs((_, _, _) => throw new InvalidOperationException("What was sent is run by the API.")));
        root.Directives.Clear();
        foreach (var option in root.Options.Where(o => o != json).ToList()) root.Options.Remove(option);
        return Parse(root, sent);
    }

    /// <summary>Says what cannot be read.</summary>
    public static int WrongUsage(ParseResult parsed, CommandOutput output)
    {
        foreach (var error in parsed.Errors) output.Fail(string.Join(' ', error.Message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));
        return output.Fail($"See: {Name(parsed.CommandResult.Command)} --help", ExitCode.Usage);
    }

    /// <summary>Why a verb does not run elsewhere.</summary>
    public static string OnHost(Command command) => $"{Name(command)} runs on the host of the server alone.";

    /// <summary>As it is typed: <c>idp users list</c>.</summary>
    public static string Name(Command command)
    {
        List<string> names = [];
        for (var at = command; at is not null and not RootCommand; at = at.Parents.OfType<Command>().FirstOrDefault()) names.Insert(0, at.Name);
        return string.Join(' ', names.Prepend("idp"));
    }
}
