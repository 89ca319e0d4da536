using System.Collections.Concurrent;
using System.CommandLine;
using System.Net;
using IdP.Server.Admin.Access;
using IdP.Server.Cli;
using IdP.Testing;

namespace IdP.Tests.Server.Console;

/// <summary>Who may run which verb elsewhere: the table of <c>docs/cli.md</c>, which people wrote, against the program and a server.</summary>
internal sealed partial class RemoteTests
{
    private static readonly string[] Callers = [Auditor, HelpDesk, ClientAdmin, Owner];

    // What can be run without doing much; the others are run as they are.
    private static readonly string[] Typed =
    [
        "apply empty.json", "plan empty.json", "drift empty.json", "audit export --event nothing", "campaigns add nothing --user nobody", "campaigns close nothing", "campaigns export nothing",
        "campaigns extend nothing --days 3", "campaigns remind nothing --dry-run", "campaigns show nothing", "campaigns start cell --days 3 --user nobody", "clients add notes --redirect-uri https://notes.example/callback",
        "clients remove nothing", "clients rotate-secret nothing", "clients set nothing --description Cell", "clients show notes", "completion bash", "groups add finance", "groups remove nothing",
        "groups set nothing --description Cell", "groups show nothing", "keys revoke nothing", "keys rotate --alg ES256", "mail preview E1", "mail reset E99", "mail retry nothing", "mail set E99 --subject Cell", "mail show E1",
        "mail test --to cell@example.com", "policies drop-draft nothing", "policies publish nothing", "policies set nothing --reverify-after-minutes 5", "policies show notes", "policies simulate {me} notes",
        "settings set enrollmentDays 0", "tokens add {me} cell --scope clients:read --days 0", "tokens revoke nothing", "users add plain --no-password", "users disable nobody", "users enable nobody", "users end-sessions nobody",
        "users enrollment-pass nobody", "users extend nobody --days 3", "users import people.csv", "users lift nobody", "users remove nobody", "users require nobody", "users reset nobody", "users set nobody --locale de",
        "users set-password nobody --password-stdin", "users show plain", "users unlock nobody",
    ];

    private static readonly Dictionary<string, byte[]> Sent = new() { ["empty.json"] = "{}"u8.ToArray(), ["people.csv"] = "username\n"u8.ToArray() };

    private sealed record Row(string Verb, string Right, string[] Cells)
    {
        public string Name => Verb["idp ".Length..];

        public string[] ArgumentsOf(string caller) => (Typed.FirstOrDefault(t => t == Name || t.StartsWith(Name + " ", StringComparison.Ordinal)) ?? Name).Replace("{me}", caller, StringComparison.Ordinal).Split(' ');
    }

    [Test]
    public void Every_verb_has_a_row_that_says_its_right()
    {
        var root = CommandTree.Root(CommandTree.Json(), new CommandOutput(TextWriter.Null, TextWriter.Null, isTerminal: false), new Verbs((_, _, _) => Task.FromResult(0)));

        var program = Leaves(root).Select(command => $"{CommandTree.Name(command)} | {RightOf(command)}").Order(StringComparer.Ordinal);

        Assert.That(Read().Select(row => $"{row.Verb} | {row.Right}").Order(StringComparer.Ordinal), Is.EqualTo(program), "docs/cli.md");
    }

    [Test]
    public async Task No_role_runs_a_verb_that_the_table_does_not_give_it()
    {
        foreach (var admin in Callers) await TokenAsync(admin);
        var (wrong, cells) = (new ConcurrentBag<string>(), 0);

        await Parallel.ForEachAsync(Read(), new ParallelOptions { MaxDegreeOfParallelism = 3 }, async (row, _) =>
        {
            for (var i = -1; i < Callers.Length; i++)
            {
                var said = await SendAsync(i < 0 ? null : await TokenAsync(Callers[i]), row.ArgumentsOf(i < 0 ? Owner : Callers[i]), Sent, "quiet-harbour-lantern-44");
                Interlocked.Increment(ref cells);
                var (expected, code) = i < 0 ? (HttpStatusCode.Unauthorized, "unauthorized") : row.Cells[i] == "yes" ? (HttpStatusCode.OK, null) : (HttpStatusCode.Forbidden, row.Right == "on the host" ? "hostOnly" : "forbidden");
                if (said.Answer.Status != expected || (code is not null && said.Answer.JsonString("code") != code) || said.ExitCode == ExitCode.Usage) wrong.Add($"{row.Verb} | {(i < 0 ? "no token" : Callers[i])}: {said}");
            }
        });

        Assert.That(string.Join('\n', wrong), Is.Empty, "docs/cli.md");
        Assert.That(cells, Is.GreaterThan(300));
    }

    [Test]
    public async Task The_right_of_the_table_is_enough_and_all_others_without_it_are_not()
    {
        var tokens = new Dictionary<string, string>();
        List<string> wrong = [];
        foreach (var row in Read().Where(row => row.Right != "on the host"))
        {
            // What asks for no right of its own gives at most what the token has.
            var needed = row.Right switch { "any" => ["clients:read"], "every one" => Rights.Scopes, "every one that reads" => [.. Rights.Scopes.Where(s => s.EndsWith(":read", StringComparison.Ordinal))], _ => row.Right.Split(" and ") };
            var enough = await SendAsync(await WithAsync(needed), row.ArgumentsOf(Owner), Sent, "quiet-harbour-lantern-44");
            if (enough.Answer.Status != HttpStatusCode.OK) wrong.Add($"{row.Verb} with {row.Right}: {enough}");
            if (row.Right == "any") continue;
            var others = await SendAsync(await WithAsync([.. Rights.Scopes.Except(needed.TakeLast(1))]), row.ArgumentsOf(Owner), Sent, "quiet-harbour-lantern-44");
            if (others.Answer.Status != HttpStatusCode.Forbidden || !others.Error.Contains(needed[^1], StringComparison.Ordinal)) wrong.Add($"{row.Verb} without {needed[^1]}: {others}");
        }

        Assert.That(string.Join('\n', wrong), Is.Empty, "docs/cli.md");

        async Task<string> WithAsync(IReadOnlyList<string> scopes)
        {
            var key = string.Join(' ', scopes);
            if (!tokens.TryGetValue(key, out var token)) tokens[key] = token = await TokenAsync(Owner, [.. scopes]);
            return token;
        }
    }

    [Test]
    public async Task A_token_whose_admin_lost_the_role_runs_nothing()
    {
        await RemoteAsync(Owner, "users", "add", "former", "--no-password", "--role", "auditor");
        var former = await TokenAsync("former", "people:read");
        await RemoteAsync(Owner, "users", "set", "former", "--role", "");

        foreach (var verb in new[] { "users list", "tokens list" })
            Assert.That((await SendAsync(former, verb.Split(' '))).Answer.Status, Is.EqualTo(HttpStatusCode.Unauthorized).Or.EqualTo(HttpStatusCode.Forbidden), verb);
    }

    private static IEnumerable<Command> Leaves(Command command) => command.Subcommands.Count == 0 ? [command] : command.Subcommands.SelectMany(Leaves);

    private static string RightOf(Command command) => command is not Verb { Needs: { } needs } ? "on the host"
        : needs.Count == 0 ? "any"
        : needs.Count == Rights.All.Count ? "every one"
        : needs.SequenceEqual(Verbs.EveryRead) ? "every one that reads"
        : string.Join(" and ", needs.Select(Rights.Scope));

    private static List<Row> Read() => [.. System.IO.File.ReadLines(Path.Combine(Repository.Root, "docs/cli.md")).SkipWhile(line => line != "### Which right a verb needs").Skip(1)
        .TakeWhile(line => !line.StartsWith('#')).Where(line => line.StartsWith("| `idp ", StringComparison.Ordinal))
        .Select(line => line.Replace("`", "", StringComparison.Ordinal).Trim('|', ' ').Split('|', StringSplitOptions.TrimEntries))
        .Select(cells => new Row(cells[0], cells[1], cells[2..6]))];
}
