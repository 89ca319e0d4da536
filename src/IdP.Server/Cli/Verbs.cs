using System.CommandLine;
using IdP.Server.Admin.Access;

namespace IdP.Server.Cli;

/// <summary>Makes commands; each opens the database only when it runs.</summary>
internal sealed class Verbs(Func<ParseResult, Verb, CancellationToken, Task<int>> run)
{
    /// <summary>For a verb that judges by itself what the caller may: a token with any right runs it.</summary>
    public static IReadOnlyList<Right> AnyRight { get; } = [];

    /// <summary>For a verb that sees or does everything.</summary>
    public static IReadOnlyList<Right> EveryRight { get; } = Enum.GetValues<Right>();

    /// <summary>For a verb that sees everything.</summary>
    public static IReadOnlyList<Right> EveryRead { get; } = [.. EveryRight.Where(r => r.ToString().EndsWith("Read", StringComparison.Ordinal))];

    /// <summary>A verb with its arguments and options.</summary>
    /// <param name="needs">Without this right no token runs it; the host may everything.</param>
    public Command Verb(string name, string description, Right needs, IEnumerable<Symbol> symbols, Func<Call, Task<int>> work) => Make(name, description, [needs], symbols, work);

    /// <inheritdoc cref="Verb(string, string, Right, IEnumerable{Symbol}, Func{Call, Task{int}})"/>
    /// <param name="needs">Without all of these no token runs it.</param>
    public Command Verb(string name, string description, IReadOnlyList<Right> needs, IEnumerable<Symbol> symbols, Func<Call, Task<int>> work) => Make(name, description, needs, symbols, work);

    /// <summary>A verb that no token runs, whatever it may.</summary>
    public Command OnHost(string name, string description, IEnumerable<Symbol> symbols, Func<Call, Task<int>> work) => Make(name, description, null, symbols, work);

    private Verb Make(string name, string description, IReadOnlyList<Right>? needs, IEnumerable<Symbol> symbols, Func<Call, Task<int>> work)
    {
        var command = new Verb(name, description, needs, work);
        foreach (var symbol in symbols)
        {
            switch (symbol)
            {
                case Argument argument: command.Arguments.Add(argument); break;
                case Option option: command.Options.Add(option); break;
            }
        }

        command.SetAction((parsed, ct) => run(parsed, command, ct));
        return command;
    }

    public static Command Group(string name, string description, params Command[] verbs)
    {
        var group = new Command(name, description);
        foreach (var verb in verbs) group.Subcommands.Add(verb);
        return group;
    }

    public static Option<string?> Text(string name, string description) => new(name) { Description = description };

    public static Option<string[]> Texts(string name, string description) => new(name) { Description = description + " Repeat it for several." };

    public static Option<bool> Flag(string name, string description) => new(name) { Description = description };

    public static Option<bool?> Bool(string name, string description) => new(name) { Description = description, HelpName = "true|false" };

    public static Option<int?> Number(string name, string description) => new(name) { Description = description };

    /// <summary>One of the names of an enumeration, in camelCase.</summary>
    public static Option<string?> Choice<T>(string name, string description)
        where T : struct, Enum
    {
        var option = Text(name, description);
        option.AcceptOnlyFromAmong([.. Enum.GetValues<T>().Select(v => Admin.ChangeList.Words(v))]);
        return option;
    }

    public static T? Parse<T>(string? name)
        where T : struct, Enum => name is null ? null : Enum.Parse<T>(name, ignoreCase: true);

    public static Option<string?> Reason() => Text("--reason", "Why, for the audit log.");
}
