using System.Security.Cryptography;
using System.Text;
using IdP.Bench.Processes;
using IdP.Storage;
using IdP.Storage.Audit;
using IdP.Storage.Database;
using IdP.Storage.Keys;

namespace IdP.Bench.Scenarios;

/// <summary>What large files and a long audit log cost on the command line: people imported, rows sealed, linked, verified, exported.</summary>
internal static class Import
{
    private const int Rows = 20_000;

    public static async Task RunAsync(Arguments arguments, Programs programs)
    {
        var options = await programs.DatabaseAsync();
        var (process, address) = programs.StartServer(options, people: 0);
        await process.AnswersAsync(new Uri(address, "readyz"));
        await process.DisposeAsync();
        await File.WriteAllTextAsync(programs.File("people.csv"), People(arguments.Rows));

        Console.WriteLine($"\nimport: {arguments.Rows:n0} people, {new FileInfo(programs.File("people.csv")).Length / 1e6:0.0} MB\n");
        Console.WriteLine($"| command | CPU s |{(arguments.Postgres ? " of the database s |" : "")} wall s | most MB | says |\n| --- | --- |{(arguments.Postgres ? " --- |" : "")} --- | --- | --- |");
        foreach (var command in new[]
        {
            "users import people.csv --dry-run", "users import people.csv", "users import people.csv", "audit checkpoint", "audit verify", "audit export --format jsonl --output audit.jsonl",
            "audit export --format csv --output audit.csv",
        }) await MeasureAsync(programs, options, command);

        await SealsAsync(options);
    }

    private static async Task MeasureAsync(Programs programs, DatabaseOptions options, string command)
    {
        var before = await programs.DatabaseCpuAsync();
        await using var process = programs.StartCommand(options, command.Split(' '));
        var (code, cpu, wall, megabytes) = await process.EndsAsync();
        var database = await programs.DatabaseCpuAsync() - before;
        var said = process.Output.Split('\n').LastOrDefault(line => line.Length > 0 && line[0] != '{') ?? "a checkpoint";
        Console.WriteLine($"| `idp {command}` | {cpu.TotalSeconds:0.0} |{(database is { } d ? $" {d.TotalSeconds:0.0} |" : "")} {wall.TotalSeconds:0.0} | {megabytes:0} | {(code == 0 ? "" : $"exit {code}: ")}{said} |");
    }

    // All of them are to enrol: two audit events for each, and a mail.
    private static string People(int count)
    {
        var text = new StringBuilder("username,email,emailVerified,displayName,groups,verification,locale\n");
        for (var i = 0; i < count; i++) text.Append($"person{i},person{i}@example.com,true,Person {i},{(i % 10 == 0 ? "finance;staff" : "staff")},required,{(i % 3 == 0 ? "de" : "en")}\n");
        return text.ToString();
    }

    // The same rows with seals and without, in transactions of a hundred, in this process.
    private static async Task SealsAsync(DatabaseOptions options)
    {
        var seals = new AuditSeals(new MasterKeys(RandomNumberGenerator.GetBytes(32)), new RandomSource());
        await using var plain = new IdPDatabase(options);
        await using var sealing = new IdPDatabase(options, seals);
        double without = 0, with = 0;
        for (var round = 0; round < 4; round++)
        {
            var (a, b) = (await WriteAsync(plain), await WriteAsync(sealing));
            // The first round compiles.
            if (round > 0) (without, with) = (without + (a / 3), with + (b / 3));
        }

        Console.WriteLine($"\naudit: a row in a transaction of a hundred costs {without:0.0} us of CPU without a seal, {with:0.0} with one ({Rows:n0} rows, the mean of 3 rounds)");
    }

    private static async Task<double> WriteAsync(IdPDatabase database)
    {
        var (now, before) = (DateTimeOffset.UtcNow, ProcessTimes.Of(Environment.ProcessId)!.Own);
        for (var start = 0; start < Rows; start += 100)
        {
            await database.WriteAsync(async s =>
            {
                for (var i = start; i < start + 100; i++)
                {
                    await s.AuditAsync(new AuditEvent
                    {
                        At = now, Event = AuditEvents.SignedIn, Actor = "user:bench", UserId = "bench", Resource = "client:bench", Outcome = "success", Reason = "A right code.",
                        Address = "203.0.113.24", UserAgent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
                    });
                }

                return 0;
            });
        }

        return (ProcessTimes.Of(Environment.ProcessId)!.Own - before).TotalMicroseconds / Rows;
    }
}
