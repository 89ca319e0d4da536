using System.Diagnostics;
using System.Runtime.InteropServices;
using IdP.Bench;
using IdP.Bench.Floor;
using IdP.Bench.Scenarios;

if (args is ["floor", var address, var folder])
{
    await FloorServer.RunAsync(address, folder);
    return 0;
}

Arguments arguments;
try
{
    arguments = Arguments.Parse(args);
    if (arguments.Operations.Except([.. Operation.All.Select(o => o.Name), .. Scenario.All.Keys, "signin", "all"]).FirstOrDefault() is { } unknown)
    {
        throw new ArgumentException($"Unknown operation {unknown}.");
    }
}
catch (ArgumentException wrong)
{
    Console.WriteLine(wrong.Message);
    Console.WriteLine(Arguments.Help);
    return wrong.Message.Length == 0 ? 0 : 2;
}

// The programs under measurement have core 1 for themselves, as far as the machine leaves it to them.
if (OperatingSystem.IsLinux()) Process.GetCurrentProcess().ProcessorAffinity = 1;

Console.WriteLine($"{DateTimeOffset.UtcNow:yyyy-MM-dd HH:mm} UTC, {RuntimeInformation.FrameworkDescription}, {(arguments.Postgres ? "PostgreSQL" : "SQLite")}, "
    + $"{arguments.Rounds} rounds, {arguments.Connections} connections");
var all = arguments.Operations.Contains("all");
var named = arguments.Operations.Count > 0 && !all;
await using var programs = new Programs(arguments);
if (arguments.Profile) return await Profiling.RunAsync(arguments, programs);

await Prices.RunAsync(arguments, programs, [.. Operation.All.Where(o => !named || arguments.Operations.Contains(o.Name))]);
if (!named || arguments.Operations.Contains("signin")) await SignIn.RunAsync(arguments, programs);
foreach (var (name, run) in Scenario.All)
{
    if (all || arguments.Operations.Contains(name)) await run(arguments, programs);
}

return 0;
